import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesBelow, sitesIn } from '../sites.ts';

const connectionFields = [
  'principals',
  'notPrincipals',
  'ipBlocks',
  'notIpBlocks',
  'namespaces',
  'notNamespaces',
  'remoteIpBlocks',
  'notRemoteIpBlocks',
  'serviceAccounts',
  'notServiceAccounts',
];

export const denyCoversTcp: ObjectCheck = {
  scope: 'object',
  code: 'MESH2265',
  rule: 'deny-covers-tcp',
  aliases: ['IST0133'],
  severity: 'warning',
  summary: 'A rule that denies asks for HTTP only, so on ports of plain TCP it denies everything.',
  warnedBy: 'webhook',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    if (stringOf(fieldOf(subject.spec, 'action')) !== 'DENY') return;
    for (const { path, value } of sitesIn(subject, 'rules[]')) {
      const sources = sitesBelow(value, path, 'from[].source').filter((site) => isRecord(site.value));
      const operations = sitesBelow(value, path, 'to[].operation').filter((site) => isRecord(site.value));
      const hasAny = (sites: typeof sources, fields: readonly string[]): boolean =>
        sites.some((site) => fields.some((field) => isFilled(fieldOf(site.value, field))));
      const isHttpOnly =
        operations.length > 0
          ? !hasAny(operations, ['ports', 'notPorts'])
          : sources.length > 0 && !hasAny(sources, connectionFields);
      if (!isHttpOnly) continue;
      context.report(subject, [...path, operations.length > 0 ? 'to' : 'from'], {
        message:
          'What this rule asks for is known of HTTP only. On ports of plain TCP it denies every connection; add `ports` to keep it to HTTP.',
        part: 'key',
      });
    }
  },
};

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

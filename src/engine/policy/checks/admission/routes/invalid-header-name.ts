import { isRecord } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../../check.ts';
import { isAuthorityHeader, isChangeableHeader, isHeaderName, isMatchableHeader } from '../formats/header-format.ts';
import { sitesIn, textsIn } from '../sites.ts';
import { headerOperationsOf } from './header-operations.ts';

export const invalidHeaderName: ObjectCheck = {
  scope: 'object',
  code: 'MESH2203',
  rule: 'invalid-header-name',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A name is none of a header, or of one that may not be changed here.',
  refusedBy: 'webhook',
  subject: [Kinds.virtualService, Kinds.workloadGroup],
  inputs: [],
  run(context) {
    const { subject } = context;
    if (kindKey(subject) === Kinds.workloadGroup) {
      for (const { path, value } of textsIn(subject, 'probe.httpGet.httpHeaders[].name')) {
        if (/^[-A-Za-z0-9]+$/.test(value)) continue;
        const message = `\`${value}\` cannot be the name of a header of a probe: letters, digits and \`-\` only.`;
        context.report(subject, path, { message, part: 'value' });
      }
      for (const { path, value } of sitesIn(subject, 'probe.httpGet.httpHeaders[]')) {
        if (!isRecord(value) || Object.hasOwn(value, 'name')) continue;
        context.report(subject, path, { message: 'A header needs a `name`.' });
      }
      return;
    }
    checkMatches(context, subject);
    for (const { name, site, isRemoval, canBeAuthority } of headerOperationsOf(subject)) {
      if (isChangeableHeader(name, canBeAuthority)) continue;
      context.report(subject, site.path, { message: whyNot(name), part: isRemoval ? 'value' : 'key' });
    }
    for (const { path, value } of textsIn(
      subject,
      'http[].corsPolicy.allowHeaders[]',
      'http[].corsPolicy.exposeHeaders[]',
    )) {
      if (value === '*' || isHeaderName(value)) continue;
      context.report(subject, path, { message: `\`${value}\` is no name of a header.`, part: 'value' });
    }
  },
};

function checkMatches(context: CheckContext, subject: MeshObject): void {
  for (const { key, path } of sitesIn(subject, 'http[].match[].headers{}', 'http[].match[].withoutHeaders{}')) {
    if (isMatchableHeader(key)) continue;
    context.report(subject, path, { message: `\`${key}\` is no name of a header.`, part: 'key' });
  }
}

function whyNot(name: string): string {
  if (name === '') return 'The name of a header cannot be empty.';
  return isAuthorityHeader(name)
    ? `\`${name}\` can only be set or added on requests; here it can be neither changed nor removed.`
    : `\`${name}\` belongs to HTTP itself and cannot be changed.`;
}

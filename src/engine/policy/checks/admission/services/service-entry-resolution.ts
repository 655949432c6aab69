import { fieldOf, isRecord, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../../shared/text.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { hostNameProblem } from '../formats/host-names.ts';
import type { TextSite } from '../sites.ts';
import { isText, sitesIn, textsIn } from '../sites.ts';

const dynamicProtocols = ['HTTP', 'TLS', 'GRPC', 'HTTP2'];

export const serviceEntryResolution: ObjectCheck = {
  scope: 'object',
  code: 'MESH2231',
  rule: 'service-entry-resolution',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A ServiceEntry has what its way of finding addresses cannot have, or lacks what it needs.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.serviceEntry,
  inputs: [],
  run(context) {
    const { subject } = context;
    const { spec } = subject;
    if (!isRecord(spec)) return;
    const resolution = stringOf(fieldOf(spec, 'resolution')) ?? 'NONE';
    const report = (path: FieldPath, message: string, part: 'key' | 'value' = 'value'): void => {
      // Under a misspelt name another one is meant.
      context.report(subject, path, { message, part, saysMissing: fieldOf(spec, 'resolution') === undefined });
    };
    const hasMany = (key: string, least = 1): boolean => listOf(fieldOf(spec, key)).length >= least;
    const hosts = textsIn(subject, 'hosts[]');
    if (resolution !== 'NONE' && resolution !== 'STATIC') {
      const range = textsIn(subject, 'addresses[]').find(({ value }) => value.includes('/'));
      if (range)
        report(range.path, `Address ranges can be used with resolution NONE or STATIC only, not ${resolution}.`);
    }
    switch (resolution) {
      case 'NONE':
        if (hasMany('endpoints')) {
          report(
            ['spec', 'endpoints'],
            'With resolution NONE callers choose the address, so there can be no endpoints; use STATIC or DNS.',
            'key',
          );
        }
        if (isRecord(fieldOf(spec, 'workloadSelector'))) {
          const message = 'With resolution NONE callers choose the address, so workloads are not selected; use STATIC.';
          context.report(subject, ['spec', 'workloadSelector'], { message, part: 'key', severity: 'warning' });
        }
        break;
      case 'DNS':
      case 'DNS_ROUND_ROBIN':
        if (!hasMany('endpoints')) reportUnresolvable(hosts, report, resolution);
        if (resolution === 'DNS_ROUND_ROBIN' && hasMany('endpoints', 2)) {
          report(['spec', 'endpoints'], 'With resolution DNS_ROUND_ROBIN there can be one endpoint at most.', 'key');
        }
        break;
      case 'DYNAMIC_DNS': {
        for (const { path, value } of hosts) {
          if (!value.startsWith('*'))
            report(path, `With resolution DYNAMIC_DNS hosts begin with \`*.\`, and \`${value}\` does not.`);
        }
        for (const key of ['addresses', 'endpoints'].filter((each) => hasMany(each))) {
          report(
            ['spec', key],
            `With resolution DYNAMIC_DNS each request is sent to its own host, so there can be no \`${key}\`.`,
            'key',
          );
        }
        for (const { path, value } of sitesIn(subject, 'ports[]')) {
          const protocol = stringOf(fieldOf(value, 'protocol')) ?? '';
          if (dynamicProtocols.includes(protocol.toUpperCase())) continue;
          const at = protocol === '' ? path : [...path, 'protocol'];
          report(at, 'With resolution DYNAMIC_DNS the protocol is HTTP, HTTP2, GRPC or TLS.');
        }
        const waypoint = subject.labels['istio.io/use-waypoint'] ?? '';
        const isUsing = waypoint !== '' && waypoint.toLowerCase() !== 'none';
        if (isUsing && stringOf(fieldOf(spec, 'location')) === 'MESH_INTERNAL') {
          report(
            ['spec', 'location'],
            'With resolution DYNAMIC_DNS and a waypoint the location must be MESH_EXTERNAL.',
          );
        }
      }
    }
  },
};

function reportUnresolvable(
  hosts: readonly TextSite[],
  report: (path: FieldPath, message: string) => void,
  resolution: string,
): void {
  for (const host of hosts.filter(isText)) {
    // `*` alone and texts that are no names have findings of their own.
    if (!host.value.startsWith('*') || host.value === '*' || hostNameProblem(host.value) === undefined) continue;
    report(
      host.path,
      `\`${host.value}\` cannot be looked up by DNS. List \`endpoints\`, or use resolution NONE or DYNAMIC_DNS instead of ${resolution}.`,
    );
    return;
  }
}

import { numberOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { boundInputs, gatewaysOfMatch, meshServicesOf, serversOf } from './bound-gateways.ts';
import { hostsOf, rulesOf } from './virtual-service-view.ts';

export const unservedMatchPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH1362',
  rule: 'unserved-match-port',
  aliases: [],
  severity: 'warning',
  summary: 'A match is for a port that no gateway or host of its VirtualService has, so it never fits.',
  subject: Kinds.virtualService,
  inputs: boundInputs,
  run(context) {
    const { subject } = context;
    if (hostsOf(subject).length === 0) return;
    for (const match of rulesOf(subject).flatMap(({ matches }) => matches)) {
      const port = numberOf(match.value.port);
      if (port === undefined) continue;
      const served = portsOf(context, gatewaysOfMatch(context, match.value));
      if (!served || served.length === 0 || served.includes(port)) continue;
      const path = [...match.path, 'port'];
      context.report(subject, path, {
        message: `Requests come to this VirtualService by port ${served.join(', ')}, never by ${String(port)}.`,
        part: 'value',
        fixes: (served.length === 1 ? served : []).map((value) => ({
          title: `Replace with ${String(value)}`,
          changes: [{ type: 'replace-value', object: subject, path, value }],
        })),
      });
    }
  },
};

/** Ports that requests come by; undefined where not all are known. */
function portsOf(context: CheckContext, gateways: readonly string[]): readonly number[] | undefined {
  const ports = new Set<number>();
  for (const name of gateways) {
    const found =
      name === 'mesh'
        ? meshServicesOf(context)?.flatMap((service) => service.ports.map(({ number }) => number))
        : serversOf(context, name)?.flatMap(({ port }) => port ?? []);
    if (!found) return undefined;
    for (const port of found) ports.add(port);
  }
  return [...ports].sort((a, b) => a - b);
}

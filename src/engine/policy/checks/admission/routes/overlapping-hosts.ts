import { isIpAddress } from '../formats/addresses.ts';
import { Kinds } from '../../../../model/kinds.ts';
import { hostsOverlap } from '../../../semantics/hosts.ts';
import type { ObjectCheck } from '../../check.ts';
import { hostsOf } from '../../routing/virtual-service-view.ts';
import { wildcardHostProblem } from '../formats/host-names.ts';

export const overlappingHosts: ObjectCheck = {
  scope: 'object',
  code: 'MESH2216',
  rule: 'overlapping-hosts',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Two hosts of one VirtualService are the same, or one stands for the other.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    const hosts = hostsOf(subject);
    if (hosts.some(({ host }) => wildcardHostProblem(host) !== undefined && !isIpAddress(host))) return;
    for (const [index, { host, path }] of hosts.entries()) {
      const earlier = hosts.slice(0, index).find((other) => overlap(other.host, host));
      if (!earlier) continue;
      const isSame = earlier.host === host;
      context.report(subject, path, {
        message: isSame
          ? `\`${host}\` is listed twice.`
          : `\`${host}\` and \`${earlier.host}\` overlap; a VirtualService may have each host once.`,
        part: 'value',
        related: [{ message: 'The other one.', object: subject, path: earlier.path }],
        fixes: isSame
          ? [{ title: 'Remove it', isPreferred: true, changes: [{ type: 'remove', object: subject, path }] }]
          : [],
      });
    }
  },
};

/** Istio tells names in capitals from others here, though requests do not. */
function overlap(a: string, b: string): boolean {
  return hostsOverlap(a, b) && (a.toLowerCase() !== b.toLowerCase() || a === b);
}

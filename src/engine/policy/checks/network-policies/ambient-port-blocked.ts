import { Kinds } from '../../../model/kinds.ts';
import { allowsPort } from '../../semantics/network-policy/network-policy.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { networkPolicies, networkPolicyOf } from './network-policy-views.ts';

/** Where ztunnel takes what comes from the mesh. */
const tunnelPort = 15_008;

export const ambientPortBlocked: ObjectCheck = {
  scope: 'object',
  code: 'MESH5006',
  rule: 'ambient-port-blocked',
  aliases: [],
  severity: 'warning',
  summary: 'In an ambient mesh, calls arrive on port 15008, which a NetworkPolicy does not allow.',
  subject: Kinds.networkPolicy,
  inputs: [namespaceDirectory, networkPolicies],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const policy = networkPolicyOf(subject);
    const labels = isNamespaceKnown ? context.index(namespaceDirectory).labelsOf(subject.namespace) : undefined;
    if (labels?.['istio.io/dataplane-mode'] !== 'ambient' || !policy.isolates.has('ingress')) return;
    const ingress = policy.rules.filter(({ direction }) => direction === 'ingress');
    const all = [policy, ...(context.index(networkPolicies).get(subject.namespace) ?? [])].flatMap(
      ({ rules }) => rules,
    );
    const isAllowed = all.some((rule) => rule.direction === 'ingress' && allowsPort(rule, tunnelPort, 'TCP'));
    const [first] = ingress;
    // Who lets nobody in means it.
    if (!first || isAllowed) return;
    context.report(subject, [...first.path, 'ports'], {
      message: `Namespace \`${subject.namespace}\` is in the ambient mesh: calls from the mesh arrive on port ${String(tunnelPort)}, which no policy of it allows.`,
      part: 'key',
      fixes: [
        {
          title: `Allow port ${String(tunnelPort)}`,
          isPreferred: true,
          changes: [
            {
              type: 'append-item',
              object: subject,
              path: [...first.path, 'ports'],
              value: { protocol: 'TCP', port: tunnelPort },
            },
          ],
        },
      ],
    });
  },
};

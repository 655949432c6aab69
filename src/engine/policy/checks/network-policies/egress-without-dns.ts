import { Kinds } from '../../../model/kinds.ts';
import type { LabelSelector } from '../../semantics/label-selector.ts';
import type { NetworkPolicyView } from '../../semantics/network-policy/network-policy.ts';
import { allowsPort } from '../../semantics/network-policy/network-policy.ts';
import type { ObjectCheck } from '../check.ts';
import { networkPolicies, networkPolicyOf } from './network-policy-views.ts';

export const egressWithoutDns: ObjectCheck = {
  scope: 'object',
  code: 'MESH5005',
  rule: 'egress-without-dns',
  aliases: [],
  severity: 'information',
  summary: 'Pods may call other pods, but not the DNS that would tell them where those are.',
  subject: Kinds.networkPolicy,
  inputs: [networkPolicies],
  run(context) {
    const { subject } = context;
    const policy = networkPolicyOf(subject);
    const egress = policy.rules.filter(({ direction }) => direction === 'egress');
    // Addresses outside are called by number, and who is cut off from all is meant to be.
    const callsPods = egress.some(({ peers }) => peers.some(({ ipBlock }) => !ipBlock));
    if (!policy.isolates.has('egress') || !callsPods) return;
    const others = context.index(networkPolicies).get(subject.namespace) ?? [];
    const mayResolve = [policy, ...others].some(
      (other) => mayMeet(policy.selector, other.selector) && allowsDns(other),
    );
    if (mayResolve) return;
    context.report(subject, ['spec', 'egress'], {
      message:
        'These rules let pods call others, but not DNS (port 53), so they cannot look up names. No other policy of the namespace lets them.',
      part: 'key',
      fixes: [
        {
          title: 'Allow DNS',
          changes: [
            {
              type: 'append-item',
              object: subject,
              path: ['spec', 'egress'],
              value: {
                to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
                ports: [
                  { protocol: 'UDP', port: 53 },
                  { protocol: 'TCP', port: 53 },
                ],
              },
            },
          ],
        },
      ],
    });
  },
};

function allowsDns({ rules, isolates }: NetworkPolicyView): boolean {
  return (
    isolates.has('egress') &&
    rules.some(
      (rule) =>
        rule.direction === 'egress' &&
        // CoreDNS of some distributions listens on another port behind its Service.
        ([53, 5353, 8053].some((port) => allowsPort(rule, port, 'UDP') || allowsPort(rule, port, 'TCP')) ||
          rule.ports.some(({ port }) => typeof port === 'string' && port.startsWith('dns'))),
    )
  );
}

/** False only where no pod can be selected by both. */
function mayMeet(a: LabelSelector | undefined, b: LabelSelector | undefined): boolean {
  if (!a || !b) return true;
  return !a.requirements.some(({ key, operator, values }) =>
    b.requirements.some(
      (other) =>
        other.key === key &&
        operator === 'In' &&
        other.operator === 'In' &&
        !values.some((value) => other.values.includes(value)),
    ),
  );
}

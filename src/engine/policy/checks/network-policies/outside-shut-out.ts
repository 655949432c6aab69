import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { NetworkPolicyView } from '../../semantics/network-policy/network-policy.ts';
import { allowsPort } from '../../semantics/network-policy/network-policy.ts';
import { labelSelectorMatches } from '../../semantics/label-selector.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { portsOf, selectorOfService } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { networkPolicies } from './network-policy-views.ts';
import { hasOtherPolicies, otherPolicyKinds } from './other-policies.ts';

export const outsideShutOut: ObjectCheck = {
  scope: 'object',
  code: 'MESH5013',
  rule: 'outside-shut-out',
  aliases: [],
  severity: 'warning',
  summary:
    'A Service is open to clients outside of the cluster, but NetworkPolicies of its pods let in other pods only.',
  subject: Kinds.service,
  inputs: [workloadDirectory, networkPolicies, ...otherPolicyKinds],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const type = stringOf(fieldOf(subject.spec, 'type'));
    if (!isNamespaceKnown || (type !== 'LoadBalancer' && type !== 'NodePort')) return;
    const selector = selectorOfService(subject);
    if (Object.keys(selector).length === 0) return;
    const pods = context
      .index(workloadDirectory)
      .selectedIn(subject.namespace, selector)
      .filter(({ object }) => context.hasKnownNamespace(object));
    const policies = (context.index(networkPolicies).get(subject.namespace) ?? []).filter(({ object }) =>
      context.hasKnownNamespace(object),
    );
    const ports = portsOf(subject);
    if (pods.length === 0 || ports.length === 0 || pods.some(({ hostNetwork }) => hostNetwork)) return;
    const isShut = pods.every((pod) => {
      const own = isolating(policies, pod);
      return (
        own.length > 0 &&
        ports.every(({ target, transport }) => !own.some((policy) => admitsOutside(policy, pod, target, transport)))
      );
    });
    const [pod] = pods;
    if (!isShut || !pod || hasOtherPolicies(context)) return;
    context.report(subject, ['spec', 'type'], {
      message: `Clients outside of the cluster are turned away: NetworkPolicies of \`${pod.object.name}\` let in selected pods only, and no rule has an \`ipBlock\` or no \`from\` for these ports.`,
      part: 'value',
      related: isolating(policies, pod)
        .slice(0, 3)
        .map(({ object }) => ({ message: `NetworkPolicy ${object.name}`, object, path: ['metadata', 'name'] })),
    });
  },
};

/** Policies that cut the pod off from what none of them allows. */
function isolating(policies: readonly NetworkPolicyView[], { labels }: WorkloadView): readonly NetworkPolicyView[] {
  return policies.filter(
    ({ isolates, selector }) => isolates.has('ingress') && selector && labelSelectorMatches(selector, labels),
  );
}

/** Who is no pod is anybody, or has an address. A rule that cannot be read may let in anybody. */
function admitsOutside(
  { rules }: NetworkPolicyView,
  pod: WorkloadView,
  target: number | string,
  transport: string,
): boolean {
  const number = typeof target === 'number' ? target : pod.ports.find(({ name }) => name === target)?.number;
  return rules.some((rule) => {
    const isForPods =
      rule.peers.length > 0 &&
      rule.peers.every(({ ipBlock, podSelector, namespaceSelector }) => !ipBlock && (podSelector ?? namespaceSelector));
    if (rule.direction !== 'ingress' || isForPods) return false;
    const names = rule.ports.flatMap(({ port }) => (typeof port === 'string' ? port : []));
    const isNamed = names.some(
      (name) => name === target || pod.ports.some((port) => port.name === name && port.number === number),
    );
    return number === undefined || isNamed || allowsPort(rule, number, transport);
  });
}

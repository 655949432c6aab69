import { Kinds } from '../../../model/kinds.ts';
import { labelSelectorMatches } from '../../semantics/label-selector.ts';
import type { NetworkPolicyView, PolicyPort, PolicyRule } from '../../semantics/network-policy/network-policy.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { networkPolicies, networkPolicyOf } from './network-policy-views.ts';
import { hasOtherPolicies, otherPolicyKinds } from './other-policies.ts';
import { selectedPodsHere } from './selected-pods.ts';

export const oneSidedAllowance: ObjectCheck = {
  scope: 'object',
  code: 'MESH5017',
  rule: 'one-sided-allowance',
  aliases: [],
  severity: 'warning',
  summary: 'A NetworkPolicy lets pods in that are not let out: their own policies do not allow them to call.',
  subject: Kinds.networkPolicy,
  inputs: [networkPolicies, workloadDirectory, ...otherPolicyKinds],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const policy = networkPolicyOf(subject);
    if (!isNamespaceKnown || !policy.selector || !policy.isolates.has('ingress')) return;
    if (hasOtherPolicies(context)) return;
    const targets = selectedPodsHere(context, policy.selector);
    const others = context.index(networkPolicies).get(subject.namespace) ?? [];
    if (targets.length === 0 || others.some(({ object }) => !context.hasKnownNamespace(object))) return;
    for (const rule of policy.rules) {
      if (rule.direction !== 'ingress') continue;
      for (const { podSelector, namespaceSelector, path } of rule.peers) {
        if (!podSelector || namespaceSelector || podSelector.requirements.length === 0) continue;
        const callers = selectedPodsHere(context, podSelector);
        const [caller] = callers;
        if (!caller || !callers.every((each) => isKeptIn(others, each, targets, rule))) continue;
        const [closing] = closingFor(others, caller);
        context.report(subject, [...path, 'podSelector'], {
          message: `\`${caller.object.name}\` is let in here but not out there: NetworkPolicy \`${closing?.object.name ?? ''}\` closes its egress, and no policy of it allows this call. Both sides must.`,
          part: 'key',
          related: closing
            ? [{ message: 'This closes the egress.', object: closing.object, path: ['metadata', 'name'] }]
            : [],
        });
      }
    }
  },
};

/** Policies that cut the pod off from whom none of them allows it to call. */
const closingFor = (policies: readonly NetworkPolicyView[], { labels }: WorkloadView): readonly NetworkPolicyView[] =>
  policies.filter(
    ({ isolates, selector }) => isolates.has('egress') && (!selector || labelSelectorMatches(selector, labels)),
  );

function isKeptIn(
  policies: readonly NetworkPolicyView[],
  caller: WorkloadView,
  targets: readonly WorkloadView[],
  entry: PolicyRule,
): boolean {
  const closing = closingFor(policies, caller);
  return (
    closing.length > 0 &&
    // One that cannot be read may allow anything.
    closing.every(({ selector }) => selector !== undefined) &&
    !closing.some(({ rules }) =>
      rules.some((rule) => rule.direction === 'egress' && mayReach(rule, targets) && mayShare(rule.ports, entry.ports)),
    )
  );
}

function mayReach({ peers }: PolicyRule, targets: readonly WorkloadView[]): boolean {
  return (
    peers.length === 0 ||
    peers.some(
      ({ podSelector, namespaceSelector, ipBlock }) =>
        // Addresses may be those of pods to some plugins, and a namespace selected by labels may be this one.
        ipBlock !== undefined ||
        namespaceSelector !== undefined ||
        !podSelector ||
        targets.some(({ labels }) => labelSelectorMatches(podSelector, labels)),
    )
  );
}

/** Names stand for numbers that only the pods tell. */
function mayShare(a: readonly PolicyPort[], b: readonly PolicyPort[]): boolean {
  if (a.length === 0 || b.length === 0) return true;
  return a.some((one) => b.some((other) => one.protocol === other.protocol && overlap(one, other)));
}

function overlap(a: PolicyPort, b: PolicyPort): boolean {
  if (typeof a.port !== 'number' || typeof b.port !== 'number') return true;
  return a.port <= (b.endPort ?? b.port) && b.port <= (a.endPort ?? a.port);
}

import { Kinds } from '../../../model/kinds.ts';
import { labelSelectorMatches } from '../../semantics/label-selector.ts';
import type { PolicyPeer, PolicyRule } from '../../semantics/network-policy/network-policy.ts';
import { allowsPort } from '../../semantics/network-policy/network-policy.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { networkPolicies, networkPolicyOf } from './network-policy-views.ts';
import { hasOtherPolicies, otherPolicyKinds } from './other-policies.ts';
import { selectedPodsHere } from './selected-pods.ts';

/** Where istiod gives sidecars their configuration and certificates. */
const controlPlanePort = 15_012;

export const controlPlaneCutOff: ObjectCheck = {
  scope: 'object',
  code: 'MESH5015',
  rule: 'control-plane-cut-off',
  aliases: [],
  severity: 'warning',
  summary: 'NetworkPolicies keep sidecars from istiod, so that they get no configuration and pods do not become ready.',
  subject: Kinds.networkPolicy,
  inputs: [networkPolicies, workloadDirectory, namespaceDirectory, ...otherPolicyKinds],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    const policy = networkPolicyOf(subject);
    if (!isNamespaceKnown || !policy.isolates.has('egress') || !policy.selector) return;
    if (subject.namespace === settings.rootNamespace) return;
    const others = context.index(networkPolicies).get(subject.namespace) ?? [];
    const cutOff = selectedPodsHere(context, policy.selector).find(
      (pod) =>
        membershipIn(context, pod) === 'sidecar' &&
        !others.some(
          (other) =>
            (!context.hasKnownNamespace(other.object) ||
              !other.selector ||
              labelSelectorMatches(other.selector, pod.labels)) &&
            other.rules.some((rule) => reachesControlPlane(context, rule)),
        ),
    );
    if (!cutOff || hasOtherPolicies(context)) return;
    // Where several policies cut it off, the first of them says it.
    const [first] = others.filter(
      ({ isolates, selector }) => isolates.has('egress') && selector && labelSelectorMatches(selector, cutOff.labels),
    );
    if (first && first.object.name !== subject.name) return;
    const path = policy.hasTypes ? ['spec', 'policyTypes'] : ['spec', 'egress'];
    context.report(subject, path, {
      message: `The sidecar of \`${cutOff.object.name}\` cannot reach istiod on port ${String(controlPlanePort)}, and no other policy lets it: it gets neither configuration nor certificates, and new pods do not become ready.`,
      part: 'key',
      related: [
        { message: `${cutOff.object.kind} ${cutOff.object.name}`, object: cutOff.object, path: ['metadata', 'name'] },
      ],
    });
  },
};

function reachesControlPlane(context: CheckContext, rule: PolicyRule): boolean {
  if (rule.direction !== 'egress' || !allowsPort(rule, controlPlanePort, 'TCP')) return false;
  return rule.peers.length === 0 || rule.peers.some((peer) => mayBeControlPlane(context, peer));
}

/** Addresses may be those of istiod. So may pods of the root namespace, with whatever labels where it is not declared. */
function mayBeControlPlane(context: CheckContext, { ipBlock, namespaceSelector, podSelector }: PolicyPeer): boolean {
  if (ipBlock) return true;
  if (!namespaceSelector) return false;
  const name = context.settings.rootNamespace;
  const declared = context.index(namespaceDirectory).labelsOf(name);
  const named = { ...declared, 'kubernetes.io/metadata.name': name };
  const isHere = namespaceSelector.requirements.every(
    (requirement) =>
      labelSelectorMatches({ requirements: [requirement] }, named) ||
      (declared === undefined && requirement.key !== 'kubernetes.io/metadata.name'),
  );
  const isDns = podSelector?.requirements.some(({ key }) => key === 'k8s-app') ?? false;
  return isHere && !isDns;
}

import { Kinds } from '../../../model/kinds.ts';
import { isMeshNamespace } from '../../semantics/mesh-membership.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { reportEmptySelector, selectsNothing } from '../directories/empty-selector.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn, namespaceLabelsOf } from '../directories/workload-membership.ts';

const ownLabels = ['sidecar.istio.io/inject', 'istio.io/dataplane-mode'];

export const policySelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH1707',
  rule: 'policy-selects-nothing',
  aliases: ['IST0127', 'KIA0004'],
  severity: 'warning',
  summary: 'No workload of the mesh is one that a security policy is for.',
  subject: [Kinds.authorizationPolicy, Kinds.peerAuthentication, Kinds.requestAuthentication],
  inputs: [workloadDirectory, namespaceDirectory],
  run(context) {
    const { subject, settings } = context;
    const { selector, references } = readPolicyTarget(subject.spec);
    if (references.length > 0 || (!selector && subject.namespace === settings.rootNamespace)) return;
    const selected = policyWorkloads(context, selector ?? {});
    if (selected.length > 0) checkMembership(context, selected);
    else if (selector) checkSelector(context, selector);
    else checkNamespace(context);
  },
};

function checkSelector(context: CheckContext, labels: Readonly<Record<string, string>>): void {
  const { subject, isNamespaceKnown, settings } = context;
  const directory = context.index(workloadDirectory);
  const selector = { labels, path: ['spec', 'selector', 'matchLabels'] };
  const scope = { isMeshWide: isNamespaceKnown && subject.namespace === settings.rootNamespace };
  if (!selectsNothing(context, directory, selector, scope)) return;
  reportEmptySelector(context, directory, selector, { ...scope, consequence: 'so this policy does nothing' });
}

/** A namespace without workloads: with a cluster that is certain. */
function checkNamespace(context: CheckContext): void {
  const { subject, isNamespaceKnown } = context;
  if (!isNamespaceKnown || !context.index(namespaceDirectory).isComplete) return;
  const message = `Namespace \`${subject.namespace}\` has no workloads, so this policy does nothing.`;
  context.report(subject, ['metadata', 'name'], { message, part: 'value' });
}

/** A policy holds where a proxy of the mesh enforces it. */
function checkMembership(context: CheckContext, selected: readonly WorkloadView[]): void {
  const { subject } = context;
  if (selected.some((workload) => membershipIn(context, workload) !== 'none')) return;
  // Of a namespace that says nothing of the mesh beside others of it, or nothing that counts, that is told itself.
  const namespaces = context.index(namespaceDirectory);
  const hasMesh = namespaces.names.some((name) => isMeshNamespace(namespaces.labelsOf(name) ?? {}));
  if (hasMesh && !namespaces.isComplete && selected.every((workload) => isLeftOpen(context, workload))) return;
  const hasSelector = readPolicyTarget(subject.spec).selector !== undefined;
  const [first] = selected;
  const who =
    selected.length === 1 && first ? `${first.object.kind} \`${first.object.name}\` is` : 'All of its workloads are';
  context.report(subject, hasSelector ? ['spec', 'selector'] : ['metadata', 'name'], {
    message: `${who} outside the mesh, where nothing enforces this policy.`,
    part: hasSelector ? 'key' : 'value',
    // The namespace may get its label by a command that no file shows.
    ...(!context.index(namespaceDirectory).isComplete && { severity: 'information' as const }),
    related: selected
      .slice(0, 3)
      .map(({ object }) => ({ message: `${object.kind} ${object.name}`, object, path: ['metadata', 'name'] })),
  });
}

/** Whether neither the workload nor its namespace decides, in words that count, how it takes part. */
function isLeftOpen(context: CheckContext, workload: WorkloadView): boolean {
  const labels = namespaceLabelsOf(context, workload.object);
  if (!labels || workload.hostNetwork || ownLabels.some((key) => Object.hasOwn(workload.labels, key))) return false;
  if (Object.hasOwn(workload.annotations, 'sidecar.istio.io/inject')) return false;
  return labels['istio-injection'] !== 'disabled' && labels['istio.io/dataplane-mode'] !== 'none';
}

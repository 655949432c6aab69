import { Kinds } from '../../../model/kinds.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { knowsWorkloads, policyWorkloads, unmatchedLabel } from '../directories/selected-workloads.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { replacements } from '../replacements.ts';

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
    else if (selector && knowsWorkloads(context)) checkSelector(context, selector);
  },
};

function checkSelector(context: CheckContext, selector: Readonly<Record<string, string>>): void {
  const { subject, isNamespaceKnown, settings } = context;
  const { key, value, choices, hint } = unmatchedLabel(selector, policyWorkloads(context, {}));
  const path = ['spec', 'selector', 'matchLabels', key];
  const isEverywhere = subject.namespace === settings.rootNamespace || !isNamespaceKnown;
  const where = isEverywhere ? '' : ` of namespace \`${subject.namespace}\``;
  context.report(subject, path, {
    message: `No workload${where} has \`${key}: ${value}\`${Object.keys(selector).length > 1 ? ' with the other labels' : ''}, so this policy does nothing.${hint}`,
    part: 'value',
    fixes: replacements(subject, path, choices),
  });
}

/** A policy holds where a proxy of the mesh enforces it. */
function checkMembership(context: CheckContext, selected: readonly WorkloadView[]): void {
  const { subject } = context;
  if (selected.some((workload) => membershipIn(context, workload) !== 'none')) return;
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

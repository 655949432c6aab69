import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { Labels } from '../../../model/mesh-object.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext } from '../check.ts';
import { namespaceDirectory } from './namespace-directory.ts';
import { selectableWorkloads, workloadDirectory } from './workload-directory.ts';

/** Workloads that a policy with the selector is for; one of the root namespace is for all of the mesh. */
export function policyWorkloads(context: CheckContext, selector: Labels): readonly WorkloadView[] {
  const { subject, isNamespaceKnown, settings } = context;
  const directory = context.index(workloadDirectory);
  const isEverywhere = isNamespaceKnown && subject.namespace === settings.rootNamespace;
  return isEverywhere ? directory.selected(selector) : selectableWorkloads(context, directory, selector);
}

/**
 * Whether enough workloads are known to say that a selector of the subject matches none: some that are certainly where it
 * is. Where the namespace of the subject is not written, those of which it is not written either.
 */
export function knowsWorkloads(context: CheckContext): boolean {
  if (context.index(namespaceDirectory).isComplete) return true;
  return policyWorkloads(context, {}).some(
    ({ object }) => context.hasKnownNamespace(object) === context.isNamespaceKnown,
  );
}

export interface UnmatchedLabel {
  readonly key: string;
  readonly value: string;
  /** Values that workloads have there: those that were probably meant, else a few. */
  readonly choices: readonly string[];
  /** Ends a sentence: what may be meant, or what there is. */
  readonly hint: string;
}

/** The label that keeps a selector from matching any of the workloads. */
export function unmatchedLabel(selector: Labels, workloads: readonly { readonly labels: Labels }[]): UnmatchedLabel {
  const pairs = Object.entries(selector);
  const [key, value] = pairs.find(([name, each]) => !workloads.some(({ labels }) => labels[name] === each)) ??
    pairs[0] ?? ['', ''];
  const values = [...new Set(workloads.flatMap(({ labels }) => labels[key] ?? []))].sort();
  const near = nearestNames(value, values);
  if (near.length > 0) return { key, value, choices: near, hint: didYouMean(near) };
  const some = values.slice(0, 5);
  const listed = some.map((each) => `\`${each}\``).join(', ');
  const keys = [...new Set(workloads.flatMap(({ labels }) => Object.keys(labels)))];
  const hint = some.length > 0 ? ` There are ${listed}.` : didYouMean(nearestNames(key, keys));
  return { key, value, choices: some.length <= 1 ? some : [], hint };
}

/** Selectors that choose no workload, and what may have been meant. */
import { didYouMean, misspellingsOf, nearestNames } from '../../../../shared/nearest-names.ts';
import type { Severity } from '../../../../shared/diagnostics.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext } from '../check.ts';
import { isGivenLabel } from './given-labels.ts';
import type { WrittenSelector } from './selector-of.ts';
import type { WorkloadDirectory } from './workload-directory.ts';

export interface SelectorScope {
  /** The selector also chooses workloads of other namespaces. */
  readonly isMeshWide: boolean;
}

/**
 * Whether no workload has the labels, and that is certain enough to be said: every workload is known, some of the very
 * namespace are, or a label of one differs by a slip of the finger. Where operators run pods, only a slip is certain. What is applied to another namespace than we assume
 * may meet any workload.
 */
export function selectsNothing(
  context: CheckContext,
  directory: WorkloadDirectory,
  selector: WrittenSelector,
  { isMeshWide }: SelectorScope,
): boolean {
  const { subject, isNamespaceKnown } = context;
  if (Object.keys(selector.labels).some(isGivenLabel)) return false;
  const isAnywhere = isMeshWide || !isNamespaceKnown;
  const isThere = directory
    .selected(selector.labels)
    .some(
      ({ namespace, object }) => isAnywhere || namespace === subject.namespace || !context.hasKnownNamespace(object),
    );
  if (isThere) return false;
  if (directory.isComplete) return true;
  if (directory.mayBeRun(selector.labels, isAnywhere ? undefined : subject.namespace))
    return hasNearLabel(context, directory, selector, { isMeshWide });
  if (!isAnywhere && directory.inNamespace(subject.namespace).length > 0) return true;
  const workloads = workloadsIn(context, directory, isMeshWide);
  const [key, value] = wrongLabel(selector, workloads);
  return nearestNames(value, valuesOf(key, workloads)).length > 0;
}

/** Whether the label that no workload has differs by a slip of the finger from one that some has. */
export function hasNearLabel(
  context: CheckContext,
  directory: WorkloadDirectory,
  selector: WrittenSelector,
  { isMeshWide }: SelectorScope,
): boolean {
  const workloads = workloadsIn(context, directory, isMeshWide);
  const [key, value] = wrongLabel(selector, workloads);
  return misspellingsOf(value, valuesOf(key, workloads)).length > 0;
}

function workloadsIn(
  { subject, isNamespaceKnown }: CheckContext,
  directory: WorkloadDirectory,
  isMeshWide: boolean,
): readonly WorkloadView[] {
  return isMeshWide || !isNamespaceKnown ? directory.all : directory.inNamespace(subject.namespace);
}

/** The first label that no workload has, else the first: each is there, but not all together. */
function wrongLabel({ labels }: WrittenSelector, workloads: readonly WorkloadView[]): readonly [string, string] {
  const entries = Object.entries(labels);
  return (
    entries.find(([name, text]) => !workloads.some((each) => each.labels[name] === text)) ?? entries[0] ?? ['', '']
  );
}

function valuesOf(key: string, workloads: readonly WorkloadView[]): readonly string[] {
  return [...new Set(workloads.flatMap((workload) => workload.labels[key] ?? []))].sort();
}

export function reportEmptySelector(
  context: CheckContext,
  directory: WorkloadDirectory,
  { labels, path }: WrittenSelector,
  details: SelectorScope & {
    /** Ends the sentence: `so this Sidecar is for nobody`. */
    readonly consequence: string;
    readonly severity?: Severity;
  },
): void {
  const { subject, isNamespaceKnown } = context;
  const workloads = workloadsIn(context, directory, details.isMeshWide);
  const [key, value] = wrongLabel({ labels, path }, workloads);
  const near = nearestNames(value, valuesOf(key, workloads));
  const elsewhere = [...new Set(directory.selected(labels).map(({ namespace }) => namespace))];
  const where = details.isMeshWide || !isNamespaceKnown ? '' : ` of namespace \`${subject.namespace}\``;
  const what = Object.entries(labels)
    .map(([name, text]) => `\`${name}: ${text}\``)
    .join(' and ');
  const hint =
    elsewhere.length > 0
      ? ` Workloads of ${elsewhere.map((namespace) => `\`${namespace}\``).join(', ')} have, but those are not selected.`
      : didYouMean(near);
  context.report(subject, [...path, key], {
    message: `No workload${where} has ${what}, ${details.consequence}.${hint}`,
    part: 'value',
    ...(details.severity && { severity: details.severity }),
    fixes: near.map((text, index) => ({
      title: `Replace with \`${text}\``,
      isPreferred: index === 0,
      changes: [{ type: 'replace-value', object: subject, path: [...path, key], value: text }],
    })),
  });
}

/** Pods that selectors of policies mean, and what may be said where they mean none. */
import { misspellingsOf } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { Severity } from '../../../../shared/diagnostics.ts';
import type { LabelSelector } from '../../semantics/label-selector.ts';
import { labelSelectorMatches, soleLabels } from '../../semantics/label-selector.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

/** Workloads whose pods are in the namespace of the subject for sure; those outside the cluster are no pods. */
function podsHere(context: CheckContext): readonly WorkloadView[] {
  return context
    .index(workloadDirectory)
    .inNamespace(context.subject.namespace)
    .filter(({ object }) => isOfPods(object) && context.hasKnownNamespace(object));
}

function isOfPods(object: MeshObject): boolean {
  return kindKey(object) !== Kinds.workloadEntry && kindKey(object) !== Kinds.workloadGroup;
}

/** Those of `podsHere` that the selector selects. */
export function selectedPodsHere(context: CheckContext, selector: LabelSelector): readonly WorkloadView[] {
  const having = context.index(workloadDirectory).selectedIn(context.subject.namespace, soleLabels(selector));
  return selectPods(
    having.filter(({ object }) => isOfPods(object) && context.hasKnownNamespace(object)),
    selector,
  );
}

export function selectPods(pods: readonly WorkloadView[], selector: LabelSelector): readonly WorkloadView[] {
  return pods.filter(({ labels }) => labelSelectorMatches(selector, labels));
}

export interface EmptySelection {
  readonly severity: Severity;
  /** The label that no pod has, and what it may be meant for. */
  readonly key?: string;
  readonly value?: string;
  readonly near: readonly string[];
}

/**
 * Why a selector selects none of the pods of the namespace. Undefined where it selects some, or where none are known. What files do not
 * have may still be installed from elsewhere, so that it is a warning only where a cluster is known, or where the label
 * is the slip of one that pods have.
 */
export function emptySelection(context: CheckContext, selector: LabelSelector): EmptySelection | undefined {
  if (selector.requirements.length === 0 || selectedPodsHere(context, selector).length > 0) return undefined;
  const pods = podsHere(context);
  if (pods.length === 0) return undefined;
  const mayBeHere = context
    .index(workloadDirectory)
    .all.some(({ labels, object }) => !context.hasKnownNamespace(object) && labelSelectorMatches(selector, labels));
  if (mayBeHere) return undefined;
  const isClusterKnown = pods.some(({ object }) => object.origin.layer === 'cluster');
  const lonely = selector.requirements.find(
    ({ key, operator, values }) =>
      operator === 'In' && values.length === 1 && !pods.some(({ labels }) => labels[key] === values[0]),
  );
  const [value] = lonely?.values ?? [];
  // An operator may run pods of any label.
  const isOpen =
    !isClusterKnown && context.index(workloadDirectory).mayBeRun(soleLabels(selector), context.subject.namespace);
  if (!lonely || value === undefined)
    return isOpen ? undefined : { severity: isClusterKnown ? 'warning' : 'information', near: [] };
  const near = misspellingsOf(
    value,
    pods.flatMap(({ labels }) => labels[lonely.key] ?? []),
  );
  if (isOpen && near.length === 0) return undefined;
  const severity = isClusterKnown || near.length > 0 ? 'warning' : 'information';
  return { severity, key: lonely.key, value, near };
}

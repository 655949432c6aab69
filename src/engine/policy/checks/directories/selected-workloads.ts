import type { Labels } from '../../../model/mesh-object.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext } from '../check.ts';
import { selectableWorkloads, workloadDirectory } from './workload-directory.ts';

/** Workloads that a policy with the selector is for; one of the root namespace is for all of the mesh. */
export function policyWorkloads(context: CheckContext, selector: Labels): readonly WorkloadView[] {
  const { subject, isNamespaceKnown, settings } = context;
  const directory = context.index(workloadDirectory);
  const isEverywhere = isNamespaceKnown && subject.namespace === settings.rootNamespace;
  return isEverywhere ? directory.selected(selector) : selectableWorkloads(context, directory, selector);
}

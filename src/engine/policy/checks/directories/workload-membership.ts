import type { Membership } from '../../semantics/mesh-membership.ts';
import { membershipOf } from '../../semantics/mesh-membership.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext } from '../check.ts';
import { namespaceDirectory } from './namespace-directory.ts';

/** Labels of the namespace of an object; undefined where it is not known which that is, or nothing declares it. */
export function namespaceLabelsOf(
  context: Pick<CheckContext, 'index' | 'hasKnownNamespace'>,
  object: MeshObject,
): Labels | undefined {
  return context.hasKnownNamespace(object) ? context.index(namespaceDirectory).labelsOf(object.namespace) : undefined;
}

/** How the workload takes part in the mesh, with what is known of its namespace. */
export function membershipIn(
  context: Pick<CheckContext, 'index' | 'hasKnownNamespace'>,
  workload: WorkloadView,
): Membership {
  return membershipOf(workload, namespaceLabelsOf(context, workload.object));
}

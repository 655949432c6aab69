import type { HealthState } from '../../../shared/health.ts';
import { refOf, type MeshObject } from '../../model/mesh-object.ts';
import type { ClusterNaming, LabelledWorkload } from './declare-workloads.ts';

/** A place that calls come through and of which no pod is known: the object that declares it stands for itself. */
export function podlessGateway(
  object: MeshObject,
  name: string,
  { cluster, locate }: ClusterNaming,
  health?: HealthState,
): LabelledWorkload {
  return {
    namespace: object.namespace,
    name,
    cluster,
    kind: 'gateway',
    app: name,
    version: '',
    principal: '',
    instances: [],
    membership: 'none',
    ...(health && { health }),
    declaredAt: locate(refOf(object)),
    labels: {},
    pods: [],
  };
}

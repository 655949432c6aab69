import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Snapshot } from '../../../model/snapshot.ts';

/** Whether an object is part of istiod, by the labels that its chart and its operator set. */
export const isOfIstiod = ({ labels }: MeshObject): boolean =>
  labels['app'] === 'istiod' || labels['istio'] === 'pilot';

const kinds = [Kinds.deployment, Kinds.pod] as const;

/** The mesh whose control plane runs in a namespace, as people call it; undefined where none does. */
export function controlPlaneIn(snapshot: Snapshot, namespace: string): string | undefined {
  const objects = kinds.flatMap((kind) => snapshot.inNamespace(kind, namespace));
  if (objects.some(isOfIstiod)) return 'Istio';
  return objects.some(({ labels }) => labels['linkerd.io/control-plane-component'] !== undefined)
    ? 'Linkerd'
    : undefined;
}

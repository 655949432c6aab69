import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext } from '../check.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';

/** Other PeerAuthentications of the namespace, as far as it is known to be the same. */
export function rivalsOf(
  context: CheckContext,
): readonly { readonly object: MeshObject; readonly selector?: Labels }[] {
  const { subject, isNamespaceKnown } = context;
  if (!isNamespaceKnown) return [];
  return (context.index(peerAuthentications).get(subject.namespace) ?? []).filter(
    ({ object }) => object.name !== subject.name && context.hasKnownNamespace(object),
  );
}

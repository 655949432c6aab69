import type { MeshMembership } from '../../../../shared/cluster.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';

/** What a namespace wants for its pods, as its labels and annotations say. */
export interface NamespaceMembership {
  readonly mode: MeshMembership;
  /** Revision or tag of the control plane, for sidecars of Istio. */
  readonly revision?: string;
}

/**
 * Istio's rules: `istio-injection` wins over `istio.io/rev`, injection wins over ambient. Where nothing is said, nobody is
 * injected (`enableNamespacesByDefault` is off unless somebody turns it on).
 */
export function namespaceMembership(namespace: Pick<MeshObject, 'labels' | 'annotations'>): NamespaceMembership {
  const { labels, annotations } = namespace;
  const injection = labels['istio-injection'];
  const revision = labels['istio.io/rev'];
  if (injection === 'enabled') return { mode: 'sidecar', revision: 'default' };
  if (
    injection !== 'disabled' &&
    revision !== undefined &&
    revision !== '' &&
    labels['istio.io/dataplane-mode'] !== 'ambient'
  )
    return { mode: 'sidecar', revision };
  if (labels['istio.io/dataplane-mode'] === 'ambient') return { mode: 'ambient' };
  const linkerd = annotations['linkerd.io/inject'];
  if (linkerd === 'enabled' || linkerd === 'ingress') return { mode: 'linkerd-proxy' };
  return { mode: 'none' };
}

/** For people, as the view says it behind the namespace. */
export function membershipText({ mode, revision }: NamespaceMembership): string {
  switch (mode) {
    case 'sidecar':
      return (revision ?? 'default') === 'default' ? 'sidecar injection' : `sidecar injection, revision ${revision}`;
    case 'ambient':
      return 'ambient';
    case 'linkerd-proxy':
      return 'linkerd';
    case 'none':
      return 'not in a mesh';
  }
}

import type { MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext } from '../check.ts';
import { selectorOfService } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';

/** Made by Istio, not by a person: its own control plane, and the proxies of Gateways. */
export function isOfIstio({ labels }: MeshObject): boolean {
  return labels['app'] === 'istiod' || labels['istio'] === 'pilot' || Object.hasOwn(labels, 'gateway.istio.io/managed');
}

/** Whether a workload behind the service is certainly in the mesh, so that proxies care for its ports. */
export function isServedInMesh(context: CheckContext, service: MeshObject): boolean {
  const { namespace } = service;
  return context
    .index(workloadDirectory)
    .behind({ namespace, selector: selectorOfService(service) })
    .some((workload) => ['sidecar', 'ambient'].includes(membershipIn(context, workload)));
}

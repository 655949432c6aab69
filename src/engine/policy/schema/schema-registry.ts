/** The tables that come with us, by kind and channel. */
import type { ApiChannel, KindSchema } from './kind-schema.ts';
import { ciliumKinds } from './tables/cilium/cilium-policies.ts';
import { gatewayApiKinds } from './tables/gateway-api/gateway-api-kinds.ts';
import { istioKinds } from './tables/istio/istio-kinds.ts';
import { kubernetesKinds } from './tables/kubernetes/kubernetes-kinds.ts';
import { linkerdKinds } from './tables/linkerd/linkerd-kinds.ts';
import { configuration } from './tables/meshlens/configuration.ts';
import { localMesh } from './tables/meshlens/local-mesh.ts';
import { adminNetworkPolicy, baselineAdminNetworkPolicy } from './tables/network-policy/admin-network-policy.ts';
import { clusterNetworkPolicy } from './tables/network-policy/cluster-network-policy.ts';
import { networkPolicy } from './tables/network-policy/network-policy.ts';

const byChannel = new Map<ApiChannel, readonly KindSchema[]>();

/** All tables, of APIs with channels those of the given one. */
export function bundledKinds(channel: ApiChannel): readonly KindSchema[] {
  let kinds = byChannel.get(channel);
  if (!kinds) {
    kinds = [
      ...istioKinds,
      ...gatewayApiKinds(channel).map((each) => (channel === 'experimental' ? withAllVersions(each) : each)),
      ...linkerdKinds,
      networkPolicy,
      clusterNetworkPolicy,
      adminNetworkPolicy,
      baselineAdminNetworkPolicy,
      ...ciliumKinds,
      ...kubernetesKinds,
      localMesh,
      configuration,
    ];
    byChannel.set(channel, kinds);
  }
  return kinds;
}

function withAllVersions({ experimentalVersions = [], ...schema }: KindSchema): KindSchema {
  return { ...schema, versions: [...schema.versions, ...experimentalVersions] };
}

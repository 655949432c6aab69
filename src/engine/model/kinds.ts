import type { KindKey } from './mesh-object.ts';

/** Kinds the engine reads by name. */
export const Kinds = {
  service: 'core/Service',
  pod: 'core/Pod',
  namespace: 'core/Namespace',
  serviceAccount: 'core/ServiceAccount',
  secret: 'core/Secret',
  configMap: 'core/ConfigMap',
  deployment: 'apps/Deployment',
  statefulSet: 'apps/StatefulSet',
  daemonSet: 'apps/DaemonSet',
  virtualService: 'networking.istio.io/VirtualService',
  destinationRule: 'networking.istio.io/DestinationRule',
  gateway: 'networking.istio.io/Gateway',
  serviceEntry: 'networking.istio.io/ServiceEntry',
  workloadEntry: 'networking.istio.io/WorkloadEntry',
  sidecar: 'networking.istio.io/Sidecar',
  peerAuthentication: 'security.istio.io/PeerAuthentication',
  localMesh: 'meshlens.dev/LocalMesh',
} as const satisfies Record<string, KindKey>;

/**
 * Every kind of the groups of which no other kind exists, so that a misspelt kind can be told. Kinds with tables of their
 * own and further ones.
 */
export const kindsByGroup: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'networking.istio.io',
    [
      'DestinationRule',
      'EnvoyFilter',
      'Gateway',
      'ProxyConfig',
      'ServiceEntry',
      'Sidecar',
      'VirtualService',
      'WorkloadEntry',
      'WorkloadGroup',
    ],
  ],
  ['security.istio.io', ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication']],
  ['telemetry.istio.io', ['Telemetry']],
  ['extensions.istio.io', ['TrafficExtension', 'WasmPlugin']],
  [
    'gateway.networking.k8s.io',
    [
      'BackendTLSPolicy',
      'GRPCRoute',
      'Gateway',
      'GatewayClass',
      'HTTPRoute',
      'ListenerSet',
      'ReferenceGrant',
      'TCPRoute',
      'TLSRoute',
      'UDPRoute',
      // Written by its conformance tests; no cluster serves it.
      'ConformanceReport',
      // Gone since, but known where an older bundle is installed.
      'BackendLBPolicy',
    ],
  ],
  ['gateway.networking.x-k8s.io', ['XBackend', 'XBackendTrafficPolicy', 'XListenerSet', 'XMesh']],
  [
    'policy.linkerd.io',
    [
      'AuthorizationPolicy',
      'EgressNetwork',
      'HTTPLocalRateLimitPolicy',
      'HTTPRoute',
      'MeshTLSAuthentication',
      'NetworkAuthentication',
      'Server',
      'ServerAuthorization',
    ],
  ],
  ['workload.linkerd.io', ['ExternalWorkload']],
  ['policy.networking.k8s.io', ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy']],
  ['meshlens.dev', ['LocalMesh']],
]);

/** Groups of Kubernetes itself, present and gone. None has a kind that is known of another group only. */
export const builtInGroups: ReadonlySet<string> = new Set([
  'core',
  'apps',
  'autoscaling',
  'batch',
  'extensions',
  'policy',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

/** What every question may say about the mesh it is asked of. All optional; the defaults are Istio's. */
export interface MeshSettings {
  readonly rootNamespace?: string;
  readonly clusterDomain?: string;
  readonly trustDomain?: string;
  readonly meshConfig?: Readonly<Record<string, unknown>>;
  readonly meshNetworks?: Readonly<Record<string, unknown>>;
  readonly clusterNetworks?: Readonly<Record<string, unknown>>;
  readonly gatewayApiChannel?: 'standard' | 'experimental';
  /** Namespace of documents that name none. */
  readonly defaultNamespace?: string;
}

export interface ResolvedMeshSettings {
  readonly rootNamespace: string;
  readonly clusterDomain: string;
  readonly trustDomain: string;
  readonly meshConfig: Readonly<Record<string, unknown>>;
  readonly gatewayApiChannel: 'standard' | 'experimental';
  readonly defaultNamespace: string;
}

export function resolveMeshSettings(settings: MeshSettings = {}): ResolvedMeshSettings {
  return {
    rootNamespace: settings.rootNamespace ?? 'istio-system',
    clusterDomain: settings.clusterDomain ?? 'cluster.local',
    trustDomain: settings.trustDomain ?? 'cluster.local',
    meshConfig: settings.meshConfig ?? {},
    gatewayApiChannel: settings.gatewayApiChannel ?? 'standard',
    defaultNamespace: settings.defaultNamespace ?? 'default',
  };
}

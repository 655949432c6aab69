import process from 'node:process';
import type { MeshSettings, ResolvedMeshSettings } from '../shared/mesh-settings.ts';
import { resolveMeshSettings } from '../shared/mesh-settings.ts';
import type { Clusters } from './clusters/clusters.ts';
import type { WorkspaceFiles } from './discovery/workspace/workspace-files.ts';
import { DevProxy, type DevProxyOptions } from './devproxy/dev-proxy.ts';
import type { DevProxyCluster } from './devproxy/dev-proxy-cluster.ts';

export type ClusterDevProxyOptions = Pick<DevProxyOptions, 'telemetry' | 'isTrusted' | 'onLog' | 'onStatus'> & {
  readonly clusters: Clusters;
  readonly workspace: WorkspaceFiles;
  /** Of the person; they count over what a cluster says of itself. */
  readonly settings: () => MeshSettings;
};

/** A dev proxy over the clusters of the kubeconfig: it connects a context that is not, and shares their ways into pods. */
export function createClusterDevProxy(options: ClusterDevProxyOptions): DevProxy {
  const { clusters, workspace, settings, ...others } = options;
  const proxy = new DevProxy({
    ...others,
    files: (includeUnsaved) => (includeUnsaved ? workspace.files() : workspace.savedFiles()),
    locate: (ref) => workspace.locate(ref),
    environment: process.env,
    tunnels: () => clusters.tunnels,
    openCluster: (context, namespaces) => openCluster(clusters, settings, context, namespaces),
  });
  workspace.onDidChange(() => proxy.workspaceChanged());
  return proxy;
}

async function openCluster(
  clusters: Clusters,
  settings: () => MeshSettings,
  context: string,
  namespaces: readonly string[],
): Promise<DevProxyCluster> {
  const present = clusters.connections.find(({ session }) => session.context === context);
  // None chosen: all that may be read, these among them.
  const chosen = present?.status.namespaces ?? [];
  const isCovered = chosen.length === 0 || namespaces.every((namespace) => chosen.includes(namespace));
  if (!present || !isCovered)
    await clusters.connect(context, present ? [...new Set([...chosen, ...namespaces])] : undefined, false);
  const summary = (await clusters.contexts()).contexts.find(({ name }) => name === context);
  const waiting = clusters.statuses.find((status) => status.context === context);
  const connection = clusters.connections.find(({ session }) => session.context === context);
  if (!connection) throw new Error(waiting?.message ?? `The context ${context} could not be connected.`);
  let resolved: { readonly of: readonly MeshSettings[]; readonly settings: ResolvedMeshSettings } | undefined;
  return {
    context,
    apiServer: summary?.server ?? '',
    store: connection.session.store,
    get status() {
      return connection.status;
    },
    get settings() {
      const of = [connection.meshSettings, settings()];
      if (!resolved?.of.every((part, index) => part === of[index]))
        resolved = { of, settings: resolveMeshSettings({ ...of[0], ...of[1] }) };
      return resolved.settings;
    },
    onStatus: (listener) => connection.session.onStatus(() => listener()),
  };
}

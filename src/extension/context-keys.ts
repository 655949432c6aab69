/** Every context key the extension sets, with the values it can have. `when` clauses in `package.json` use no other. */
export interface ContextKeys {
  'meshlens.engine.state': 'starting' | 'running' | 'restarting' | 'stopped';
  /** `none`: the workspace has no LocalMesh file and nothing runs. */
  'meshlens.localMesh.phase': 'none' | 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
  'meshlens.localMesh.hasFile': boolean;
  'meshlens.configuration.isRejected': boolean;
  /** The active editor shows YAML that concerns the mesh. */
  'meshlens.editor.isMeshDocument': boolean;
  'meshlens.traces.onlyFailed': boolean;
  'meshlens.request.canRepeat': boolean;
  /** `unread`: nobody has asked for the kubeconfig yet. `none`: it has no contexts. `unchosen`: none of them is chosen. */
  'meshlens.clusters.state': 'unread' | 'none' | 'unchosen' | 'chosen';
  /** At least one context is usable. */
  'meshlens.clusters.isConnected': boolean;
  /** The active editor shows YAML with objects that a cluster could take. */
  'meshlens.editor.hasObjects': boolean;
  /** A planned change waits for its confirmation. */
  'meshlens.change.isPending': boolean;
  'meshlens.change.canUndo': boolean;
  'meshlens.devProxy.phase': 'stopped' | 'starting' | 'running' | 'degraded' | 'stopping';
  'meshlens.devProxy.hasStandIns': boolean;
}

export type ContextKey = keyof ContextKeys;

/** The keys as values, for the tests that compare them with `package.json`. */
export const contextKeys: readonly ContextKey[] = [
  'meshlens.engine.state',
  'meshlens.localMesh.phase',
  'meshlens.localMesh.hasFile',
  'meshlens.configuration.isRejected',
  'meshlens.editor.isMeshDocument',
  'meshlens.traces.onlyFailed',
  'meshlens.request.canRepeat',
  'meshlens.clusters.state',
  'meshlens.clusters.isConnected',
  'meshlens.editor.hasObjects',
  'meshlens.change.isPending',
  'meshlens.change.canUndo',
  'meshlens.devProxy.phase',
  'meshlens.devProxy.hasStandIns',
];

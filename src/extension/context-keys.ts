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
];

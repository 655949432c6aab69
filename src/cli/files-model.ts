import { WorkspaceFiles } from '../engine/discovery/workspace/workspace-files.ts';
import { LayeredModel } from '../engine/layered-model.ts';
import { defaultEngineSettings } from '../shared/engine-protocol.ts';

/** Answers questions that bring their files and name no cluster: an engine loads five times as much and answers the same. */
export function filesModel(): LayeredModel {
  const { mesh, analysis } = defaultEngineSettings;
  return new LayeredModel({
    workspace: new WorkspaceFiles(),
    clusters: {
      connections: [],
      connection: (context) => {
        throw new Error(`Nobody connected ${context}.`);
      },
    },
    registered: () => [],
    localEndpoints: () => undefined,
    settings: () => mesh,
    rules: () => analysis.rules,
    checksStructure: () => true,
    isAlone: true,
  });
}

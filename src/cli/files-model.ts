import { WorkspaceFiles } from '../engine/discovery/workspace/workspace-files.ts';
import { LayeredModel } from '../engine/layered-model.ts';
import type { RuleInfo } from '../engine/policy/checks/check.ts';
import { checks } from '../engine/policy/checks/registry.ts';
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

/** What it may find, in the order of the codes. */
export function knownRules(): readonly RuleInfo[] {
  return checks;
}

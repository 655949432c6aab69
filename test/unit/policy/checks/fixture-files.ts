import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WorkspaceFiles } from '../../../../src/engine/discovery/workspace/workspace-files.ts';
import type { MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import type { MarkedYaml } from './marked-yaml.ts';
import { readMarkedYaml } from './marked-yaml.ts';

const root = path.resolve(import.meta.dirname, '../../../fixtures/checks');

/** When the fixtures are looked at: certificates in them have expired by then or have not. */
export const fixtureTime = Date.parse('2026-06-01T00:00:00Z');

export interface Fixture extends MarkedYaml {
  /** Name of the folder: the rule the fixture is about. */
  readonly rule: string;
  readonly name: string;
}

export const fixtures: readonly Fixture[] = readdirSync(root).flatMap((rule) =>
  readdirSync(path.join(root, rule)).map((name) => ({
    rule,
    name: `${rule}/${name}`,
    ...readMarkedYaml(readFileSync(path.join(root, rule, name), 'utf8')),
  })),
);

/** What the clusters of a fixture have. */
export function clusterObjects({ clusters }: Pick<MarkedYaml, 'clusters'>): readonly MeshObject[] {
  return clusters.flatMap(({ context, text }) => {
    const files = new WorkspaceFiles();
    files.setDisk('file:///cluster.yaml', text);
    return files.objects().map((object): MeshObject => ({ ...object, origin: { layer: 'cluster', source: context } }));
  });
}

/** Completion and help for kinds that no table of ours describes, from the definitions of workspace and cluster. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { completion } from '../../../src/engine/language/completion.ts';
import { hover } from '../../../src/engine/language/hover.ts';
import type { MeshObject } from '../../../src/engine/model/mesh-object.ts';
import type { Snapshot } from '../../../src/engine/model/snapshot.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import { compareText } from '../../../src/shared/compare.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import { sceneOf, type Scene } from './language-scene.ts';

const docsRoot = 'file:///meshlens/';
const settings = resolveMeshSettings();

const definition = (strategies: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rollouts.example.com}
spec:
  group: example.com
  names: {kind: Rollout, plural: rollouts}
  scope: Namespaced
  versions:
    - name: v1beta1
      served: true
      storage: false
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {old: {type: string}}}}}}
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [strategy]
              properties:
                replicas:
                  type: integer
                  minimum: 1
                  default: 3
                  description: |-
                    How many pods [there](http://evil.example) are
                    at <b>once</b>, *at most*.

                    And more.
                strategy: {type: string, enum: [${strategies}]}
                port: {type: integer, enum: [80, 443]}
                paused: {type: boolean}
                steps: {type: array, items: {type: object, properties: {weight: {type: integer}}}}
                tags: {type: object, additionalProperties: {type: string, enum: [blue, green]}}
`;

const rollout = (spec: string): string => `apiVersion: example.com/v1
kind: Rollout
metadata: {name: a}
spec:
${spec}
`;

/** The same texts, with the definition in a cluster instead. */
function inCluster({ files, uri, position }: Scene, text: string): Scene & { readonly snapshot: Snapshot } {
  const cluster = new WorkspaceFiles();
  cluster.setDisk('file:///cluster.yaml', text);
  const live = cluster
    .objects()
    .map((object): MeshObject => ({ ...object, origin: { layer: 'cluster', source: 'prod' } }));
  return { files, uri, position, snapshot: createSnapshot([...live, ...files.objects()]) };
}

function labels({ files, snapshot, uri, position }: Scene): readonly string[] {
  return [...completion(files, snapshot, settings, uri, position)]
    .sort((a, b) => compareText(a.sortText, b.sortText))
    .map(({ label }) => label);
}

const text = definition('Canary, BlueGreen');
const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ['fields, those needed first', '  ¦', ['strategy', 'replicas', 'port', 'paused', 'steps', 'tags']],
  ['words of a text', '  strategy: ¦', ['Canary', 'BlueGreen']],
  ['words that are numbers', '  port: ¦', ['80', '443']],
  ['true or false', '  paused: ¦', ['true', 'false']],
  ['fields of an item', '  steps:\n    - ¦', ['weight']],
  ['values of a mapping', '  tags:\n    a: ¦', ['blue', 'green']],
];
describe('completion', () => {
  for (const [name, spec, expected] of cases) {
    test(`${name}, from a file`, () =>
      assert.deepEqual(labels(sceneOf({ 'crd.yaml': text, 'a.yaml': rollout(spec) })), expected));
    test(`${name}, from a cluster`, () =>
      assert.deepEqual(labels(inCluster(sceneOf({ 'a.yaml': rollout(spec) }), text)), expected));
  }

  test('the definition of the cluster counts before that of a file', () => {
    const scene = sceneOf({ 'a.yaml': rollout('  strategy: ¦') });
    assert.deepEqual(labels(inCluster(scene, definition('Live'))), ['Live']);
  });

  test('another version has other fields', () => {
    const old = rollout('  ¦').replace('example.com/v1', 'example.com/v1beta1');
    assert.deepEqual(labels(sceneOf({ 'crd.yaml': text, 'a.yaml': old })), ['old']);
  });

  test('its kind and its versions', () => {
    const kinds = labels(sceneOf({ 'crd.yaml': text, 'a.yaml': 'apiVersion: example.com/v1\nkind: ¦\n' }));
    assert.deepEqual(kinds, ['Rollout']);
    const versions = (kind: string): readonly string[] =>
      labels(sceneOf({ 'crd.yaml': text, 'a.yaml': `apiVersion: ¦\n${kind}` }));
    assert.deepEqual(versions('kind: Rollout\n'), ['example.com/v1', 'example.com/v1beta1']);
    assert.ok(versions('').includes('example.com/v1') && versions('').includes('networking.istio.io/v1'));
  });
});

test('hover shows type, words, limits and default, and nothing of it is markup', () => {
  const of = (spec: string): string => {
    const { files, snapshot, uri, position } = sceneOf({ 'crd.yaml': text, 'a.yaml': rollout(spec) });
    return hover(files, snapshot, settings, uri, position, docsRoot)?.contents ?? '';
  };
  assert.equal(
    of('  rep¦licas: 2'),
    [
      '**replicas** · whole number',
      'How many pods \\[there\\](http://evil.example) are at \\<b\\>once\\</b\\>, \\*at most\\*.',
      'From 1.',
      'Default `3`.',
    ].join('\n\n'),
  );
  assert.equal(of('  strat¦egy: Canary'), '**strategy** · one of a few words\n\n`Canary` · `BlueGreen`');
});

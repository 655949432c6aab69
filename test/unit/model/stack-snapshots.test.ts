import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import { Kinds } from '../../../src/engine/model/kinds.ts';
import type { Layer, MeshObject } from '../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import { stackSnapshots } from '../../../src/engine/model/stack-snapshots.ts';
import { anyObject, meshObject } from './model-objects.ts';

const of = (layer: Layer, ...names: readonly string[]): readonly MeshObject[] =>
  names.map((name) => meshObject('VirtualService', ['shop', name], { spec: layer }, layer));

test('what is on top counts, and everything else shows through', () => {
  const stack = stackSnapshots(
    createSnapshot(of('cluster', 'a', 'c', 'e')),
    createSnapshot([...of('workspace', 'b', 'c'), meshObject('Service', ['shop', 'web'], {}, 'workspace')]),
    createSnapshot(of('registry', 'e', 'f')),
  );
  assert.deepEqual(
    stack.ofKind(Kinds.virtualService).map(({ name, spec }) => [name, spec]),
    [
      ['a', 'cluster'],
      ['b', 'workspace'],
      ['c', 'workspace'],
      ['e', 'registry'],
      ['f', 'registry'],
    ],
  );
  assert.deepEqual(stack.layers, ['cluster', 'workspace', 'registry']);
  assert.deepEqual(stack.kinds, [Kinds.service, Kinds.virtualService]);
  assert.equal(stack.find(Kinds.virtualService, 'shop', 'c')?.spec, 'workspace');
});

test('kinds and namespaces of one layer are its own, not copies', () => {
  const store = createObjectStore();
  for (let index = 0; index < 20; index++) {
    store.put(meshObject('Pod', ['shop', `pod-${index}`]), meshObject('Service', [`team-${index}`, 'web']));
  }
  const cluster = store.snapshot();
  const keystroke = (spec: string): ReturnType<typeof stackSnapshots> =>
    stackSnapshots(cluster, createSnapshot([meshObject('Service', ['team-3', 'web'], { spec }, 'workspace')]));
  const stack = keystroke('new');
  assert.equal(stack.objectsOf(Kinds.pod), cluster.objectsOf(Kinds.pod));
  assert.equal(stack.ofKind(Kinds.pod), cluster.ofKind(Kinds.pod));
  assert.equal(stack.inNamespace(Kinds.service, 'team-4'), cluster.inNamespace(Kinds.service, 'team-4'));
  assert.equal(stack.find(Kinds.service, 'team-3', 'web')?.spec, 'new');
  assert.equal(stack.ofKind(Kinds.service).length, 20);
  assert.equal(keystroke('newer').find(Kinds.service, 'team-3', 'web')?.spec, 'newer');
});

test('the same layers make the same parts', () => {
  const [lower, upper] = [createSnapshot(of('cluster', 'a')), createSnapshot(of('workspace', 'b'))];
  assert.equal(
    stackSnapshots(lower, upper).objectsOf(Kinds.virtualService),
    stackSnapshots(lower, upper).objectsOf(Kinds.virtualService),
  );
});

test('a workspace read again shares what no edit touched', () => {
  const files = [...of('workspace', 'a', 'b'), meshObject('Service', ['shop', 'web'], {}, 'workspace')];
  const before = createSnapshot(files);
  const after = createSnapshot([...files, ...of('workspace', 'c')], before);
  assert.equal(after.objectsOf(Kinds.service), before.objectsOf(Kinds.service));
  assert.notEqual(after.objectsOf(Kinds.virtualService), before.objectsOf(Kinds.virtualService));
});

test('nothing on nothing is nothing', () => {
  assert.deepEqual(stackSnapshots().all(), []);
  assert.deepEqual(stackSnapshots(createSnapshot([]), createSnapshot([])).kinds, []);
});

test('a stack equals the snapshot of all objects, whatever they are', () => {
  const layer = (name: Layer): fc.Arbitrary<readonly MeshObject[]> =>
    fc
      .array(anyObject, { maxLength: 15 })
      .map((objects) => objects.map((object) => ({ ...object, origin: { layer: name, source: name } })));
  fc.assert(
    fc.property(layer('cluster'), layer('workspace'), layer('registry'), (cluster, workspace, registry) => {
      const stack = stackSnapshots(createSnapshot(cluster), createSnapshot(workspace), createSnapshot(registry));
      const flat = createSnapshot([...cluster, ...workspace, ...registry]);
      assert.deepEqual(stack.all(), flat.all());
      assert.deepEqual(stack.kinds, flat.kinds);
      for (const { namespace, name } of flat.ofKind(Kinds.pod)) {
        assert.equal(stack.find(Kinds.pod, namespace, name), flat.find(Kinds.pod, namespace, name));
      }
    }),
    { numRuns: 300 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import { Kinds } from '../../../src/engine/model/kinds.ts';
import { kindKey, type KindKey, type MeshObject } from '../../../src/engine/model/mesh-object.ts';
import type { ModelDelta, ObjectChange } from '../../../src/engine/model/object-store.ts';
import { createSnapshot, type Snapshot } from '../../../src/engine/model/snapshot.ts';
import { anyObject, meshObject } from './model-objects.ts';

const pod = (name: string, resourceVersion: string, namespace = 'shop'): MeshObject =>
  meshObject('Pod', [namespace, name], { resourceVersion, spec: { at: resourceVersion } });
const nameAndVersion = ({ before, after }: ObjectChange): string =>
  `${before ? `${before.name}@${before.resourceVersion}` : '-'} → ${after ? `${after.name}@${after.resourceVersion}` : '-'}`;

function watched(): { store: ReturnType<typeof createObjectStore>; deltas: ModelDelta[]; told: () => string[] } {
  const store = createObjectStore();
  const deltas: ModelDelta[] = [];
  store.onDelta((delta) => deltas.push(delta));
  return { store, deltas, told: () => deltas.splice(0).flatMap(({ changes }) => changes.map(nameAndVersion)) };
}

test('a snapshot does not see what comes after it', () => {
  const { store } = watched();
  store.put(pod('a', '1'), pod('b', '1'));
  const before = store.snapshot();
  assert.equal(before.ofKind(Kinds.pod).length, 2);
  store.put(pod('a', '2'), pod('c', '1'));
  store.remove(Kinds.pod, 'shop', 'b');
  assert.deepEqual(
    before.ofKind(Kinds.pod).map(({ name, resourceVersion }) => `${name}@${resourceVersion}`),
    ['a@1', 'b@1'],
  );
  assert.deepEqual(
    store
      .snapshot()
      .ofKind(Kinds.pod)
      .map(({ name, resourceVersion }) => `${name}@${resourceVersion}`),
    ['a@2', 'c@1'],
  );
});

test('a change tells what came, changed and went, and nothing is told twice', () => {
  const { store, told, deltas } = watched();
  store.put(pod('a', '1'), pod('b', '1'));
  assert.deepEqual(told(), ['- → a@1', '- → b@1']);
  store.put(pod('a', '1'));
  store.remove(Kinds.pod, 'shop', 'nobody');
  store.remove(Kinds.service, 'shop', 'a');
  assert.deepEqual(told(), []);
  assert.equal(store.version, 1);
  store.put(pod('a', '2'));
  store.remove(Kinds.pod, 'shop', 'b');
  assert.deepEqual(
    deltas.map(({ version }) => version),
    [2, 3],
  );
  assert.deepEqual(told(), ['a@1 → a@2', 'b@1 → -']);
});

test('an object without version is compared by what it says', () => {
  const { store, told } = watched();
  const service = (port: number): MeshObject => meshObject('Service', ['shop', 'web'], { spec: { ports: [{ port }] } });
  store.put(service(80));
  store.put(service(80));
  assert.equal(told().length, 1);
  store.put(service(81));
  assert.equal(told().length, 1);
});

test('an object made anew under its name is a change, whatever its version says', () => {
  const { store, told } = watched();
  store.put(meshObject('Pod', ['shop', 'a'], { resourceVersion: '5', uid: 'first' }));
  store.put(meshObject('Pod', ['shop', 'a'], { resourceVersion: '5', uid: 'second' }));
  assert.deepEqual(told(), ['- → a@5', 'a@5 → a@5']);
});

test('an object read whole after its metadata is a change, although its version is the same', () => {
  const { store, told } = watched();
  const map = (rest?: MeshObject['rest']): MeshObject =>
    meshObject('ConfigMap', ['istio-system', 'istio'], {
      resourceVersion: '7',
      spec: undefined,
      ...(rest && { rest }),
    });
  store.put(map());
  store.put(map({ data: { mesh: 'trustDomain: a' } }));
  store.put(map({ data: { mesh: 'trustDomain: a' } }));
  assert.deepEqual(told(), ['- → istio@7', 'istio@7 → istio@7']);
});

test('replacing tells deletions that nobody saw, and leaves the rest alone', () => {
  const { store, told } = watched();
  store.put(pod('a', '1'), pod('b', '1'), pod('c', '1'), pod('other', '1', 'bank'));
  told();
  const known = store.snapshot().find(Kinds.pod, 'shop', 'a');
  store.replace(Kinds.pod, 'shop', [pod('d', '4'), pod('c', '2'), pod('a', '1')]);
  assert.deepEqual(told(), ['b@1 → -', 'c@1 → c@2', '- → d@4']);
  assert.equal(
    store.snapshot().find(Kinds.pod, 'shop', 'a'),
    known,
    'the object that did not change stays the same one',
  );
  assert.equal(store.count(Kinds.pod), 4);
  store.replace(Kinds.pod, undefined, [pod('a', '1')]);
  assert.deepEqual(told().sort(), ['c@2 → -', 'd@4 → -', 'other@1 → -']);
  store.replace(Kinds.pod, undefined, []);
  assert.deepEqual(told(), ['a@1 → -']);
  assert.deepEqual(store.snapshot().kinds, []);
  assert.equal(store.count(Kinds.pod), 0);
});

test('replacing a namespace takes no object of another', () => {
  const { store, told } = watched();
  store.replace(Kinds.pod, 'shop', [pod('a', '1', 'bank')]);
  assert.deepEqual(told(), []);
});

test('parts that did not change are the same in the next snapshot', () => {
  const { store } = watched();
  store.put(pod('a', '1'), pod('b', '1', 'bank'), meshObject('Service', ['shop', 'web']));
  const before = store.snapshot();
  assert.equal(store.snapshot(), before);
  store.put(pod('a', '2'));
  const after = store.snapshot();
  assert.notEqual(after, before);
  assert.equal(after.objectsOf(Kinds.service), before.objectsOf(Kinds.service));
  assert.notEqual(after.objectsOf(Kinds.pod), before.objectsOf(Kinds.pod));
  assert.equal(after.inNamespace(Kinds.pod, 'bank'), before.inNamespace(Kinds.pod, 'bank'));
});

test('a listener that changes the store is told after the others heard of the first change', () => {
  const store = createObjectStore();
  const heard: string[] = [];
  store.onDelta(({ version, changes: [change] }) => {
    heard.push(`first ${version}`);
    if (change?.after?.name === 'a') store.put(pod('b', '1'));
  });
  const second = store.onDelta(({ version }) => heard.push(`second ${version}`));
  store.put(pod('a', '1'));
  second.dispose();
  store.put(pod('c', '1'));
  assert.deepEqual(heard, ['first 1', 'second 1', 'first 2', 'second 2', 'first 3']);
});

type Edit =
  | { readonly type: 'put'; readonly objects: readonly MeshObject[] }
  | { readonly type: 'remove'; readonly object: MeshObject }
  | {
      readonly type: 'replace';
      readonly kind: KindKey;
      readonly namespace: string | undefined;
      readonly objects: readonly MeshObject[];
    };

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ type: fc.constant('put' as const), objects: fc.array(anyObject, { maxLength: 4 }) }),
  fc.record({ type: fc.constant('remove' as const), object: anyObject }),
  fc
    .record({
      type: fc.constant('replace' as const),
      namespace: fc.constantFrom(undefined, 'a', 'a-b', 'b', ''),
      objects: fc.array(anyObject, { maxLength: 8 }),
      kind: fc.constantFrom(Kinds.service, Kinds.pod, Kinds.virtualService),
    })
    .map((made) => ({ ...made, objects: made.objects.filter((object) => kindKey(object) === made.kind) })),
);

const keyOf = (object: MeshObject): string => JSON.stringify([kindKey(object), object.namespace, object.name]);
const content = (snapshot: Snapshot): string => JSON.stringify(snapshot.all());

/** The same edits on a plain map, without any sharing. */
function applyNaively(model: Map<string, MeshObject>, made: Edit): void {
  if (made.type === 'put') for (const object of made.objects) model.set(keyOf(object), object);
  else if (made.type === 'remove') model.delete(keyOf(made.object));
  else {
    const inScope = (object: MeshObject): boolean =>
      kindKey(object) === made.kind && (made.namespace === undefined || object.namespace === made.namespace);
    for (const [key, object] of [...model]) if (inScope(object)) model.delete(key);
    for (const object of made.objects.filter(inScope)) if (!model.has(keyOf(object))) model.set(keyOf(object), object);
  }
}

test('after any edits the store holds what a plain map would, and its deltas lead there', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 20 }), (edits) => {
      const store = createObjectStore();
      const followed = new Map<string, MeshObject>();
      let version = 0;
      store.onDelta((delta) => {
        assert.equal(delta.version, ++version);
        for (const { before, after } of delta.changes) {
          const changed = after ?? before;
          assert.ok(changed);
          assert.equal(followed.get(keyOf(changed)), before);
          if (after) followed.set(keyOf(after), after);
          else followed.delete(keyOf(changed));
        }
      });
      const plain = new Map<string, MeshObject>();
      const kept: { readonly snapshot: Snapshot; readonly content: string }[] = [];
      for (const made of edits) {
        if (made.type === 'put') store.put(...made.objects);
        else if (made.type === 'remove') store.remove(kindKey(made.object), made.object.namespace, made.object.name);
        else store.replace(made.kind, made.namespace, made.objects);
        applyNaively(plain, made);
        const snapshot = store.snapshot();
        kept.push({ snapshot, content: content(snapshot) });
        const expected = createSnapshot(plain.values());
        assert.deepEqual(snapshot.all(), expected.all());
        assert.deepEqual(snapshot.kinds, expected.kinds);
        assert.deepEqual(createSnapshot(followed.values()).all(), expected.all());
        for (const object of plain.values()) {
          assert.deepEqual(snapshot.find(kindKey(object), object.namespace, object.name), object);
        }
        for (const kind of expected.kinds) assert.equal(store.count(kind), expected.ofKind(kind).length);
      }
      for (const { snapshot, content: then } of kept) assert.equal(content(snapshot), then);
    }),
    { numRuns: 300 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Layer, MeshObject } from '../../../src/engine/model/mesh-object.ts';
import { kindKey } from '../../../src/engine/model/mesh-object.ts';
import { Kinds } from '../../../src/engine/model/kinds.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';

const object = (layer: Layer, name: string, spec: unknown = {}, apiVersion = 'v1', kind = 'Service'): MeshObject => ({
  apiVersion,
  kind,
  namespace: 'bookinfo',
  name,
  labels: {},
  annotations: {},
  spec,
  origin: { layer, source: layer },
});

test('an object of a higher layer hides the one of the same name below', () => {
  const snapshot = createSnapshot([
    object('registry', 'reviews', 'r'),
    object('cluster', 'reviews', 'c'),
    object('workspace', 'reviews', 'w'),
  ]);
  assert.equal(snapshot.find(Kinds.service, 'bookinfo', 'reviews')?.spec, 'r');
  assert.equal(snapshot.ofKind(Kinds.service).length, 1);
  assert.deepEqual(snapshot.layers, ['cluster', 'workspace', 'registry']);
});

test('versions of one kind are one kind', () => {
  const snapshot = createSnapshot([
    object('cluster', 'reviews', 'old', 'networking.istio.io/v1beta1', 'VirtualService'),
    object('workspace', 'reviews', 'new', 'networking.istio.io/v1', 'VirtualService'),
  ]);
  assert.deepEqual(
    snapshot.ofKind(Kinds.virtualService).map(({ spec }) => spec),
    ['new'],
  );
});

test('within one layer the first of a name counts', () => {
  const snapshot = createSnapshot([object('workspace', 'reviews', 'first'), object('workspace', 'reviews', 'second')]);
  assert.equal(snapshot.find(Kinds.service, 'bookinfo', 'reviews')?.spec, 'first');
});

test('the core group has no slash in apiVersion', () => {
  assert.equal(kindKey({ apiVersion: 'v1', kind: 'Service' }), 'core/Service');
  assert.equal(kindKey({ apiVersion: 'apps/v1', kind: 'Deployment' }), 'apps/Deployment');
});

test('the order objects of different names come in changes nothing', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 12 });
  fc.assert(
    fc.property(names, fc.integer(), (given, seed) => {
      const objects = given.map((name) => object('workspace', name));
      const shuffled = [...objects].sort(
        (a, b) => ((a.name.length * 7919 + seed) % 13) - ((b.name.length * 104729 + seed) % 17),
      );
      assert.deepEqual(
        createSnapshot(shuffled)
          .all()
          .map(({ name }) => name),
        createSnapshot(objects)
          .all()
          .map(({ name }) => name),
      );
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rejection } from '../../../../src/engine/policy/keeping/policy-keeper.ts';
import { PolicyKeeper } from '../../../../src/engine/policy/keeping/policy-keeper.ts';
import type { MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import { refOf } from '../../../../src/engine/model/mesh-object.ts';

const route = (name: string, spec: string, uri = 'file:///a.yaml'): MeshObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  namespace: 'bookinfo',
  name,
  labels: {},
  annotations: {},
  spec,
  origin: { layer: 'workspace', source: uri },
});
const file = (uri: string, ...objects: MeshObject[]) => ({ uri, objects });
const wrong = (object: MeshObject): Rejection => ({
  source: { resource: refOf(object), path: [] },
  message: `${String(object.spec)} is wrong`,
});
/** Objects whose spec starts with "bad" cannot work. */
const problemsOf = (objects: readonly MeshObject[]): readonly Rejection[] =>
  objects.filter(({ spec }) => String(spec).startsWith('bad')).map(wrong);
const specs = (objects: readonly MeshObject[]): unknown[] => objects.map(({ spec }) => spec);

test('a good configuration replaces the one before', () => {
  const keeper = new PolicyKeeper();
  keeper.accept([file('file:///a.yaml', route('reviews', 'one'))], problemsOf);
  assert.deepEqual(specs(keeper.accept([file('file:///a.yaml', route('reviews', 'two'))], problemsOf).objects), [
    'two',
  ]);
});

test('a wrong object is refused and the last good one runs on, while others change', () => {
  const keeper = new PolicyKeeper();
  keeper.accept([file('file:///a.yaml', route('reviews', 'one'), route('ratings', 'one'))], problemsOf);
  const kept = keeper.accept([file('file:///a.yaml', route('reviews', 'bad'), route('ratings', 'two'))], problemsOf);
  assert.deepEqual(specs(kept.objects), ['one', 'two']);
  assert.deepEqual(
    kept.rejections.map(({ message }) => message),
    ['bad is wrong'],
  );
  assert.deepEqual(keeper.accept([file('file:///a.yaml', route('reviews', 'three'))], problemsOf).rejections, []);
});

test('a wrong object without a predecessor is left out', () => {
  const kept = new PolicyKeeper().accept([file('file:///a.yaml', route('reviews', 'bad'))], problemsOf);
  assert.deepEqual(kept.objects, []);
  assert.equal(kept.rejections.length, 1);
});

test('a file that is not YAML takes nothing away, a deleted one does', () => {
  const keeper = new PolicyKeeper();
  const good = route('reviews', 'one');
  keeper.accept([file('file:///a.yaml', good)], problemsOf);
  const unreadable = { ...wrong(good), message: 'A closing bracket is missing.' };
  const broken = keeper.accept([{ uri: 'file:///a.yaml', objects: [], unreadable }], problemsOf);
  assert.deepEqual(specs(broken.objects), ['one']);
  assert.deepEqual(broken.rejections, [unreadable]);
  assert.deepEqual(keeper.accept([], problemsOf).objects, []);
});

test('what was good and stops working through something else runs on without complaint', () => {
  const keeper = new PolicyKeeper();
  const good = route('reviews', 'good until its service went away');
  keeper.accept([file('file:///a.yaml', good)], problemsOf);
  const kept = keeper.accept([file('file:///a.yaml', good)], () => [wrong(good)]);
  assert.deepEqual(kept.objects, [good]);
  assert.deepEqual(kept.rejections, []);
});

test('taking one object back may make another wrong: it is taken back too', () => {
  const keeper = new PolicyKeeper();
  const before = [route('rule', 'subsets: old'), route('user', 'uses old')];
  keeper.accept([file('file:///a.yaml', ...before)], problemsOf);
  const dependent = (objects: readonly MeshObject[]): readonly Rejection[] => {
    const rule = objects.find(({ name }) => name === 'rule');
    const user = objects.find(({ name }) => name === 'user');
    if (!rule || !user) return [];
    if (String(rule.spec).startsWith('bad')) return [wrong(rule)];
    return String(user.spec).endsWith('new') && !String(rule.spec).endsWith('new') ? [wrong(user)] : [];
  };
  const kept = keeper.accept(
    [file('file:///a.yaml', route('rule', 'bad subsets: new'), route('user', 'uses new'))],
    dependent,
  );
  assert.deepEqual(specs(kept.objects), ['subsets: old', 'uses old']);
  assert.equal(kept.rejections.length, 2);
});

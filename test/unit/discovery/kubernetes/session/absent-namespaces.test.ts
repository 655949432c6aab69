import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  absentNamespaces,
  scopeWithout,
} from '../../../../../src/engine/discovery/kubernetes/session/absent-namespaces.ts';

test('namespaces that are known not to be there are absent; where nobody knows, none is', () => {
  const knowledge = {
    optional: ['consul', 'linkerd'],
    has: (name: string) => name === 'linkerd',
    before: ['linkerd', 'other'],
  };
  assert.deepEqual(absentNamespaces({ ...knowledge, state: 'synced' }), ['consul']);
  assert.deepEqual(absentNamespaces({ ...knowledge, state: 'listing' }), ['consul']);
  assert.deepEqual(absentNamespaces({ ...knowledge, state: 'retrying' }), ['linkerd']);
  assert.deepEqual(absentNamespaces({ ...knowledge, state: 'forbidden' }), []);
  assert.deepEqual(absentNamespaces({ ...knowledge, state: 'absent' }), []);
});

test('a scope keeps what is there, and is never empty because of it', () => {
  assert.deepEqual(scopeWithout(['shop', 'consul'], ['consul']), ['shop']);
  assert.deepEqual(scopeWithout(['consul'], ['consul']), ['consul']);
  assert.deepEqual(scopeWithout([], ['consul']), []);
  assert.equal(scopeWithout('cluster', ['consul']), 'cluster');
});

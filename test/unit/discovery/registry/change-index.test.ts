import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangeIndex } from '../../../../src/engine/discovery/registry/change-index.ts';

test('grows with every change and is never 0', () => {
  const index = new ChangeIndex();
  assert.ok(index.of('a') > 0);
  const first = index.advance(['a']);
  const second = index.advance(['b']);
  assert.ok(second > first);
  assert.deepEqual([index.of('a'), index.of('b')], [first, second]);
});

test('a wait ends with a change of its topic only', async () => {
  const index = new ChangeIndex();
  const before = index.of('a');
  const waiting = index.wait('a', before, 60_000);
  index.advance(['b']);
  assert.equal(index.waiting, 1);
  const changed = index.advance(['a']);
  assert.equal(await waiting, changed);
  assert.equal(index.waiting, 0);
});

test('a change that was missed is told at once', async () => {
  const index = new ChangeIndex();
  const before = index.of('a');
  const changed = index.advance(['a']);
  assert.equal(await index.wait('a', before, 60_000), changed);
});

test('a wait ends with its time, its signal and the end of everything, the index unchanged', async () => {
  const index = new ChangeIndex();
  const at = index.of('a');
  assert.equal(await index.wait('a', at, 5), at);
  assert.equal(await index.wait('a', at, 60_000, AbortSignal.abort()), at);
  const leaving = new AbortController();
  const waiting = index.wait('a', at, 60_000, leaving.signal);
  leaving.abort();
  assert.equal(await waiting, at);
  const last = index.wait('a', at, 60_000);
  index.close();
  assert.equal(await last, at);
  assert.equal(index.waiting, 0);
});

test('who watches a topic that ceases to exist is told', async () => {
  const index = new ChangeIndex();
  const at = index.advance(['a']);
  const waiting = index.wait('a', at, 60_000);
  index.forget('a');
  assert.ok((await waiting) > at);
  // A topic that was never there counts from the same moment on, so nobody waits for a change that was before.
  assert.equal(index.of('a'), index.of('never'));
});

test('continues after an earlier run', () => {
  const index = new ChangeIndex();
  index.skipTo(1000);
  assert.equal(index.of('a'), 1000);
  assert.equal(index.advance(['a']), 1001);
});

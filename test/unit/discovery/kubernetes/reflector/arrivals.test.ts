import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { LineSplitter } from '../../../../../src/engine/discovery/kubernetes/reflector/line-splitter.ts';
import { Arrivals } from '../../../../../src/engine/discovery/kubernetes/reflector/arrivals.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

const textsOf = (lines: readonly Buffer[]): readonly string[] => lines.map((line) => line.toString());

test('lines that came since the last were taken are taken together, then the end is told', async () => {
  const body = new PassThrough();
  let heard = 0;
  const arrivals = new Arrivals(body, new LineSplitter(100), () => heard++);
  const first = arrivals.take();
  body.write('{"a":');
  await turn();
  assert.equal(heard, 1, 'a part of a line is a sign of life');
  body.write('1}\n{"b":2}\n{"c"');
  assert.deepEqual(textsOf(await first), ['{"a":1}', '{"b":2}']);
  body.write(':3}\n');
  body.write('{"d":4}\n');
  await turn();
  assert.deepEqual(textsOf(await arrivals.take()), ['{"c":3}', '{"d":4}']);
  body.end();
  assert.deepEqual(await arrivals.take(), []);
  assert.deepEqual(await arrivals.take(), []);
});

test('what breaks the stream is told after the lines before it', async () => {
  const body = new PassThrough();
  const arrivals = new Arrivals(body, new LineSplitter(100), () => undefined);
  body.write('{"a":1}\n');
  await turn();
  body.destroy(new KubeFailure('unreachable', 'gone'));
  await turn();
  assert.deepEqual(textsOf(await arrivals.take()), ['{"a":1}']);
  await assert.rejects(arrivals.take(), /gone/);
});

test('a stream that is over before anybody reads it ends, and does not wait', async () => {
  const ended = new PassThrough();
  ended.destroy();
  await turn();
  assert.deepEqual(await new Arrivals(ended, new LineSplitter(100), () => undefined).take(), []);
  const broken = new PassThrough();
  broken.on('error', () => undefined);
  broken.destroy(new KubeFailure('unreachable', 'gone'));
  await turn();
  await assert.rejects(new Arrivals(broken, new LineSplitter(100), () => undefined).take(), /gone/);
});

test('a line that is too long ends the stream', async () => {
  const body = new PassThrough();
  const arrivals = new Arrivals(body, new LineSplitter(10), () => undefined);
  body.write('{"a":1}\n');
  await turn();
  body.write('{"too long":1');
  await turn();
  assert.deepEqual(textsOf(await arrivals.take()), ['{"a":1}']);
  await assert.rejects(arrivals.take(), (error) => error instanceof KubeFailure && error.reason === 'too-large');
  assert.ok(body.destroyed);
});

test('lines that nobody takes hold the sender, not the memory', async () => {
  const body = new PassThrough({ highWaterMark: 64 * 1024 });
  const arrivals = new Arrivals(body, new LineSplitter(1024 * 1024), () => undefined);
  const line = `${'x'.repeat(100_000)}\n`;
  let written = 0;
  for (; written < 100; written++) {
    if (!body.write(line)) await turn();
    if (body.writableNeedDrain) break;
  }
  assert.ok(written > 5 && written < 20, `${written} lines of 100 kB were taken in`);
  let taken = 0;
  const rest = written + 1;
  while (taken < rest) taken += (await arrivals.take()).length;
  assert.equal(taken, rest);
});

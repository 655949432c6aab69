import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from '../../../../../src/engine/discovery/kubernetes/reflector/line-splitter.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

test('lines are the same however they are cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', ' '))),
      fc.array(fc.nat(9)),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const splitter = new LineSplitter(1024);
        const got: string[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          got.push(...splitter.push(bytes.subarray(at, at + cut)).map(String));
          at += cut;
        }
        assert.deepEqual(
          got,
          lines.filter((line) => line !== ''),
        );
      },
    ),
  );
});

test('the last line waits for its end', () => {
  const splitter = new LineSplitter(100);
  assert.deepEqual(splitter.push(Buffer.from('one\ntw')).map(String), ['one']);
  assert.deepEqual(splitter.push(Buffer.from('o')).map(String), []);
  assert.deepEqual(splitter.push(Buffer.from('\n')).map(String), ['two']);
});

test('a line that grows beyond the limit is a failure, before its end and at once', () => {
  const isTooLarge = (error: unknown): boolean => error instanceof KubeFailure && error.reason === 'too-large';
  const growing = new LineSplitter(10);
  growing.push(Buffer.from('12345678'));
  assert.throws(() => growing.push(Buffer.from('9ab')), isTooLarge);
  assert.throws(() => new LineSplitter(10).push(Buffer.from('123456789ab\n')), isTooLarge);
  assert.deepEqual(new LineSplitter(10).push(Buffer.from('123456789a\n')).map(String), ['123456789a']);
});

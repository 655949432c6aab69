import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameSplitter } from '../../../../../src/engine/discovery/kubernetes/reflector/frame-splitter.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

const framed = (text: string): Buffer => {
  const content = Buffer.from(text);
  return Buffer.concat([Buffer.of(0, 0, content.length >> 8, content.length & 0xff), content]);
};

test('messages are the same however they are cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })), fc.array(fc.nat(9)), (texts, cuts) => {
      const bytes = Buffer.concat(texts.map(framed));
      const splitter = new FrameSplitter(4096);
      const got: string[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        // What it comes in is read into again.
        const chunk = Buffer.from(bytes.subarray(at, at + cut));
        splitter.push(chunk);
        chunk.fill(0x78);
        at += cut;
        if (cut % 3 > 0) got.push(...splitter.records.take().map(String));
      }
      got.push(...splitter.records.take().map(String));
      assert.deepEqual(
        got,
        texts.filter((text) => text !== ''),
      );
    }),
  );
});

test('what is no length is refused before anything is kept for it', () => {
  for (const [limit, bytes] of [
    [1000, '{"type":"MODIFIED"}\n'],
    [10, Buffer.of(0, 0, 0, 11)],
  ] as const) {
    assert.throws(
      () => new FrameSplitter(limit).push(Buffer.from(bytes)),
      (error: unknown) =>
        error instanceof KubeFailure && error.reason === 'protocol' && /not the protobuf/.test(error.message),
    );
  }
  const splitter = new FrameSplitter(10);
  splitter.push(framed('0123456789'));
  assert.deepEqual(splitter.records.take().map(String), ['0123456789']);
});

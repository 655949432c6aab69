/**
 * What the API's own code (k8s.io/api 0.37.2, written with its protobuf serializer and by encoding/json from the same
 * object) writes must be read alike in both forms.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FrameSplitter } from '../../../../../src/engine/discovery/kubernetes/reflector/frame-splitter.ts';
import { JsonChangeReader } from '../../../../../src/engine/discovery/kubernetes/reflector/json-change-reader.ts';
import { JsonItems } from '../../../../../src/engine/discovery/kubernetes/reflector/json-items.ts';
import type { PageItems } from '../../../../../src/engine/discovery/kubernetes/reflector/page-items.ts';
import { ProtobufChangeReader } from '../../../../../src/engine/discovery/kubernetes/reflector/protobuf-change-reader.ts';
import { ProtobufItems } from '../../../../../src/engine/discovery/kubernetes/reflector/protobuf-items.ts';
import { refusalOfResponse } from '../../../../../src/engine/discovery/kubernetes/reflector/refusal.ts';
import { typeOf } from '../../../../../src/engine/discovery/kubernetes/reflector/target.ts';
import { objectIn } from '../../../../../src/engine/discovery/kubernetes/protobuf/envelope.ts';
import { fieldsOf } from '../../../../../src/engine/discovery/kubernetes/protobuf/read-message.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { targetOf } from '../reflector/target-of.ts';

interface Written {
  readonly name: string;
  /** Of the event that it is in. */
  readonly type?: string;
  readonly object: { readonly kind: string };
  readonly protobuf: string;
}

const written = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, '../../../../fixtures/kubernetes-protobuf/written-by-kubernetes.json'),
    'utf8',
  ),
) as readonly Written[];

const targets = { Pod: targetOf('core/Pod'), EndpointSlice: targetOf('discovery.k8s.io/EndpointSlice') };
const targetFor = ({ object: { kind } }: Written): (typeof targets)['Pod'] =>
  kind.startsWith('EndpointSlice') ? targets.EndpointSlice : targets.Pod;

function messageFor(one: Written): NonNullable<ReturnType<typeof messageOfKind>> {
  const message = messageOfKind(one);
  assert.ok(message);
  return message;
}
const messageOfKind = (one: Written) => targetFor(one).kind.messages?.['v1'];

const bytesOf = ({ protobuf }: Written): Buffer => Buffer.from(protobuf, 'base64');

function framesOf(one: Written): readonly Buffer[] {
  const splitter = new FrameSplitter(1024 * 1024);
  splitter.push(bytesOf(one));
  return splitter.records.take();
}

function itemsOf(items: PageItems): { readonly items: unknown[]; readonly metadata: unknown } {
  const all: unknown[] = [];
  for (let item = items.next(); item; item = items.next()) all.push(item.value);
  return { items: all, metadata: items.metadata() };
}

describe('what Kubernetes writes in protobuf is read as its JSON is', () => {
  for (const one of written) {
    const { kind } = one.object;
    if (one.type !== undefined) {
      test(`event: ${one.name}`, () => {
        const [frame] = framesOf(one);
        assert.ok(frame);
        const line = Buffer.from(JSON.stringify({ type: one.type, object: one.object }));
        const inJson = new JsonChangeReader(targetFor(one));
        const inProtobuf = new ProtobufChangeReader(targetFor(one), messageFor(one));
        const expected = inJson.read(line);
        assert.ok(expected);
        // What is known from the time before is no other.
        for (let time = 0; time < 3; time++) assert.deepEqual(inProtobuf.read(frame), expected);
        assert.deepEqual(inProtobuf.read(frame, true), expected);
      });
    } else if (kind.endsWith('List')) {
      test(`list: ${one.name}`, () => {
        const target = targetFor(one);
        const { decode } = target.kind;
        const json = itemsOf(new JsonItems(Buffer.from(JSON.stringify(one.object)), 'items', decode.reads));
        const protobuf = itemsOf(new ProtobufItems(bytesOf(one), messageFor(one)));
        const objects = ({ items }: typeof json): unknown => items.map((item) => decode(item, typeOf(target)));
        assert.ok(json.items.length > 0);
        assert.deepEqual(objects(protobuf), objects(json));
        const { resourceVersion, continue: next } = json.metadata as { resourceVersion: string; continue?: string };
        assert.deepEqual(protobuf.metadata, { resourceVersion, ...(next !== undefined && { continue: next }) });
      });
    } else if (kind === 'Status') {
      test(`answer: ${one.name}`, () => {
        const inProtobuf = refusalOfResponse(
          429,
          { 'content-type': 'application/vnd.kubernetes.protobuf' },
          bytesOf(one),
        );
        const inJson = refusalOfResponse(429, {}, Buffer.from(JSON.stringify(one.object)));
        assert.deepEqual(inProtobuf, inJson);
        assert.equal(inProtobuf.retryAfterMs, 7000);
        assert.equal(inProtobuf.message, 'try again');
      });
    } else {
      test(`object: ${one.name}`, () => {
        const target = targetFor(one);
        const bytes = bytesOf(one);
        const fields = fieldsOf(bytes, objectIn(bytes, { from: 0, to: bytes.length }), messageFor(one));
        const object = target.kind.decode(fields, typeOf(target));
        assert.deepEqual(object, target.kind.decode(one.object, typeOf(target)));
        assert.doesNotMatch(JSON.stringify(fields), /hidden|PASSWORD|not-here/, 'what is not kept is not read');
      });
    }
  }
});

test('of bytes that were changed on their way either an object comes or a failure in words', () => {
  const frames = written
    .filter(({ type }) => type !== undefined)
    .map((one) => ({ one, bytes: bytesOf(one).subarray(4) }));
  fc.assert(
    fc.property(
      fc.constantFrom(...frames),
      fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(4000)),
      ({ one, bytes }, changes, cut) => {
        const changed = Buffer.from(cut === null ? bytes : bytes.subarray(0, cut % bytes.length));
        for (const [at, byte] of changes) if (changed.length > 0) changed[at % changed.length] = byte;
        try {
          new ProtobufChangeReader(targetFor(one), messageFor(one)).read(changed);
        } catch (error) {
          assert.ok(error instanceof KubeFailure, String(error));
        }
        try {
          itemsOf(new ProtobufItems(changed, messageFor(one)));
        } catch (error) {
          assert.ok(error instanceof KubeFailure, String(error));
        }
      },
    ),
    { numRuns: 3000 },
  );
});

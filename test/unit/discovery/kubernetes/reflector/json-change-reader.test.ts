import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonChangeReader } from '../../../../../src/engine/discovery/kubernetes/reflector/json-change-reader.ts';
import { typeOf } from '../../../../../src/engine/discovery/kubernetes/reflector/target.ts';
import type { WatchEvent } from '../../../../../src/engine/discovery/kubernetes/reflector/watch-events.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import type { MeshObject } from '../../../../../src/engine/model/mesh-object.ts';
import { targetOf } from './target-of.ts';

const pods = targetOf('core/Pod');

type Json = Readonly<Record<string, unknown>>;

const metadata = (version: string, more: Json = {}): Json => ({
  name: 'till',
  namespace: 'shop',
  uid: 'u-1',
  resourceVersion: version,
  managedFields: [{ manager: 'kubelet', fieldsV1: { 'f:status': { 'k:{"ip":"]"}': {} } } }],
  ...more,
});
/** Long enough to be worth knowing again. */
const spec = (image: string): Json => ({
  nodeName: 'node-1',
  containers: Array.from({ length: 5 }, (_, at) => ({
    name: `c-${at}`,
    image,
    command: ['sleep', '"}]', `${at}`.repeat(20)],
  })),
});
const line = (object: Json, type = 'MODIFIED'): Buffer => Buffer.from(JSON.stringify({ type, object }));

function putOf(event: WatchEvent | undefined): MeshObject {
  assert.equal(event?.type, 'put');
  return event.object;
}

const containersOf = (image: string): unknown => Array.from({ length: 5 }, (_, at) => ({ name: `c-${at}`, image }));

test('what did not change stays the same value, and what changed is read', () => {
  const reader = new JsonChangeReader(pods);
  const read = (object: Json): MeshObject => putOf(reader.read(line(object)));
  const status = (phase: string): Json => ({ phase, conditions: [], qosClass: 'x'.repeat(300) });

  const first = read({ kind: 'Pod', metadata: metadata('1'), spec: spec('shop:1'), status: status('Pending') });
  assert.deepEqual(first, {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'shop',
    name: 'till',
    uid: 'u-1',
    resourceVersion: '1',
    labels: {},
    annotations: {},
    spec: { nodeName: 'node-1', containers: containersOf('shop:1') },
    status: { phase: 'Pending', conditions: [] },
    origin: { layer: 'cluster', source: 'test' },
  });

  const labelled = metadata('2', { labels: { app: 'till' } });
  const second = read({ kind: 'Pod', metadata: labelled, spec: spec('shop:1'), status: status('Running') });
  assert.equal(second.spec, first.spec);
  assert.deepEqual(
    [second.resourceVersion, second.labels, second.status],
    ['2', { app: 'till' }, { phase: 'Running', conditions: [] }],
  );

  // As long as before.
  const third = read({ metadata: metadata('3'), spec: spec('shop:2'), status: status('Running') });
  assert.deepEqual(third.spec, { nodeName: 'node-1', containers: containersOf('shop:2') });
  assert.equal(third.status, second.status);

  // Longer, and then without a status.
  const fourth = read({ metadata: metadata('4'), spec: { ...spec('shop:2'), hostNetwork: true } });
  assert.deepEqual(fourth.spec, { nodeName: 'node-1', containers: containersOf('shop:2'), hostNetwork: true });
  assert.equal(Object.hasOwn(fourth, 'status'), false);
  const fifth = read({ metadata: metadata('5'), spec: { ...spec('shop:2'), hostNetwork: true }, status: {} });
  assert.deepEqual([fifth.spec === fourth.spec, fifth.status], [true, {}]);

  const another = read({ metadata: metadata('6', { uid: 'u-2', name: 'other' }), spec: spec('shop:2') });
  assert.notEqual(another.spec, third.spec);
});

test('what an object was before it was removed is not what another of its name is', () => {
  const reader = new JsonChangeReader(pods);
  const object = { metadata: metadata('1'), spec: spec('shop:1') };
  const first = putOf(reader.read(line(object)));
  assert.equal(reader.read(line(object, 'DELETED'))?.type, 'remove');
  const again = putOf(reader.read(line(object)));
  assert.notEqual(again.spec, first.spec);
  assert.deepEqual(again, first);
});

test('fields beside the spec stay the same value too', () => {
  const endpoints = Array.from({ length: 4 }, (_, at) => ({
    addresses: [`10.0.0.${at}`],
    conditions: { ready: true, serving: true },
    targetRef: { kind: 'Pod', name: `till-${at}`, namespace: 'shop', uid: `u-${at}` },
  }));
  const ports = [{ name: 'http', port: 8080 }];
  const reader = new JsonChangeReader(targetOf('discovery.k8s.io/EndpointSlice'));
  const read = (version: string, parts: Json): MeshObject =>
    putOf(reader.read(line({ metadata: metadata(version), addressType: 'IPv4', ...parts })));
  const first = read('1', { endpoints, ports });
  const second = read('2', { endpoints, ports: [{ name: 'http', port: 9090 }] });
  assert.equal(second.rest?.['endpoints'], first.rest?.['endpoints']);
  assert.deepEqual(second.rest, {
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 9090 }],
    endpoints: endpoints.map(({ targetRef: { kind, name, namespace }, ...others }) => ({
      ...others,
      targetRef: { kind, name, namespace },
    })),
  });
  assert.deepEqual(
    read('3', { endpoints: endpoints.slice(1), ports }).rest?.['endpoints'],
    (second.rest?.['endpoints'] as unknown[]).slice(1),
  );
});

test('whatever changes of an object, it is read as if it were new', () => {
  const value = fc.oneof(
    fc.constant(undefined),
    fc.constantFrom(spec('a:1'), spec('b:1'), { containers: [] }, spec('a}]":1')),
    fc.jsonValue() as fc.Arbitrary<unknown>,
  );
  const version = fc.record({
    uid: fc.constantFrom('u-1', 'u-2'),
    labels: fc.dictionary(fc.string(), fc.string()),
    spec: value,
    status: value,
    data: value,
  });
  for (const key of ['core/Pod', 'networking.istio.io/VirtualService', 'discovery.k8s.io/EndpointSlice']) {
    const target = targetOf(key);
    fc.assert(
      fc.property(fc.array(version, { maxLength: 8 }), (versions) => {
        const reader = new JsonChangeReader(target);
        for (const [at, { uid, labels, data, ...parts }] of versions.entries()) {
          const object = { kind: 'x', metadata: metadata(`${at}`, { uid, labels }), ...parts, data, endpoints: data };
          const parsed: unknown = JSON.parse(JSON.stringify(object));
          assert.deepEqual(putOf(reader.read(line(object))), target.kind.decode(parsed, typeOf(target)));
        }
      }),
    );
  }
});

test('what is cut off, goes on behind its end or has no name is a failure', () => {
  const reader = new JsonChangeReader(pods);
  const whole = line({ metadata: metadata('1'), spec: spec('shop:1') });
  reader.read(Buffer.from(whole));
  for (let end = 1; end < whole.length; end += 7)
    assert.throws(() => reader.read(Buffer.from(whole.subarray(0, end))), KubeFailure, `${end}`);
  for (const text of [`${whole.toString()}}`, `${whole.toString()}x`, '{"type":"MODIFIED","object":{"metadata":{}}}'])
    assert.throws(() => reader.read(Buffer.from(text)), KubeFailure, text);
  assert.equal(putOf(reader.read(Buffer.from(`${whole.toString()} \r`))).name, 'till');
});

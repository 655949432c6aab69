import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InvalidParams } from '../../../src/engine/server/param-fields.ts';
import { engineMethods, isEngineMethod, readParams } from '../../../src/engine/server/request-params.ts';

test('fields of the contract are taken over, others are not', () => {
  const read = readParams('mesh/route', {
    files: ['a.yaml'],
    mesh: { clusterDomain: 'acme.test' },
    request: {
      source: { namespace: 'bookinfo', workload: 'productpage-v1' },
      host: 'reviews',
      port: 9080,
      headers: { 'end-user': 'jason' },
      nonsense: 1,
    },
    more: true,
  });
  assert.deepEqual(read, {
    files: ['a.yaml'],
    mesh: { clusterDomain: 'acme.test' },
    request: {
      source: { namespace: 'bookinfo', workload: 'productpage-v1' },
      host: 'reviews',
      port: 9080,
      headers: { 'end-user': 'jason' },
    },
  });
});

const refused: readonly (readonly [string, Parameters<typeof readParams>[0], unknown, RegExp])[] = [
  ['params that are no object', 'mesh/analyze', [1], /params must be an object/],
  ['a list of files with a number', 'mesh/analyze', { files: [1] }, /params\.files must be a list of strings/],
  ['a resource without text', 'mesh/analyze', { resources: [{ uri: 'a' }] }, /params\.resources\[0\]\.text is missing/],
  [
    'an unknown rule level',
    'mesh/analyze',
    { rules: { 'unknown-host': 'loud' } },
    /params\.rules\.unknown-host must be one of off, hint/,
  ],
  ['an unknown layer', 'mesh/analyze', { layer: 'all' }, /params\.layer must be one of admission/],
  ['a route without request', 'mesh/route', {}, /params\.request is missing/],
  [
    'a source without namespace',
    'mesh/route',
    { request: { source: {} } },
    /params\.request\.source\.namespace is missing/,
  ],
  ['a port in words', 'mesh/route', { request: { port: '80' } }, /params\.request\.port must be a number/],
  [
    'an unknown protocol',
    'mesh/route',
    { request: { protocol: 'carrier pigeon' } },
    /params\.request\.protocol must be one of http/,
  ],
  ['a header with a number', 'mesh/request', { host: 'a', headers: { a: 1 } }, /params\.headers\.a must be a string/],
  ['a window of a week', 'mesh/topology', { window: 604800 }, /between 1 and 21600/],
  ['a service without name', 'mesh/service/stop', {}, /params\.name is missing/],
];
for (const [what, method, params, message] of refused) {
  test(`${what} is refused with a sentence`, () => {
    assert.throws(
      () => readParams(method, params),
      (error) => error instanceof InvalidParams && message.test(error.message),
    );
  });
}

test('whatever comes over the wire, only InvalidParams is thrown', () => {
  fc.assert(
    fc.property(fc.constantFrom(...engineMethods), fc.jsonValue(), (method, params) => {
      try {
        readParams(method, params);
      } catch (error) {
        assert.ok(error instanceof InvalidParams, String(error));
      }
    }),
  );
});

test('names inherited by every object are no methods', () => {
  for (const name of ['toString', '__proto__', 'constructor', 'mesh/nothing'])
    assert.equal(isEngineMethod(name), false, name);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { isGranted, readGrant } from '../../../../../src/engine/policy/semantics/gateway-api/reference-grants.ts';

const grant = (namespace: string, spec: string) =>
  readGrant({
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    namespace,
    name: 'grant',
    labels: {},
    annotations: {},
    spec: parse(spec) as unknown,
    origin: { layer: 'workspace', source: 'file:///test.yaml' },
  });

const fromShop = 'from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]';
const reference = {
  from: { kind: 'gateway.networking.k8s.io/HTTPRoute', namespace: 'shop' },
  to: { kind: 'core/Service', namespace: 'bank', name: 'payments' },
};

// From and to must both hold, and the grant stands in the namespace of what is referred to.
const cases: readonly (readonly [string, string, boolean])[] = [
  ['bank', `{${fromShop}, to: [{group: "", kind: Service}]}`, true],
  ['bank', `{${fromShop}, to: [{kind: Service, name: payments}]}`, true],
  ['bank', `{${fromShop}, to: [{kind: Service, name: other}, {kind: Service, name: payments}]}`, true],
  ['bank', `{${fromShop}, to: [{kind: Service, name: other}]}`, false],
  ['bank', `{${fromShop}, to: [{kind: Secret}]}`, false],
  ['bank', `{${fromShop}, to: [{group: example.com, kind: Service}]}`, false],
  ['shop', `{${fromShop}, to: [{kind: Service}]}`, false],
  [
    'bank',
    '{from: [{group: gateway.networking.k8s.io, kind: TCPRoute, namespace: shop}], to: [{kind: Service}]}',
    false,
  ],
  [
    'bank',
    '{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: other}], to: [{kind: Service}]}',
    false,
  ],
  ['bank', '{from: none, to: [4, null]}', false],
];

for (const [namespace, spec, expected] of cases) {
  test(`${namespace} ${spec}`, () => assert.equal(isGranted(reference, [grant(namespace, spec)]), expected));
}

test('inside one namespace nothing needs a grant', () => {
  assert.equal(isGranted({ ...reference, from: { ...reference.from, namespace: 'bank' } }, []), true);
});

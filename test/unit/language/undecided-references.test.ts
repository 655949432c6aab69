import assert from 'node:assert/strict';
import { test } from 'node:test';
import { undecidedReferences } from '../../../src/engine/language/undecided-references.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import { sceneOf } from './language-scene.ts';

const settings = resolveMeshSettings();

function undecided(texts: Readonly<Record<string, string>>): readonly string[] {
  const { files, snapshot } = sceneOf(texts);
  const { diagnostics } = analyze({ files, settings });
  return undecidedReferences(files, snapshot, settings, diagnostics).map(
    ({ uri, range, message }) => `${uri.slice(8)}:${range.start.line + 1} ${message}`,
  );
}

const route = (name: string, host: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop}
spec:
  hosts: [${name}.example.com]
  http:
    - route:
        - destination: {host: ${host}}
`;

test('what nothing declares is said once, with the number of places', () => {
  assert.deepEqual(undecided({ 'a.yaml': route('a', 'cart'), 'b.yaml': route('b', 'cart') }), [
    'a.yaml:3 Not checked: nothing here declares the Namespace `shop`. It is named in 1 other place.',
    'a.yaml:8 Not checked: nothing here declares a Service or ServiceEntry for `cart.shop.svc.cluster.local`. It is named in 1 other place.',
  ]);
});

test('what is declared, what a check complains of and what lies outside is not said', () => {
  const world = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec: {template: {metadata: {labels: {app: cart}}, spec: {containers: [{name: cart}]}}}
`;
  assert.deepEqual(
    undecided({ 'a.yaml': world, 'b.yaml': route('b', 'card'), 'c.yaml': route('c', 'example.com') }),
    [],
  );
});

/** What is found of objects whose values are filled in before they are applied. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';

function rulesIn(text: string): readonly string[] {
  const files = new WorkspaceFiles();
  files.setDisk('file:///a.yaml', text);
  const { diagnostics } = analyze({ files, settings: resolveMeshSettings({}) });
  return diagnostics.map(({ rule, range }) => `${String(range.start.line + 1)} ${rule}`);
}

const service = (name: string, namespace: string, port: string): string => `apiVersion: v1
kind: Service
metadata: {name: "${name}", namespace: "${namespace}"}
spec:
  selector: {app: "${name}"}
  ports: [{name: http, port: ${port}}]
---
`;

const route = (destination: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.example.com]
  http:
    - route: [{destination: ${destination}}]
`;

const subsets = (host: string, name: string): string => `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: other, namespace: shop}
spec: {host: "${host}", subsets: [{name: "${name}", labels: {version: v1}}]}
`;

const rule = (pool: string): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  trafficPolicy:
    loadBalancer:
      ${pool}
`;

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ['a wrong word', service('cart', 'shop', '80') + rule('simple: ROUND'), ['15 unknown-value']],
  ['a word to come', service('cart', 'shop', '80') + rule('simple: "${METHOD:=ROUND_ROBIN}"'), []],
  ['a number to come', service('cart', 'shop', '"${PORT}"'), []],
  ['a number in quotes', service('cart', 'shop', '"80"'), ['6 wrong-type']],
  ['a wrong field beside', service('cart', 'shop', '80') + rule('simpel: "${METHOD}"'), ['15 unknown-field']],
  [
    'an unknown subset',
    service('cart', 'shop', '80') + route('{host: cart, subset: v1}') + subsets('cart', 'v2'),
    ['14 unknown-subset'],
  ],
  [
    'a subset of a name to come',
    service('cart', 'shop', '80') + route('{host: cart, subset: v1}') + subsets('cart', 'v${MAJOR}'),
    [],
  ],
  [
    'a subset of a host to come',
    service('cart', 'shop', '80') + route('{host: cart, subset: v1}') + subsets('${HOST}', 'v1'),
    [],
  ],
  ['an unknown host', service('cart', 'shop', '80') + route('{host: basket}'), ['14 unknown-host']],
  ['a host to come', service('cart', 'shop', '80') + route('{host: "<your service>"}'), []],
  ['an unknown port', service('cart', 'shop', '80') + route('{host: cart, port: {number: 81}}'), ['14 unknown-port']],
  ['a port of one to come', service('cart', 'shop', '"$(PORT)"') + route('{host: cart, port: {number: 81}}'), []],
  ['a host of a name to come', service('${NAME}', 'shop', '80') + route('{host: basket}'), []],
  [
    'a host of a namespace to come',
    service('basket', '${NAMESPACE}', '80') + route('{host: basket.shop.svc.cluster.local}'),
    [],
  ],
  ['a host that this cannot become', service('a-${NAME}', 'shop', '80') + route('{host: basket}'), ['14 unknown-host']],
];
for (const [name, text, expected] of cases) test(name, () => assert.deepEqual(rulesIn(text), expected));

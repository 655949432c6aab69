/** What is offered where people begin to write, and what stands there once it is accepted. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completion } from '../../../src/engine/language/completion.ts';
import type { CompletionItemResult } from '../../../src/engine/language/completion-item.ts';
import { skeletons } from '../../../src/engine/language/skeletons.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { applyEdits } from '../../../src/engine/policy/fixes/apply-edits.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import { sceneOf } from './language-scene.ts';

const settings = resolveMeshSettings();

const world = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: web}}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80, targetPort: 8080}, {name: admin, port: 81, targetPort: admin}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-v1, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, version: v1}}
    spec: {containers: [{name: c, image: c, ports: [{name: admin, containerPort: 9000}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  gatewayClassName: istio
  listeners: [{name: web, port: 8000, protocol: HTTP}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: old, namespace: infra}
spec: {selector: {istio: partners}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: shop}
spec: {jwtRules: [{issuer: https://login.example.com, jwksUri: https://login.example.com/keys}]}
`;

/** An object of namespace shop with a `spec`. */
const object = (kind: string, spec: string): string => {
  const [apiVersion, name] = kind.split(' ');
  return `apiVersion: ${apiVersion ?? ''}\nkind: ${name ?? ''}\nmetadata: {name: x, namespace: shop}\nspec:\n${spec}`;
};
const policy = (spec: string): string => object('security.istio.io/v1 AuthorizationPolicy', spec);
const httpRoute = (spec: string): string => object('gateway.networking.k8s.io/v1 HTTPRoute', spec);
const route = (spec: string): string => object('networking.istio.io/v1 VirtualService', spec);
const cilium = (spec: string): string => object('cilium.io/v2 CiliumNetworkPolicy', spec);
const networkPolicy = (spec: string): string => object('networking.k8s.io/v1 NetworkPolicy', spec);

function itemsIn(text: string): readonly CompletionItemResult[] {
  const { files, snapshot, uri, position } = sceneOf({ 'world.yaml': world, 'page.yaml': text });
  return completion(files, snapshot, settings, uri, position);
}

function accepted(text: string, label: string, detail?: string): string {
  const items = itemsIn(text);
  const item = items.find((each) => each.label === label && (detail === undefined || each.detail === detail));
  assert.ok(item, `${label} in ${items.map((each) => each.label).join(' ')}`);
  // Editors indent further lines as the first one.
  const line = text.slice(0, text.indexOf('¦')).split('\n').at(-1) ?? '';
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const newText = item.insertText.replaceAll('\n', `\n${indent}`);
  return applyEdits(text.replace('¦', ''), [{ range: item.range, newText }, ...(item.edits ?? [])]);
}

/** A text, what is offered in it, and what is not. */
type Case = readonly [name: string, text: string, wanted: readonly string[], unwanted?: readonly string[]];
/** A text, which item is accepted in it, and what then stands there; `detail` tells items of one name apart. */
type Written = readonly [name: string, text: string, label: string, expected: string, detail?: string];

describe('names and words', () => {
  const cases: readonly Case[] = [
    ['methods', policy('  rules: [{to: [{operation: {methods: [¦]}}]}]'), ['GET', 'POST']],
    ['a method that is compared', route('  http: [{match: [{method: {exact: ¦}}]}]'), ['GET']],
    ['attributes', policy('  rules:\n    - when:\n        - key: ¦'), ['source.ip', 'request.auth.claims[groups]']],
    [
      'issuers',
      policy('  rules: [{from: [{source: {requestPrincipals: ["¦"]}}]}]'),
      ['https://login.example.com/*', '*'],
    ],
    [
      'ports of the pods',
      policy('  selector: {matchLabels: {app: cart}}\n  rules: [{to: [{operation: {ports: [¦]}}]}]'),
      ['8080', '9000'],
      ['80', '81', 'admin'],
    ],
    ['conditions of retries', route('  http: [{retries: {retryOn: ¦}}]'), ['5xx', 'connect-failure']],
    ['further conditions', route('  http:\n    - retries:\n        retryOn: 5xx,¦'), ['reset']],
    [
      'no hosts after a comma in a text',
      route('  http:\n    - route:\n        - destination:\n            host: a,¦'),
      [],
      ['cart'],
    ],
    ['namespaces to export to', route('  exportTo: [¦]'), ['.', '*', 'shop']],
    [
      'labels of a subset',
      object('networking.istio.io/v1 DestinationRule', '  host: cart\n  subsets:\n    - labels:\n        ¦'),
      ['app', 'version'],
      ['team'],
    ],
    [
      'ports of a rule',
      object(
        'networking.istio.io/v1 DestinationRule',
        '  host: cart\n  trafficPolicy: {portLevelSettings: [{port: {number: ¦}}]}',
      ),
      ['80', '81'],
    ],
    [
      'load balancers',
      object('networking.istio.io/v1 DestinationRule', '  host: cart\n  trafficPolicy: {loadBalancer: {simple: ¦}}'),
      ['ROUND_ROBIN'],
      ['LEAST_CONN'],
    ],
    [
      'hosts of a Sidecar',
      object('networking.istio.io/v1 Sidecar', '  egress: [{hosts: [¦]}]'),
      ['./*', 'istio-system/*', 'shop/*'],
    ],
    [
      'what Gateways select by',
      object('networking.istio.io/v1 Gateway', '  selector:\n    istio: ¦'),
      ['partners', 'ingressgateway'],
    ],
    [
      'protocols of a Gateway',
      object('networking.istio.io/v1 Gateway', '  servers: [{port: {protocol: ¦}}]'),
      ['HTTP', 'GRPC'],
    ],
    ['classes', object('gateway.networking.k8s.io/v1 Gateway', '  gatewayClassName: ¦'), ['istio', 'istio-waypoint']],
    [
      'protocols of a listener',
      object('gateway.networking.k8s.io/v1 Gateway', '  listeners: [{protocol: ¦}]'),
      ['HTTPS', 'UDP'],
      ['GRPC'],
    ],
    ['ports of a parent', httpRoute('  parentRefs: [{name: edge, namespace: infra, port: ¦}]'), ['8000'], ['80']],
    ['kinds of a parent', httpRoute('  parentRefs: [{kind: ¦}]'), ['Gateway', 'Service']],
    [
      'kinds of a grant',
      object('gateway.networking.k8s.io/v1beta1 ReferenceGrant', '  from: [{kind: ¦}]'),
      ['HTTPRoute'],
      ['Service'],
    ],
    [
      'ports of a Server',
      object('policy.linkerd.io/v1beta3 Server', '  podSelector: {matchLabels: {app: cart}}\n  port: ¦'),
      ['8080', '9000', 'admin'],
    ],
    ['protocols of a Server', object('policy.linkerd.io/v1beta3 Server', '  proxyProtocol: ¦'), ['HTTP/2', 'opaque']],
    [
      'labels of peers',
      networkPolicy('  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n              ¦'),
      ['app'],
    ],
    [
      'labels of namespaces',
      networkPolicy('  ingress: [{from: [{namespaceSelector: {matchLabels: {¦}}}]}]'),
      ['team', 'kubernetes.io/metadata.name'],
    ],
    [
      'names of namespaces',
      networkPolicy('  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ¦}}}]}]'),
      ['shop', 'infra'],
    ],
    ['keys of conditions', networkPolicy('  podSelector: {matchExpressions: [{key: ¦}]}'), ['app', 'version']],
    [
      'values of conditions',
      networkPolicy('  podSelector: {matchExpressions: [{key: version, operator: In, values: [¦]}]}'),
      ['v1'],
      ['cart'],
    ],
    ['labels of endpoints', cilium('  endpointSelector:\n    matchLabels:\n      ¦'), ['app', 'version']],
    [
      'values with their source',
      cilium('  endpointSelector: {}\n  ingress: [{fromEndpoints: [{matchLabels: {k8s:app: ¦}}]}]'),
      ['cart'],
      ['v1'],
    ],
    [
      'what a Service sends to',
      object('v1 Service', '  selector: {app: cart}\n  ports: [{port: 80, targetPort: ¦}]'),
      ['admin', '8080'],
      ['80'],
    ],
    [
      'labels of a namespace',
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    ¦',
      ['istio-injection'],
    ],
    [
      'their values',
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    istio-injection: ¦',
      ['enabled', 'disabled'],
    ],
    [
      'nothing that the server writes',
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  ¦',
      ['name', 'labels'],
      ['uid', 'managedFields'],
    ],
    ['no status', 'apiVersion: v1\nkind: Namespace\n¦', ['metadata'], ['status']],
    ['the versions of the kind', 'apiVersion: ¦\nkind: VirtualService\n', ['networking.istio.io/v1'], ['v1']],
    ['no fields of objects in other YAML', 'services:\n  a: {image: b}\n¦', [], ['kind', 'VirtualService']],
  ];
  for (const [name, text, wanted, unwanted = []] of cases) {
    test(name, () => {
      const labels = itemsIn(text).map(({ label }) => label);
      for (const label of wanted) assert.ok(labels.includes(label), `${label} in ${labels.join(' ')}`);
      for (const label of unwanted) assert.ok(!labels.includes(label), `no ${label} in ${labels.join(' ')}`);
    });
  }
});

describe('what is written', () => {
  const cases: readonly Written[] = [
    [
      'a port in a list of texts',
      policy('  selector: {matchLabels: {app: cart}}\n  rules: [{to: [{operation: {ports: [¦]}}]}]'),
      '8080',
      'ports: ["8080"]',
    ],
    [
      'a port in quotes',
      policy('  selector: {matchLabels: {app: cart}}\n  rules: [{to: [{operation: {ports: ["¦"]}}]}]'),
      '8080',
      'ports: ["8080"]',
    ],
    ['a star', route('  exportTo: [¦]'), '*', 'exportTo: ["*"]'],
    ['a star in quotes', route('  exportTo: ["¦"]'), '*', 'exportTo: ["*"]'],
    [
      'a number',
      object('policy.linkerd.io/v1beta3 Server', '  podSelector: {matchLabels: {app: cart}}\n  port: ¦'),
      '8080',
      'port: 8080',
    ],
    [
      'the rest of an address',
      policy('  rules: [{from: [{source: {requestPrincipals: ["https://log¦"]}}]}]'),
      'https://login.example.com/*',
      '["https://login.example.com/*"]',
    ],
    [
      'a flag that is a text',
      'apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    sidecar.istio.io/inject: ¦',
      'false',
      'inject: "false"',
    ],
    [
      'a parent elsewhere',
      httpRoute('  parentRefs:\n    - name: ¦'),
      'edge',
      '    - name: edge\n      namespace: infra',
    ],
    [
      'a parent elsewhere, in braces',
      httpRoute('  parentRefs: [{name: ¦}]'),
      'edge',
      '[{name: edge, namespace: infra}]',
    ],
    [
      'a parent of which the namespace stands there',
      httpRoute('  parentRefs:\n    - namespace: infra\n      name: ¦'),
      'edge',
      'name: edge',
    ],
    [
      'a parent of another kind',
      httpRoute('  parentRefs:\n    - name: ¦'),
      'cart',
      '- name: cart\n      group: ""\n      kind: Service',
    ],
    [
      'the kind of a parent',
      httpRoute('  parentRefs:\n    - kind: ¦\n      name: cart'),
      'Service',
      '- kind: Service\n      group: ""\n      name: cart',
    ],
    ['a target', policy('  targetRefs:\n    - name: ¦'), 'cart', '- name: cart\n      group: ""\n      kind: Service'],
    [
      'a kind without a version',
      'kind: Virt¦',
      'VirtualService',
      'apiVersion: networking.istio.io/v1\nkind: VirtualService',
    ],
    [
      'one of two kinds of the same name',
      'kind: ¦',
      'Gateway',
      'apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway',
      'gateway.networking.k8s.io/v1',
    ],
    [
      'a field with what it needs',
      route('  http:\n    - route:\n        - ¦'),
      'destination',
      '        - destination:\n            host: ',
    ],
    ['metadata', 'apiVersion: v1\nkind: Namespace\n¦', 'metadata', 'metadata:\n  name: '],
  ];
  for (const [name, text, label, expected, detail] of cases) {
    test(name, () => {
      assert.ok(accepted(text, label, detail).includes(expected), accepted(text, label, detail));
    });
  }

  test('several things that are needed are places to fill in', () => {
    const item = itemsIn(object('gateway.networking.k8s.io/v1 Gateway', '  ¦')).find(
      ({ label }) => label === 'listeners',
    );
    assert.equal(item?.isSnippet, true);
    assert.equal(item.insertText, 'listeners:\n  - name: $1\n    port: $2\n    protocol: $3');
  });

  test('where something can be chosen next, it is asked for', () => {
    const isFollowed = (text: string, label: string): boolean =>
      itemsIn(text).find((item) => item.label === label)?.isFollowed === true;
    assert.equal(isFollowed(route('  http:\n    - route:\n        - destination:\n            ¦'), 'subset'), true);
    assert.equal(isFollowed(route('  http:\n    - ¦'), 'timeout'), false);
  });
});

test('at the end of a line that is longer than anybody types, nothing, and at once', () => {
  for (const line of ['a'.repeat(200_000), '-'.repeat(200_000), `${'a,'.repeat(100_000)}a`]) {
    assert.deepEqual(itemsIn(`${route('  hosts: [cart]')}\n  exportTo: [${line} ¦`), []);
  }
});

describe('whole objects', () => {
  /** Accepted with the places filled in as they are proposed. */
  const filled = (snippet: string): string => snippet.replaceAll(/\$\{\d+:([^}]*)\}/g, '$1');

  test('in an empty file, and in a new document', () => {
    for (const text of ['¦', 'Virt¦', `${world}---\n¦`]) {
      assert.ok(
        itemsIn(text).some(({ label, type }) => label === 'VirtualService' && type === 'object-skeleton'),
        text,
      );
    }
  });

  test('in the namespace of the object before', () => {
    const item = itemsIn(`${route('  hosts: [cart]')}\n---\n¦`).find(({ label }) => label === 'DestinationRule');
    assert.match(item?.insertText ?? '', /namespace: \$\{2:shop\}/);
  });

  test('in a file of its own, in the namespace of most others', () => {
    const { files, snapshot, uri, position } = sceneOf({
      'a.yaml': route('  hosts: [cart]'),
      'b.yaml': route('  hosts: [till]').replace('{name: x,', '{name: y,'),
      'c.yaml': route('  hosts: [edge]').replace('namespace: shop', 'namespace: infra'),
      'new.yaml': '¦',
    });
    const item = completion(files, snapshot, settings, uri, position).find(({ label }) => label === 'DestinationRule');
    assert.match(item?.insertText ?? '', /namespace: \$\{2:shop\}/);
  });

  test('a namespace with what means something in snippets stays as it is written', () => {
    const odd = 'apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: "shop}$1"}\n';
    const item = itemsIn(`${odd}---\n¦`).find(({ label }) => label === 'DestinationRule');
    assert.ok(item?.insertText.includes('namespace: ${2:shop\\}\\$1}'), item?.insertText);
  });

  test('the rest, once the kind is written', () => {
    const text = 'apiVersion: networking.istio.io/v1\nkind: VirtualService\n¦';
    const item = itemsIn(text).find(({ type }) => type === 'object-skeleton');
    assert.match(item?.insertText ?? '', /^metadata:\n {2}name: \$\{1:name\}\n[^]*hosts:/);
    assert.ok(itemsIn(text.replace('¦', 'metadata: {name: a}\n¦')).every(({ type }) => type !== 'object-skeleton'));
  });

  const items = itemsIn('¦').filter(({ type }) => type === 'object-skeleton');
  for (const item of items) {
    test(`${item.label} of ${item.detail ?? ''} is what the API server takes`, () => {
      const { files } = sceneOf({ 'page.yaml': `${filled(item.insertText)}¦` });
      const { diagnostics } = analyze({ files, settings });
      // What it names is not there, and which rules say so is not the matter here.
      const refused = diagnostics.filter(({ code }) => /^MESH(?:10|11|22)/.test(code));
      assert.deepEqual(
        refused.map(({ message }) => message),
        [],
      );
    });
  }
  test('every kind that has one is offered', () => {
    assert.equal(items.length, skeletons.size);
  });
});

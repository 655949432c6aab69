/** What fields of every kind name: where definition leads, what completion offers, what a rename touches. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codeLenses } from '../../../src/engine/language/code-lenses.ts';
import { completion } from '../../../src/engine/language/completion.ts';
import { definition, references } from '../../../src/engine/language/definition.ts';
import { foldingRanges } from '../../../src/engine/language/folding.ts';
import { hover } from '../../../src/engine/language/hover.ts';
import { rename, renameSite } from '../../../src/engine/language/rename.ts';
import { applyEdits } from '../../../src/engine/policy/fixes/apply-edits.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import { cursorBefore, sceneOf, shownPlace } from './language-scene.ts';

const docsRoot = 'file:///meshlens/';
const settings = resolveMeshSettings();

const world = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cart, namespace: shop}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}, {name: admin, port: 9000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-v1, namespace: shop}
spec: {template: {metadata: {labels: {app: cart, version: v1}}, spec: {serviceAccountName: cart}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-v2, namespace: shop}
spec: {template: {metadata: {labels: {app: cart, version: v2}}, spec: {serviceAccountName: cart}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: infra}
spec: {template: {metadata: {labels: {istio: ingressgateway}}, spec: {}}}
---
apiVersion: v1
kind: Secret
metadata: {name: shop-cert, namespace: infra}
stringData: {tls.crt: nonsense, tls.key: hidden-value}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: infra}
spec: {gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}, {name: tls, port: 443, protocol: HTTPS, hostname: shop.example.com}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: delegate, namespace: shop}
spec: {http: [{match: [{headers: {x-tenant: {exact: a}}}], route: [{destination: {host: cart}}]}]}
`;

const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs:
    - {name: public, namespace: infra, sectionName: web}
  rules:
    - backendRefs:
        - {name: cart, port: 80}
`;

const policy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: cart, namespace: shop}
spec:
  selector:
    matchLabels: {app: cart}
  targetRefs:
    - {kind: Service, name: cart}
  rules:
    - from:
        - source:
            namespaces: [shop]
            principals: [cluster.local/ns/shop/sa/cart]
`;

const entry = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: ['*']
      tls: {mode: SIMPLE, credentialName: shop-cert}
`;

const virtualService = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: root, namespace: shop}
spec:
  hosts: [cart.shop.svc.cluster.local]
  gateways: [infra/edge]
  http:
    - match: [{sourceLabels: {app: cart}}]
      delegate: {name: delegate, namespace: shop}
    - route:
        - destination: {host: "cart"}
`;

const linkerd = `apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: {name: cart-http, namespace: shop}
spec: {podSelector: {matchLabels: {app: cart}}, port: http}
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: {name: cart, namespace: shop}
spec:
  targetRef: {group: policy.linkerd.io, kind: Server, name: cart-http}
  requiredAuthenticationRefs: [{kind: ServiceAccount, group: core, name: cart}]
`;

const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart, namespace: shop}
spec: {defaultBackend: {service: {name: cart, port: {number: 80}}}}
`;

describe('definition', () => {
  const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['a parent Gateway', route, 'public', ['world.yaml:36 public']],
    ['a listener', route, 'web}', ['world.yaml:37 web']],
    ['a backend', route, 'cart, port', ['world.yaml:11 cart']],
    ['selected workloads', policy, 'cart}\n  targetRefs', ['world.yaml:16 cart-v1', 'world.yaml:21 cart-v2']],
    ['the target of a policy', policy, 'cart}\n  rules', ['world.yaml:11 cart']],
    ['a namespace', policy, 'shop]', ['world.yaml:3 shop']],
    ['the own namespace', policy, 'shop}', ['world.yaml:3 shop']],
    ['a principal', policy, 'cluster.local/ns', ['world.yaml:7 cart']],
    ['the secret of a server', entry, 'shop-cert', ['world.yaml:31 shop-cert']],
    ['workloads of a gateway, in any namespace', entry, 'ingressgateway}', ['world.yaml:26 edge']],
    ['a delegate', virtualService, 'delegate, namespace', ['world.yaml:41 delegate']],
    ['the server of a policy', linkerd, 'cart-http}\n  required', ['page.yaml:3 cart-http']],
    ['an account of a policy', linkerd, 'cart}]', ['world.yaml:7 cart']],
    ['the backend of an Ingress', ingress, 'cart, port', ['world.yaml:11 cart']],
  ];
  for (const [name, text, before, expected] of cases) {
    test(name, () => {
      const { files, snapshot, uri, position } = sceneOf({
        'world.yaml': world,
        'page.yaml': cursorBefore(text, before),
      });
      const found = definition(files, snapshot, settings, uri, position).map((place) => shownPlace(files, place));
      assert.deepEqual(found, expected);
    });
  }

  test('references of a Service, however they are written', () => {
    const { files, snapshot, uri, position } = sceneOf({
      'world.yaml': cursorBefore(world, 'cart, namespace: shop}\nspec: {selector'),
      'route.yaml': route,
      'policy.yaml': policy,
      'root.yaml': virtualService,
    });
    const found = references(files, snapshot, settings, uri, position, false).map((place) => shownPlace(files, place));
    assert.deepEqual(found.sort(), [
      'policy.yaml:8 cart',
      'root.yaml:11 cart',
      'root.yaml:5 cart.shop.svc.cluster.local',
      'route.yaml:9 cart',
      'world.yaml:42 cart',
    ]);
  });
});

/** Every kind of field that leads from one object to another, named in the ways in which people write it. */
const linked = `apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: shop}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: outside, namespace: infra}
spec: {hosts: [api.example.com]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: infra}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec: {gatewayClassName: istio}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: istio}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: infra}
spec: {host: reviews.shop.svc.cluster.local}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: outer, namespace: shop}
spec:
  gateways: [mesh, infra/front]
  http:
    - delegate: {name: inner}
    - match: [{gateways: [front.infra.svc.cluster.local]}]
      route: [{destination: {host: Reviews}}]
      mirror: {host: api.example.com}
  tcp: [{route: [{destination: {host: reviews}}]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: inner, namespace: shop}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: bank}
spec:
  parentRefs: [{name: front, namespace: shop}]
  rules:
    - backendRefs: [{name: reviews, namespace: shop, port: 80}]
    - backendRefs: [{group: networking.istio.io, kind: Hostname, name: reviews.shop.svc.cluster.local}]
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: filter, namespace: shop}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: old, namespace: shop}
spec: {defaultBackend: {service: {name: reviews, port: {number: 80}}}}
`;

describe('who names an object', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a Service',
      'reviews, namespace: shop}\n---',
      [
        'a.yaml:26 reviews.shop.svc.cluster.local',
        'a.yaml:36 Reviews',
        'a.yaml:38 reviews',
        'a.yaml:50 reviews',
        'a.yaml:51 reviews.shop.svc.cluster.local',
        'a.yaml:61 reviews',
      ],
    ],
    ['a host of a ServiceEntry', 'api.example.com]', ['a.yaml:37 api.example.com']],
    [
      'a Gateway of Istio',
      'front, namespace: infra',
      ['a.yaml:32 infra/front', 'a.yaml:35 front.infra.svc.cluster.local'],
    ],
    ['a Gateway of the Gateway API', 'front, namespace: shop}\nspec: {gateway', ['a.yaml:48 front', 'a.yaml:56 front']],
    ['a GatewayClass', 'istio}\n---\napiVersion: networking.istio.io/v1\nkind: Dest', ['a.yaml:17 istio']],
    ['a VirtualService', 'inner, namespace', ['a.yaml:34 inner']],
  ];
  for (const [name, before, expected] of cases) {
    test(name, () => {
      const { files, snapshot, uri, position } = sceneOf({ 'a.yaml': cursorBefore(linked, before) });
      const found = references(files, snapshot, settings, uri, position, false);
      assert.deepEqual(found.map((place) => shownPlace(files, place)).sort(), expected);
    });
  }

  test('a rename writes each of them in its own way', () => {
    const renamed = (before: string, name: string): string => {
      const { files, snapshot, uri, position } = sceneOf({ 'a.yaml': cursorBefore(linked, before) });
      const result = rename(files, snapshot, settings, uri, position, name);
      assert.ok(result.type === 'edits');
      return applyEdits(
        linked,
        result.edits.flatMap(({ edits }) => edits),
      );
    };
    const gateways = renamed('front, namespace: infra', 'edge');
    assert.match(gateways, /gateways: \[mesh, infra\/edge\]/);
    assert.match(gateways, /gateways: \[edge\.infra\.svc\.cluster\.local\]/);
    assert.match(
      renamed('reviews, namespace: shop}\n---', 'stars'),
      /Hostname, name: stars\.shop\.svc\.cluster\.local/,
    );
  });
});

describe('completion of names', () => {
  const cases: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
    ['a parent in another namespace', route.replace('name: public, ', 'name: ¦, '), ['public'], ['cart']],
    ['a listener', route.replace('sectionName: web', 'sectionName: ¦'), ['web', 'tls'], []],
    ['a backend', route.replace('- {name: cart,', '- {name: ¦,'), ['cart'], ['public', 'cart-v1']],
    ['its port', route.replace('port: 80', 'port: ¦'), ['80', '9000'], []],
    ['a principal', policy.replace('cluster.local/ns/shop/sa/cart', '¦'), ['cluster.local/ns/shop/sa/cart'], []],
    ['a namespace that is not there yet', policy.replace('[shop]', '[shop, ¦]'), ['infra'], ['shop']],
    ['a label of a selector', policy.replace('{app: cart}', '{app: ¦}'), ['cart'], ['v1']],
    ['a key of a selector', policy.replace('{app: cart}', '{app: cart, ¦}'), ['version'], ['app', 'istio']],
    ['a secret', entry.replace('shop-cert', '¦'), ['shop-cert'], []],
    ['a gateway elsewhere', virtualService.replace('infra/edge', '¦'), ['mesh'], []],
    ['a header in use', virtualService.replace('sourceLabels: {app: cart}', 'headers: {¦}'), ['x-tenant'], []],
  ];
  for (const [name, text, wanted, unwanted] of cases) {
    test(name, () => {
      const { files, snapshot, uri, position } = sceneOf({ 'world.yaml': world, 'page.yaml': text });
      const labels = completion(files, snapshot, settings, uri, position).map(({ label }) => label);
      for (const label of wanted) assert.ok(labels.includes(label), `${label} in ${labels.join(' ')}`);
      for (const label of unwanted) assert.ok(!labels.includes(label), `no ${label} in ${labels.join(' ')}`);
    });
  }
});

describe('hover over names', () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['a Gateway', route, 'public', /^Gateway `infra\/public`\n\nClass `istio`\n\n- `web`: `80 HTTP` for any host\n/],
    ['a listener', route, 'web}', /^Listener `web`: `80 HTTP` for any host/],
    ['a selector', policy, 'cart}\n  targetRefs', /^Workloads: `cart-v1`, `cart-v2`/],
    ['an account', policy, 'cluster.local/ns', /^ServiceAccount `shop\/cart`\n\nUsed by `cart-v1`, `cart-v2`/],
    [
      'something that is not there',
      entry.replace('shop-cert', 'other'),
      'other',
      /^No Secret `infra\/other` is known\./,
    ],
  ];
  for (const [name, text, before, expected] of cases) {
    test(name, () => {
      const { files, snapshot, uri, position } = sceneOf({
        'world.yaml': world,
        'page.yaml': cursorBefore(text, before),
      });
      assert.match(hover(files, snapshot, settings, uri, position, docsRoot)?.contents ?? '', expected);
    });
  }

  test('a Secret shows its keys, what its certificate says, and never a value', () => {
    const { files, snapshot, uri, position } = sceneOf({
      'world.yaml': world,
      'page.yaml': cursorBefore(entry, 'shop-cert'),
    });
    const { contents } = hover(files, snapshot, settings, uri, position, docsRoot) ?? { contents: '' };
    assert.match(
      contents,
      /^Secret `infra\/shop-cert`\n\nKeys: `tls\.crt`, `tls\.key`\n\nIts certificate cannot be read\./,
    );
    assert.doesNotMatch(contents, /hidden-value|nonsense/);
  });
});

describe('rename', () => {
  const files = { 'world.yaml': world, 'route.yaml': route, 'policy.yaml': policy, 'root.yaml': virtualService };

  function renamed(
    from: string,
    before: string,
    name: string,
    texts: Record<string, string> = files,
  ): Record<string, string> {
    const scene = sceneOf({ ...texts, [from]: cursorBefore(texts[from] ?? '', before) });
    const result = rename(scene.files, scene.snapshot, settings, scene.uri, scene.position, name);
    assert.equal(result.type, 'edits', JSON.stringify(result));
    const edits = result.type === 'edits' ? result.edits : [];
    return Object.fromEntries(
      edits.map(({ uri, edits: each }) => [uri.slice(8), applyEdits(texts[uri.slice(8)] ?? '', each)]),
    );
  }

  test('a Service, in every form in which it is named, and nothing else of that name', () => {
    const after = renamed('route.yaml', 'cart, port', 'basket');
    assert.equal(
      after['world.yaml'],
      world
        .replace('kind: Service\nmetadata: {name: cart', 'kind: Service\nmetadata: {name: basket')
        .replace('host: cart}', 'host: basket}'),
    );
    assert.equal(after['route.yaml'], route.replace('{name: cart, port', '{name: basket, port'));
    assert.equal(after['policy.yaml'], policy.replace('kind: Service, name: cart', 'kind: Service, name: basket'));
    assert.equal(after['root.yaml'], virtualService.replace('cart.shop', 'basket.shop').replace('"cart"', '"basket"'));
  });

  test('a service account, within principals too', () => {
    const after = renamed('world.yaml', 'cart, namespace: shop}\n---', 'shopper');
    assert.equal(after['policy.yaml'], policy.replace('/sa/cart', '/sa/shopper'));
    assert.equal(after['world.yaml']?.match(/serviceAccountName: shopper/g)?.length, 2);
  });

  test('a listener, and the routes that name it', () => {
    const after = renamed('route.yaml', 'web}', 'plain');
    assert.equal(after['route.yaml'], route.replace('sectionName: web', 'sectionName: plain'));
    assert.match(after['world.yaml'] ?? '', /\{name: plain, port: 80/);
  });

  test('a subset', () => {
    const rule =
      'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: cart, namespace: shop}\nspec:\n  host: cart\n  subsets:\n    - name: v1\n      labels: {version: v1}\n';
    const user = virtualService.replace('host: "cart"', 'host: cart, subset: v1');
    const after = renamed('rule.yaml', 'v1\n      labels', 'stable', {
      ...files,
      'rule.yaml': rule,
      'root.yaml': user,
    });
    assert.equal(after['rule.yaml'], rule.replace('name: v1', 'name: stable'));
    assert.equal(after['root.yaml'], user.replace('subset: v1', 'subset: stable'));
  });

  test('a patch of Kustomize goes along', () => {
    const patch = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: all, namespace: shop}
spec: {http: [{route: [{destination: {host: cart.shop.svc.cluster.local}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {type: NodePort}
`;
    const after = renamed('route.yaml', 'cart, port', 'basket', {
      ...files,
      'prod/kustomization.yaml': 'patches: [{path: patch.yaml}]\n',
      'prod/patch.yaml': patch,
    });
    assert.equal(
      after['prod/patch.yaml'],
      patch.replace('host: cart.', 'host: basket.').replace('name: cart', 'name: basket'),
    );
  });

  const refusals: readonly (readonly [string, string, string, RegExp])[] = [
    ['a name that cannot be', 'public', 'Not A Name', /small letters/],
    ['a Service with dots', 'cart, port', 'a.b', /no dots/],
    ['a listener by the name of another', 'web}', 'tls', /`tls` is there already/],
    ['a namespace', 'infra', 'elsewhere', /namespace/],
  ];
  for (const [name, before, to, reason] of refusals) {
    test(name, () => {
      const {
        files: source,
        snapshot,
        uri,
        position,
      } = sceneOf({ ...files, 'route.yaml': cursorBefore(route, before) });
      const result = rename(source, snapshot, settings, uri, position, to);
      assert.match(result.type === 'refused' ? result.reason : '', reason);
    });
  }

  test('the place and the present name are offered; nothing where there is no name', () => {
    const at = (before: string): ReturnType<typeof renameSite> => {
      const { files: source, uri, position } = sceneOf({ ...files, 'root.yaml': cursorBefore(virtualService, before) });
      return renameSite(source, settings, uri, position);
    };
    assert.equal(at('cart.shop')?.name, 'cart');
    assert.equal(at('match:'), undefined);
  });
});

test('lenses say how many workloads labels select, and what shadows a rule', () => {
  const { files, snapshot, uri } = sceneOf({ 'world.yaml': world, 'page.yaml': `${policy}¦` });
  const titles = codeLenses(files, snapshot, settings, uri, []).map(
    ({ title, range }) => `${range.start.line + 1} ${title}`,
  );
  assert.deepEqual(titles, ['6 matches 2 workloads']);
});

test('lenses say nothing of workloads that may well be elsewhere, nor of a mesh that there is not', () => {
  const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {selector: {istio: eastwestgateway}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: a, namespace: empty}
spec: {selector: {matchLabels: {app: a}}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: a, namespace: shop}
spec: {selector: {matchLabels: {app: a}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: shop}
spec: {hosts: [cart]}
`;
  const { files, snapshot, uri } = sceneOf({ 'world.yaml': world, 'page.yaml': `${gateway}¦` });
  const titles = codeLenses(files, snapshot, settings, uri, []).map(
    ({ title, range }) => `${range.start.line + 1} ${title}`,
  );
  assert.deepEqual(titles, ['14 matches no workload', '16 Explain a route']);
});

test('documents, mappings, lists and comments fold', () => {
  const text =
    '# one\n# two\na: 1\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n    - name: http\n      port: 80\n    - {name: b, port: 1}\n\n---\nb: 2\n';
  const { files } = sceneOf({ 'page.yaml': text });
  const found = foldingRanges(files, 'file:///page.yaml').map(
    ({ start, end, type }) => `${start + 1}-${end + 1} ${type}`,
  );
  assert.deepEqual(found.sort(), [
    '1-2 comment',
    '1-3 content',
    '10-13 content',
    '11-12 content',
    '15-16 content',
    '4-13 content',
    '7-8 content',
    '9-13 content',
  ]);
});

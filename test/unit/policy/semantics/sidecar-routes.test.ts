import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compile,
  fixed,
  outcome,
  request,
  reviewsSubsets,
  route,
  routerOf,
  services,
  sidecar,
  virtualService,
  type CompileOptions,
  type RequestOptions,
} from './mesh-fixture.ts';

const send = (text: string, options: RequestOptions & CompileOptions = {}): string => outcome(route(text, options));

/** A VirtualService that sends everything for a host to a subset of reviews. */
function toSubset(subset: string, hosts: string, metadata: string, more = ''): string {
  return virtualService(
    `hosts: ${hosts}\n${more}\nhttp: [{route: [{destination: {host: reviews.bookinfo.svc.cluster.local, subset: ${subset}}}]}]`,
    metadata,
  );
}

const base = services + reviewsSubsets;

test('every name of a service leads to it, with any port in the authority', () => {
  const router = routerOf(services);
  for (const host of [
    'reviews',
    'reviews.bookinfo',
    'reviews.bookinfo.svc',
    'reviews.bookinfo.svc.cluster.local',
    'reviews.bookinfo.svc.cluster.local.',
    'Reviews.Bookinfo',
    'reviews:9080',
    // Istio has Envoy ignore the port of the authority.
    'reviews:1234',
  ]) {
    assert.equal(outcome(router.route(request({ host }), fixed())), 'forward reviews /', host);
  }
});

test('a caller in another namespace does not reach the bare name', () => {
  const node = sidecar({}, 'elsewhere');
  assert.equal(send(services, { node }), 'unknown-host passthrough');
  assert.equal(send(services, { node, host: 'reviews.bookinfo' }), 'forward reviews /');
});

test('hosts nobody declared pass through, or are refused where the mesh says so', () => {
  const strict = { mesh: { meshConfig: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } } } };
  assert.equal(send(services, { host: 'example.com' }), 'unknown-host passthrough');
  assert.equal(send(services, { host: 'example.com', ...strict }), 'unknown-host refuse');
  assert.equal(send(services, { host: 'reviews', port: 7777, ...strict }), 'unknown-host refuse');
});

test('a VirtualService without a rule that fits answers 404; the service is no fallback', () => {
  const text =
    base +
    virtualService('hosts: [reviews]\nhttp: [{match: [{uri: {exact: /a}}], route: [{destination: {host: reviews}}]}]');
  assert.equal(send(text, { path: '/a' }), 'forward reviews /a');
  assert.equal(send(text, { path: '/b' }), 'not-found');
});

test('a VirtualService whose rules are all for other callers leaves the default route', () => {
  const text =
    base +
    virtualService(
      'hosts: [reviews]\nhttp: [{match: [{sourceLabels: {app: other}}], route: [{destination: {host: reviews, subset: v2}}]}]',
    );
  assert.equal(send(text), 'forward reviews /');
  assert.equal(send(text, { node: sidecar({ app: 'other' }) }), 'forward reviews v2 /');
});

test('two VirtualServices for one host are not merged: the oldest wins', () => {
  const older = toSubset('v1', '[reviews]', 'name: zz, creationTimestamp: "2024-01-01T00:00:00Z"');
  const newer = toSubset('v2', '[reviews]', 'name: aa, creationTimestamp: "2025-01-01T00:00:00Z"');
  assert.equal(send(base + newer + older), 'forward reviews v1 /');
  // Without times, by name.
  assert.equal(
    send(base + toSubset('v1', '[reviews]', 'name: b') + toSubset('v2', '[reviews]', 'name: a')),
    'forward reviews v2 /',
  );
});

test('a VirtualService private to the namespace comes before an older public one', () => {
  const open = toSubset('v1', '[reviews]', 'name: open, creationTimestamp: "2020-01-01T00:00:00Z"');
  const own = toSubset('v2', '[reviews]', 'name: own, creationTimestamp: "2025-01-01T00:00:00Z"', 'exportTo: ["."]');
  assert.equal(send(base + open + own), 'forward reviews v2 /');
});

test('the longest host wins: exact before wildcard, longer wildcard before shorter, whatever their age', () => {
  const wide = toSubset('v1', '["*.svc.cluster.local"]', 'name: wide, creationTimestamp: "2020-01-01T00:00:00Z"');
  const narrow = toSubset(
    'v2',
    '["*.bookinfo.svc.cluster.local"]',
    'name: narrow, creationTimestamp: "2021-01-01T00:00:00Z"',
  );
  const exact = toSubset('v3', '[reviews]', 'name: exact, creationTimestamp: "2022-01-01T00:00:00Z"');
  assert.equal(send(base + wide), 'forward reviews v1 /');
  assert.equal(send(base + wide + narrow), 'forward reviews v2 /');
  assert.equal(send(base + wide + narrow + exact), 'forward reviews v3 /');
  assert.equal(send(base + wide + narrow + exact, { host: 'ratings' }), 'forward reviews v2 /');
});

test('exportTo: everyone by default, the own namespace, names, nobody', () => {
  const elsewhere = { node: sidecar({}, 'elsewhere'), host: 'reviews.bookinfo' };
  const seen = (exportTo: string): readonly boolean[] => {
    const text = base + toSubset('v2', '[reviews]', 'name: a', exportTo);
    return [send(text), send(text, elsewhere)].map((line) => line.includes('v2'));
  };
  assert.deepEqual(seen(''), [true, true]);
  assert.deepEqual(seen('exportTo: ["."]'), [true, false]);
  assert.deepEqual(seen('exportTo: [elsewhere]'), [false, true]);
  assert.deepEqual(seen('exportTo: ["~"]'), [false, false]);
  assert.deepEqual(seen('exportTo: ["*", "."]'), [true, true]);
});

test('a VirtualService for a gateway only does not touch sidecars', () => {
  const text = base + toSubset('v2', '[reviews]', 'name: a', 'gateways: [ingress]');
  assert.equal(send(text), 'forward reviews /');
  const both = base + toSubset('v2', '[reviews]', 'name: a', 'gateways: [ingress, mesh]');
  assert.equal(send(both), 'forward reviews v2 /');
});

test('match.port chooses the port of the call, and a destination without port takes it', () => {
  const text = `
kind: Service
metadata: {name: multi}
spec: {ports: [{name: http-a, port: 8001}, {name: http-b, port: 8002}]}
---
${virtualService(`
hosts: [multi]
http:
- match: [{port: 8001}]
  directResponse: {status: 201}
- route: [{destination: {host: multi}}]`)}`;
  assert.equal(send(text, { host: 'multi', port: 8001 }), 'direct 201 ');
  const result = route(text, { host: 'multi', port: 8002 });
  assert.ok(result.kind === 'forward');
  assert.equal(result.destination.port, 8002);
});

test('a sidecar does not take the only port of another service where none is said, so that nothing is there', () => {
  // istiod looks services up among those that have the port of the listener.
  const text =
    services + virtualService('hosts: [web]\nhttp: [{route: [{destination: {host: ratings}}]}]', 'name: web');
  const result = route(text, { host: 'web', port: 80 });
  assert.ok(result.kind === 'forward');
  assert.equal(result.destination.upstream, 'outbound|80||ratings.bookinfo.svc.cluster.local');
});

test('a host that is no service is routed on port 80 only', () => {
  const text =
    services + virtualService('hosts: [shop.example.com]\nhttp: [{directResponse: {status: 200}}]', 'name: shop');
  assert.equal(send(text, { host: 'shop.example.com', port: 80 }), 'direct 200 ');
  assert.equal(send(text, { host: 'shop.example.com', port: 9080 }), 'unknown-host passthrough');
});

test('a host with a dot is not expanded: reviews.bookinfo in a VirtualService means nothing', () => {
  const text = base + toSubset('v2', '[reviews.bookinfo]', 'name: a');
  assert.equal(send(text), 'forward reviews /');
});

test('short names in a VirtualService mean services of its own namespace', () => {
  const text = `${base}
kind: Service
metadata: {name: reviews, namespace: other}
spec: {ports: [{name: http, port: 9080}]}
---
${virtualService('hosts: [reviews.other.svc.cluster.local]\nhttp: [{route: [{destination: {host: reviews}}]}]')}`;
  const result = route(text, { host: 'reviews.other' });
  assert.ok(result.kind === 'forward');
  assert.equal(result.destination.host, 'reviews.bookinfo.svc.cluster.local');
});

const delegation = (rootMatch: string, leafMatch: string): string =>
  base +
  virtualService(`hosts: [reviews]\nhttp: [{${rootMatch}timeout: 5s, delegate: {name: leaf}}]`) +
  virtualService(`http: [{${leafMatch}route: [{destination: {host: reviews, subset: v2}}]}]`, 'name: leaf');

test('a delegate inherits what it leaves out; both matches must hold', () => {
  const text = delegation('match: [{uri: {prefix: /a}}], ', 'match: [{headers: {x: {exact: y}}}], ');
  assert.equal(send(text, { path: '/a', headers: { x: 'y' } }), 'forward reviews v2 /a');
  assert.equal(send(text, { path: '/b', headers: { x: 'y' } }), 'not-found');
  assert.equal(send(text, { path: '/a' }), 'not-found');
  const result = route(text, { path: '/a', headers: { x: 'y' } });
  assert.ok(result.kind === 'forward');
  assert.equal(result.forward.timeoutMs, 5000);
  assert.equal(result.rule.source?.resource.name, 'leaf');
});

test('a delegate that does not lie inside the match of its root is dropped', () => {
  // Nothing is left of the VirtualService, so that the default route holds.
  assert.equal(
    send(delegation('match: [{uri: {prefix: /a}}], ', 'match: [{uri: {prefix: /b}}], '), { path: '/b' }),
    'forward reviews /b',
  );
  assert.equal(
    send(delegation('match: [{uri: {prefix: /a}}], ', 'match: [{uri: {prefix: /a/b}}], '), { path: '/a/b' }),
    'forward reviews v2 /a/b',
  );
  assert.equal(
    send(delegation('match: [{uri: {regex: "/a.*"}}], ', 'match: [{uri: {prefix: /a/b}}], '), { path: '/a/b' }),
    'forward reviews /a/b',
  );
});

test('a Sidecar limits what its workloads see; the chosen one is by selector, then namespace, then root', () => {
  const limited = (hosts: string, more = '', metadata = 'name: s'): string =>
    `${services}\nkind: Sidecar\nmetadata: {${metadata}}\nspec: {egress: [{hosts: [${hosts}]}]${more}}\n---\n`;
  assert.equal(send(limited('"./ratings.bookinfo.svc.cluster.local"')), 'unknown-host passthrough');
  assert.equal(send(limited('"./ratings.bookinfo.svc.cluster.local"'), { host: 'ratings' }), 'forward ratings /');
  assert.equal(send(limited('"bookinfo/*"')), 'forward reviews /');
  assert.equal(send(limited('"other/*"')), 'unknown-host passthrough');
  assert.equal(send(limited('"~/*"')), 'unknown-host passthrough');
  assert.equal(send(limited('"~/*"', ', outboundTrafficPolicy: {mode: REGISTRY_ONLY}')), 'unknown-host refuse');
  assert.equal(send(limited('"~/*"', ', workloadSelector: {labels: {app: other}}')), 'forward reviews /');
  assert.equal(send(limited('"~/*"', ', workloadSelector: {labels: {app: productpage}}')), 'unknown-host passthrough');
  assert.equal(send(limited('"~/*"', '', 'name: s, namespace: istio-system')), 'unknown-host passthrough');
  assert.equal(
    send(
      limited('"*/*"') +
        `kind: Sidecar\nmetadata: {name: r, namespace: istio-system}\nspec: {egress: [{hosts: ["~/*"]}]}`,
    ),
    'forward reviews /',
  );
});

test('a Sidecar takes a VirtualService if it takes any of its hosts, and the others come along', () => {
  const text =
    base +
    toSubset('v2', '[reviews, ratings]', 'name: both') +
    'kind: Sidecar\nmetadata: {name: s}\nspec: {egress: [{hosts: ["./reviews.bookinfo.svc.cluster.local"]}]}';
  assert.equal(send(text), 'forward reviews v2 /');
});

test('a ServiceEntry makes a host known; endpoints come from itself or from its name', () => {
  const text = `
kind: ServiceEntry
metadata: {name: api}
spec:
  hosts: [api.example.com]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{number: 80, name: http, protocol: HTTP}]
---
kind: ServiceEntry
metadata: {name: vm}
spec:
  hosts: [vm.example.com]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{number: 8080, name: http, protocol: HTTP}]
  endpoints: [{address: 10.1.1.1, ports: {http: 9999}, labels: {version: v1}}, {address: 10.1.1.2, weight: 3}]
`;
  const { routes } = compile(text);
  const at = (host: string) => routes.upstreams.find((upstream) => upstream.host === host);
  const api = at('api.example.com');
  assert.deepEqual(
    api?.endpoints.map(({ address, port }) => `${address}:${port}`),
    ['api.example.com:80'],
  );
  assert.equal(api.tls.mode, 'none');
  const vm = at('vm.example.com');
  assert.deepEqual(
    vm?.endpoints.map(({ address, port, weight }) => `${address}:${port}*${weight}`),
    ['10.1.1.1:9999*1', '10.1.1.2:8080*3'],
  );
  assert.equal(vm.tls.mode, 'auto');
  assert.equal(send(text, { host: 'api.example.com', port: 80 }), 'forward api.example.com /');
});

test('an ExternalName service is another name of the service it points to', () => {
  const text = `${services}
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: reviews.bookinfo.svc.cluster.local, ports: [{name: http, port: 9080}]}`;
  assert.equal(send(text, { host: 'alias' }), 'forward reviews /');
});

test('TCP ports go to their service, or where a TCP rule sends them', () => {
  const pick = (text: string, host = 'mongodb', port = 27017): string | undefined =>
    routerOf(text).tcp(port, host, fixed())?.destination.upstream;
  assert.equal(pick(services), 'outbound|27017||mongodb.bookinfo.svc.cluster.local');
  assert.equal(
    pick(services, 'mongodb.bookinfo.svc.cluster.local'),
    'outbound|27017||mongodb.bookinfo.svc.cluster.local',
  );
  assert.equal(pick(services, 'nobody'), undefined);
  // A port declared as HTTP is none for raw bytes.
  assert.equal(pick(services, 'reviews', 9080), undefined);
  const rules = virtualService(
    `
hosts: [mongodb]
tcp:
- match: [{sourceLabels: {app: other}}]
  route: [{destination: {host: details}}]
- match: [{port: 27017}]
  route: [{destination: {host: mongodb, subset: a}, weight: 1}, {destination: {host: mongodb, subset: b}, weight: 3}]`,
    'name: mongo',
  );
  const router = routerOf(services + rules);
  const subsets = Array.from({ length: 400 }, () => router.tcp(27017, 'mongodb', fixed())?.destination.subset);
  const share = subsets.filter((subset) => subset === 'b').length / 400;
  assert.ok(Math.abs(share - 0.75) < 0.02, String(share));
});

test('a port not named by protocol carries both HTTP routes and raw bytes', () => {
  const text = 'kind: Service\nmetadata: {name: plain}\nspec: {ports: [{port: 8080}]}';
  assert.equal(send(text, { host: 'plain', port: 8080 }), 'forward plain /');
  assert.equal(routerOf(text).tcp(8080, 'plain', fixed())?.destination.service, 'plain');
});

test('a headless service is called by the names of its pods, and every service by its addresses', () => {
  const text =
    'kind: Service\nmetadata: {name: db}\nspec: {clusterIP: None, ports: [{name: http, port: 80}]}\n---\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: 10.2.3.4, ports: [{name: http, port: 80}]}';
  assert.equal(send(text, { host: 'db-0.db.bookinfo.svc.cluster.local', port: 80 }), 'forward db /');
  assert.equal(send(text, { host: '10.2.3.4', port: 80 }), 'forward web /');
});

test('objects that have nothing to do with a call change nothing, in whatever order they come', () => {
  const own = toSubset('v2', '[reviews]', 'name: own');
  const other = [
    virtualService(`hosts: [ratings]\nhttp: [{directResponse: {status: 200}}]`, 'name: other'),
    `kind: DestinationRule\nmetadata: {name: details}\nspec: {host: details}\n---\n`,
  ];
  const expected = send(base + own);
  for (const text of [
    base + own + other.join(''),
    other.join('') + own + base,
    base + other.reverse().join('') + own,
  ]) {
    assert.equal(send(text), expected);
  }
});

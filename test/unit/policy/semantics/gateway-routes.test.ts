import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compile,
  ingress,
  outcome,
  problemLines,
  reviewsSubsets,
  route,
  services,
  virtualService,
  type RequestOptions,
} from './mesh-fixture.ts';

const base = services + reviewsSubsets;

function gateway(server: string, metadata = 'name: ingress', selector = '{istio: ingressgateway}'): string {
  return `kind: Gateway\nmetadata: {${metadata}}\nspec: {selector: ${selector}, servers: [${server}]}\n---\n`;
}

const http = (hosts: string, port = 80): string =>
  `{port: {number: ${port}, name: http-${port}, protocol: HTTP}, hosts: ${hosts}}`;

const bound = (hosts: string, more: string, metadata = 'name: reviews', gateways = '[ingress]'): string =>
  virtualService(`hosts: ${hosts}\ngateways: ${gateways}\n${more}`, metadata);

const toReviews = 'http: [{route: [{destination: {host: reviews, subset: v1}}]}]';
const at = (text: string, options: RequestOptions): string =>
  outcome(route(base + text, { node: ingress, port: 80, ...options }));

test('a VirtualService bound to the gateway routes the hosts both have', () => {
  const text = gateway(http('["*.example.com"]')) + bound('[shop.example.com]', toReviews);
  assert.equal(at(text, { host: 'shop.example.com' }), 'forward reviews v1 /');
  assert.equal(at(text, { host: 'shop.example.com:8080' }), 'forward reviews v1 /');
  assert.equal(at(text, { host: 'other.example.com' }), 'not-found');
  const narrow = gateway(http('[a.example.com]')) + bound('["*.example.com"]', toReviews);
  assert.equal(at(narrow, { host: 'a.example.com' }), 'forward reviews v1 /');
  assert.equal(at(narrow, { host: 'b.example.com' }), 'not-found');
});

// Istiod intersects the hosts as they are written, and lowers them only then.
test('hosts of the two are compared by their letters, and served in any', () => {
  const same = gateway(http('[Shop.example.com]')) + bound('[Shop.example.com]', toReviews);
  assert.equal(at(same, { host: 'shop.example.com' }), 'forward reviews v1 /');
  const wide = gateway(http('["*.example.com"]')) + bound('[Shop.example.com]', toReviews);
  assert.equal(at(wide, { host: 'shop.example.com' }), 'forward reviews v1 /');
  const other = gateway(http('[shop.example.com]')) + bound('[Shop.example.com]', toReviews);
  assert.equal(at(other, { host: 'shop.example.com' }), 'not-found');
});

test('the only port of the destination is taken where none is said, unlike in a sidecar', () => {
  const result = route(base + gateway(http('["*"]')) + bound('["*"]', toReviews), {
    node: ingress,
    port: 80,
    host: 'x',
  });
  assert.ok(result.kind === 'forward');
  assert.equal(result.destination.port, 9080);
});

test('only Gateways whose selector fits the proxy count; one without selector fits all', () => {
  const other = gateway(http('["*"]'), 'name: ingress', '{istio: egressgateway}') + bound('["*"]', toReviews);
  assert.equal(at(other, { host: 'x' }), 'unknown-host refuse');
  const none = `kind: Gateway\nmetadata: {name: ingress}\nspec: {servers: [${http('["*"]')}]}\n---\n${bound('["*"]', toReviews)}`;
  assert.equal(at(none, { host: 'x' }), 'forward reviews v1 /');
});

test('hosts of a server can be kept to one namespace: ns/host, and ./host for the own', () => {
  const text = (hosts: string): string => gateway(http(hosts)) + bound('[a.com]', toReviews);
  assert.equal(at(text('["bookinfo/a.com"]'), { host: 'a.com' }), 'forward reviews v1 /');
  assert.equal(at(text('["./a.com"]'), { host: 'a.com' }), 'forward reviews v1 /');
  assert.equal(at(text('["*/a.com"]'), { host: 'a.com' }), 'forward reviews v1 /');
  assert.equal(at(text('["other/a.com"]'), { host: 'a.com' }), 'not-found');
});

test('a gateway is named by name, by namespace and name, or by the old long name', () => {
  const elsewhere = gateway(http('["*"]'), 'name: ingress, namespace: istio-system');
  const named = (name: string): string =>
    at(elsewhere + bound('["*"]', toReviews, 'name: reviews', `["${name}"]`), { host: 'x' });
  assert.equal(named('istio-system/ingress'), 'forward reviews v1 /');
  assert.equal(named('ingress.istio-system.svc.cluster.local'), 'forward reviews v1 /');
  assert.equal(named('ingress'), 'not-found');
});

test('several VirtualServices of one host merge: the older first, what takes everything last', () => {
  const general = bound(
    '["*"]',
    'http: [{match: [{uri: {prefix: /a}}], directResponse: {status: 201}}, {directResponse: {status: 200}}]',
    'name: a, creationTimestamp: "2020-01-01T00:00:00Z"',
  );
  const special = bound(
    '["*"]',
    'http: [{match: [{uri: {prefix: /a}}, {uri: {prefix: /b}}], directResponse: {status: 202}}]',
    'name: b, creationTimestamp: "2021-01-01T00:00:00Z"',
  );
  const text = gateway(http('["*"]')) + general + special;
  assert.equal(at(text, { host: 'x', path: '/a' }), 'direct 201 ');
  assert.equal(at(text, { host: 'x', path: '/b' }), 'direct 202 ');
  assert.equal(at(text, { host: 'x', path: '/c' }), 'direct 200 ');
});

test('httpsRedirect answers plain HTTP with 301, also for hosts without routes', () => {
  const server = '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.com"], tls: {httpsRedirect: true}}';
  const text = gateway(server) + bound('[a.com]', toReviews);
  assert.equal(at(text, { host: 'a.com', path: '/x?y' }), 'redirect 301 https://a.com/x?y');
  assert.equal(at(text, { host: 'b.com', path: '/x' }), 'redirect 301 https://b.com/x');
  assert.equal(at(text, { host: 'a.com', scheme: 'https' }), 'forward reviews v1 /');
});

test('each server port has its own table', () => {
  const text =
    gateway(`${http('["*"]', 80)}, ${http('["*"]', 8080)}`) +
    bound(
      '["*"]',
      'http: [{match: [{port: 8080}], directResponse: {status: 208}}, {match: [{port: 80}], directResponse: {status: 200}}]',
    );
  assert.equal(at(text, { host: 'x' }), 'direct 200 ');
  assert.equal(at(text, { host: 'x', port: 8080 }), 'direct 208 ');
  assert.equal(at(text, { host: 'x', port: 9999 }), 'unknown-host refuse');
  assert.deepEqual(
    compile(base + text, { node: ingress }).routes.http.map(({ port }) => port),
    [80, 8080],
  );
});

test('match.gateways narrows a rule to one of the gateways', () => {
  const rules =
    'http: [{match: [{gateways: [mesh]}], directResponse: {status: 200}}, {match: [{gateways: [ingress]}], directResponse: {status: 202}}]';
  const text =
    gateway(http('["*"]')) + bound('[reviews.bookinfo.svc.cluster.local]', rules, 'name: reviews', '[ingress, mesh]');
  const host = 'reviews.bookinfo.svc.cluster.local';
  assert.equal(at(text, { host }), 'direct 202 ');
  assert.equal(outcome(route(base + text, { host })), 'direct 200 ');
});

test('a TCP server takes the TCP rules of its VirtualServices', () => {
  const text =
    gateway('{port: {number: 27017, name: mongo, protocol: TCP}, hosts: ["*"]}') +
    bound('["*"]', 'tcp: [{match: [{port: 27017}], route: [{destination: {host: mongodb}}]}]');
  const { routes } = compile(base + text, { node: ingress });
  assert.equal(routes.tcp[0]?.destinations[0]?.upstream, 'outbound|27017||mongodb.bookinfo.svc.cluster.local');
});

test('a gateway knows the upstreams its routes reach, no others', () => {
  const { routes } = compile(base + gateway(http('["*"]')) + bound('["*"]', toReviews), { node: ingress });
  assert.deepEqual(
    routes.upstreams.map(({ id }) => id),
    ['outbound|9080|v1|reviews.bookinfo.svc.cluster.local'],
  );
});

test('a VirtualService bound to no Gateway that exists cannot work', () => {
  assert.deepEqual(problemLines(compile(base + bound('["*"]', toReviews))), [
    'error spec.gateways[0]: There is no Gateway bookinfo/ingress.',
  ]);
});

test('a broken server is told and the others work', () => {
  const text =
    gateway(`{port: {number: 0}, hosts: ["*"]}, {port: {number: 81, protocol: GOPHER}, hosts: []}, ${http('["*"]')}`) +
    bound('["*"]', toReviews);
  assert.equal(at(text, { host: 'x' }), 'forward reviews v1 /');
  const lines = problemLines(compile(base + text, { node: ingress }));
  assert.ok(lines.some((line) => line.startsWith('error spec.servers[0].port:')));
  assert.ok(lines.some((line) => line.startsWith('error spec.servers[1].port.protocol:')));
});

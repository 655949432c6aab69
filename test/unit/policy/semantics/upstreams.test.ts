import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Upstream } from '../../../../src/engine/policy/semantics/routing/compiled.ts';
import {
  bookinfoEndpoints,
  compile,
  directory,
  endpoint,
  services,
  sidecar,
  type CompileOptions,
} from './mesh-fixture.ts';

function rule(spec: string, metadata = 'name: reviews'): string {
  return `kind: DestinationRule\nmetadata: {${metadata}}\nspec: ${spec}\n---\n`;
}

function upstream(text: string, subset = '', options: CompileOptions = {}, service = 'reviews'): Upstream | undefined {
  const { routes } = compile(services + text, options);
  return routes.upstreams.find(({ id }) => id === `outbound|9080|${subset}|${service}.bookinfo.svc.cluster.local`);
}

test("without a DestinationRule: Istio's defaults, not Envoy's", () => {
  const found = upstream('');
  assert.deepEqual(found?.loadBalancer, { type: 'least-request' });
  assert.deepEqual(found.pool, {
    maxConnections: 4294967295,
    connectTimeoutMs: 10_000,
    maxPendingRequests: 4294967295,
    maxRequests: 4294967295,
    maxRequestsPerConnection: 0,
    maxRetries: 4294967295,
    idleTimeoutMs: 3_600_000,
  });
  assert.equal(found.outlier, undefined);
  assert.deepEqual(found.tls, { mode: 'auto' });
  assert.equal(found.protocol, 'http');
});

test('a subset has the endpoints with its labels', () => {
  const text = rule('{host: reviews, subsets: [{name: v2, labels: {version: v2}}, {name: all}]}');
  const versions = (subset: string): readonly string[] | undefined =>
    upstream(text, subset)?.endpoints.map(({ version }) => version);
  assert.deepEqual(versions(''), ['v1', 'v2', 'v3']);
  assert.deepEqual(versions('v2'), ['v2']);
  assert.deepEqual(versions('all'), ['v1', 'v2', 'v3']);
  assert.equal(upstream(text, 'v9'), undefined);
});

test('a subset overrides its host field by field; settings of a port replace everything for that port', () => {
  const text = rule(
    `
    host: reviews
    trafficPolicy:
      loadBalancer: {simple: ROUND_ROBIN}
      connectionPool: {tcp: {maxConnections: 5}}
      portLevelSettings: [{port: {number: 9080}, loadBalancer: {simple: RANDOM}}]
    subsets: [{name: v1, trafficPolicy: {connectionPool: {tcp: {maxConnections: 7}}}}]`.replace(/\n {4}/g, '\n  '),
  );
  const whole = upstream(text);
  assert.equal(whole?.loadBalancer.type, 'random');
  assert.equal(whole.pool.maxConnections, 4294967295);
  const v1 = upstream(text, 'v1');
  assert.equal(v1?.loadBalancer.type, 'random');
  assert.equal(v1.pool.maxConnections, 7);
});

test('outlier detection, once there is any, starts from 5 errors in a row, 10 s, 30 s and 10 %, with panic off', () => {
  assert.deepEqual(upstream(rule('{host: reviews, trafficPolicy: {outlierDetection: {}}}'))?.outlier, {
    consecutive5xx: 5,
    consecutiveGatewayErrors: 0,
    splitExternalLocalOriginErrors: false,
    consecutiveLocalOriginFailures: 5,
    intervalMs: 10_000,
    baseEjectionMs: 30_000,
    maxEjectionMs: 300_000,
    maxEjectionPercent: 10,
    minHealthPercent: 0,
  });
  const set = upstream(
    rule(
      '{host: reviews, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 0, consecutiveGatewayErrors: 3, interval: 1s, baseEjectionTime: 10m, maxEjectionPercent: 100, minHealthPercent: 20}}}',
    ),
  )?.outlier;
  assert.equal(set?.consecutive5xx, 0);
  assert.equal(set.consecutiveGatewayErrors, 3);
  assert.equal(set.baseEjectionMs, 600_000);
  assert.equal(set.maxEjectionMs, 600_000);
  assert.equal(set.maxEjectionPercent, 100);
  assert.equal(set.minHealthPercent, 20);
});

test('load balancers', () => {
  const balancer = (settings: string) =>
    upstream(rule(`{host: reviews, trafficPolicy: {loadBalancer: ${settings}}}`))?.loadBalancer;
  assert.deepEqual(balancer('{simple: LEAST_CONN}'), { type: 'least-request' });
  assert.deepEqual(balancer('{simple: PASSTHROUGH}'), { type: 'passthrough' });
  assert.deepEqual(balancer('{consistentHash: {httpHeaderName: X-User}}'), {
    type: 'ring-hash',
    minimumRingSize: 1024,
    hash: { header: 'x-user' },
  });
  assert.deepEqual(balancer('{consistentHash: {useSourceIp: true, ringHash: {minimumRingSize: 2048}}}'), {
    type: 'ring-hash',
    minimumRingSize: 2048,
    hash: { sourceIp: true },
  });
  assert.deepEqual(balancer('{consistentHash: {httpCookie: {name: u, path: /, ttl: 0s}, maglev: {}}}'), {
    type: 'maglev',
    tableSize: 65537,
    hash: { cookie: { name: 'u', path: '/', ttlMs: 0 } },
  });
  assert.deepEqual(balancer('{consistentHash: {httpQueryParameterName: q, maglev: {tableSize: 101}}}'), {
    type: 'maglev',
    tableSize: 101,
    hash: { queryParameter: 'q' },
  });
});

test('TLS: DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL; auto only inside the mesh and while it is on', () => {
  const tls = (settings: string) => upstream(rule(`{host: reviews, trafficPolicy: {tls: ${settings}}}`))?.tls;
  assert.deepEqual(tls('{mode: DISABLE}'), { mode: 'none' });
  assert.deepEqual(tls('{mode: SIMPLE, sni: a.com, subjectAltNames: [a.com]}'), {
    mode: 'simple',
    sni: 'a.com',
    subjectAltNames: ['a.com'],
    insecureSkipVerify: false,
  });
  assert.deepEqual(tls('{mode: MUTUAL, clientCertificate: /c, privateKey: /k}'), {
    mode: 'simple',
    subjectAltNames: [],
    insecureSkipVerify: false,
    clientCertificate: { certificateFile: '/c', privateKeyFile: '/k' },
  });
  assert.deepEqual(tls('{mode: ISTIO_MUTUAL}'), {
    mode: 'istio-mutual',
    sni: 'outbound_.9080_._.reviews.bookinfo.svc.cluster.local',
    subjectAltNames: ['spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews'],
  });
  assert.equal(upstream('', '', { mesh: { meshConfig: { enableAutoMtls: false } } })?.tls.mode, 'none');
});

test('an endpoint says who it must be and what its sidecar takes', () => {
  const endpoints = directory({
    'bookinfo/reviews:9080': [
      endpoint('reviews', 'v1'),
      endpoint('reviews', 'v2', { meshed: false, serviceAccount: '' }),
    ],
  });
  const strict = 'kind: PeerAuthentication\nmetadata: {name: default}\nspec: {mtls: {mode: STRICT}}\n---\n';
  const found = upstream(strict, '', { endpoints, mesh: { trustDomain: 'td' } })?.endpoints;
  assert.deepEqual(
    found?.map(({ principal, inboundTls }) => [principal, inboundTls]),
    [
      ['spiffe://td/ns/bookinfo/sa/bookinfo-reviews', 'strict'],
      ['', 'none'],
    ],
  );
  assert.equal(upstream('')?.endpoints[0]?.inboundTls, 'permissive');
});

/** Balancer of the rule that a client obeys: each rule of the table carries another one. */
function obeyed(rules: string, namespace: string, labels = {}): string | undefined {
  return upstream(rules, '', { node: sidecar(labels, namespace), endpoints: bookinfoEndpoints })?.loadBalancer.type;
}

const balancing = (simple: string, host: string, metadata: string, more = ''): string =>
  rule(`{host: "${host}", trafficPolicy: {loadBalancer: {simple: ${simple}}}${more}}`, metadata);

const full = 'reviews.bookinfo.svc.cluster.local';

test("the client's namespace comes first, then the service's, then the root; the first with a match ends the search", () => {
  const ofClient = balancing('RANDOM', full, 'name: a, namespace: client');
  const ofService = balancing('ROUND_ROBIN', 'reviews', 'name: b');
  const ofRoot = balancing('PASSTHROUGH', '*.local', 'name: c, namespace: istio-system');
  const all = ofClient + ofService + ofRoot;
  assert.equal(obeyed(all, 'client'), 'random');
  assert.equal(obeyed(all, 'another'), 'round-robin');
  assert.equal(obeyed(ofClient + ofRoot, 'another'), 'passthrough');
  assert.equal(obeyed(ofClient, 'another'), 'least-request');
  // A wildcard of the client's namespace ends the search before the exact rule of the service's.
  assert.equal(obeyed(balancing('RANDOM', '*.local', 'name: w, namespace: client') + ofService, 'client'), 'random');
});

test('a client in the root namespace is not caught by the rules there that are meant for everybody', () => {
  const rules =
    balancing('RANDOM', '*.local', 'name: a, namespace: istio-system') + balancing('ROUND_ROBIN', 'reviews', 'name: b');
  assert.equal(obeyed(rules, 'istio-system'), 'round-robin');
  const own = balancing('PASSTHROUGH', '*.local', 'name: p, namespace: istio-system', ', exportTo: ["."]');
  assert.equal(obeyed(rules + own, 'istio-system'), 'passthrough');
});

test('within a namespace the exact host wins, then the longest wildcard, whatever their age', () => {
  const wide = balancing('RANDOM', '*.local', 'name: a, creationTimestamp: "2020-01-01T00:00:00Z"');
  const narrow = balancing('PASSTHROUGH', '*.bookinfo.svc.cluster.local', 'name: b');
  const exact = balancing('ROUND_ROBIN', 'reviews', 'name: c');
  assert.equal(obeyed(wide + narrow + exact, 'bookinfo'), 'round-robin');
  assert.equal(obeyed(wide + narrow, 'bookinfo'), 'passthrough');
});

test('exportTo decides whether other namespaces see a rule', () => {
  const kept = balancing('RANDOM', 'reviews', 'name: a', ', exportTo: ["."]');
  assert.equal(obeyed(kept, 'bookinfo'), 'random');
  assert.equal(obeyed(kept, 'client'), 'least-request');
  assert.equal(obeyed(balancing('RANDOM', 'reviews', 'name: a', ', exportTo: [client]'), 'client'), 'random');
});

test('a rule for some workloads counts for them only, in its own namespace, and before one for all', () => {
  const some = balancing('RANDOM', 'reviews', 'name: some', ', workloadSelector: {matchLabels: {app: a}}');
  const all = balancing('ROUND_ROBIN', 'reviews', 'name: all');
  assert.equal(obeyed(some + all, 'bookinfo', { app: 'a' }), 'random');
  assert.equal(obeyed(some + all, 'bookinfo', { app: 'b' }), 'round-robin');
  assert.equal(obeyed(some + all, 'client', { app: 'a' }), 'round-robin');
});

test('rules of one namespace for one host merge: subsets by name, the policy of the oldest that has one', () => {
  const text =
    rule(
      '{host: reviews, subsets: [{name: v1, labels: {version: v1}}]}',
      'name: a, creationTimestamp: "2020-01-01T00:00:00Z"',
    ) +
    rule(
      '{host: reviews, trafficPolicy: {loadBalancer: {simple: RANDOM}}, subsets: [{name: v1, labels: {version: v2}}, {name: v3, labels: {version: v3}}]}',
      'name: b, creationTimestamp: "2021-01-01T00:00:00Z"',
    ) +
    rule(
      '{host: reviews.bookinfo.svc.cluster.local, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}',
      'name: c, creationTimestamp: "2022-01-01T00:00:00Z"',
    );
  assert.equal(upstream(text)?.loadBalancer.type, 'random');
  assert.deepEqual(
    upstream(text, 'v1')?.endpoints.map(({ version }) => version),
    ['v1'],
  );
  assert.deepEqual(
    upstream(text, 'v3')?.endpoints.map(({ version }) => version),
    ['v3'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../../src/engine/model/snapshot.ts';
import { influencesOf } from '../../../../src/engine/policy/semantics/influences.ts';
import { serverMtlsMode } from '../../../../src/engine/policy/semantics/mutual-tls.ts';
import { compileRoutes } from '../../../../src/engine/policy/semantics/routing/compile.ts';
import { createRouter } from '../../../../src/engine/policy/semantics/routing/decide.ts';
import { prepareRouting } from '../../../../src/engine/policy/semantics/routing/prepare.ts';
import { routeCall } from '../../../../src/engine/policy/semantics/routing/route-call.ts';
import {
  bookinfoEndpoints,
  ingress,
  objects,
  outcome,
  request,
  reviewsSubsets,
  services,
  settingsOf,
  sidecar,
} from './mesh-fixture.ts';

const settings = settingsOf();
const sound = objects(services + reviewsSubsets);

const object = (kind: string, name: string, spec: unknown): MeshObject => ({
  apiVersion:
    kind === 'PeerAuthentication' ? 'security.istio.io/v1' : kind === 'Service' ? 'v1' : 'networking.istio.io/v1',
  kind,
  namespace: 'bookinfo',
  name,
  labels: {},
  annotations: {},
  spec,
  origin: { layer: 'workspace', source: 'file:///random.yaml' },
});

// Values a half-typed spec can hold anywhere: wrong types, hostile keys, plausible words.
const word = fc.constantFrom(
  'reviews',
  'ratings',
  'v1',
  'v9',
  '*',
  '*.local',
  'mesh',
  '/a',
  '(',
  '(a+)+$',
  '5s',
  '',
  '__proto__',
  'constructor',
);
const leaf = fc.oneof(word, fc.integer({ min: -2, max: 70_000 }), fc.double(), fc.boolean(), fc.constant(null));
const field = fc.constantFrom(
  'hosts',
  'host',
  'http',
  'tcp',
  'match',
  'route',
  'destination',
  'subset',
  'port',
  'number',
  'weight',
  'uri',
  'exact',
  'prefix',
  'regex',
  'headers',
  'request',
  'set',
  'add',
  'remove',
  'rewrite',
  'redirect',
  'directResponse',
  'status',
  'timeout',
  'retries',
  'attempts',
  'fault',
  'delay',
  'abort',
  'percentage',
  'value',
  'mirror',
  'mirrors',
  'delegate',
  'name',
  'gateways',
  'sourceLabels',
  'exportTo',
  'subsets',
  'labels',
  'trafficPolicy',
  'loadBalancer',
  'consistentHash',
  'tls',
  'mode',
  'portLevelSettings',
  'selector',
  'servers',
  'protocol',
  'workloadSelector',
  'egress',
  'ports',
  'endpoints',
  'address',
  'mtls',
  'portLevelMtls',
  'outlierDetection',
  '__proto__',
  'toString',
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(field, tie('tree')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const target = fc.record(
  { host: fc.oneof(word, tree), subset: fc.oneof(word, tree), port: tree },
  { requiredKeys: [] },
);
const rule = fc.record(
  {
    match: fc.oneof(fc.array(tree, { maxLength: 2 }), tree),
    route: fc.array(fc.record({ destination: target, weight: leaf }), { maxLength: 3 }),
    redirect: tree,
    rewrite: tree,
    fault: tree,
    headers: tree,
    retries: tree,
    mirror: tree,
  },
  { requiredKeys: [] },
);
const spec = fc.oneof(
  tree,
  fc.record(
    {
      hosts: fc.oneof(fc.array(word, { maxLength: 3 }), tree),
      http: fc.array(rule, { maxLength: 3 }),
      tcp: tree,
      gateways: fc.array(word, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    { host: fc.oneof(word, tree), subsets: fc.oneof(fc.array(tree, { maxLength: 2 }), tree), trafficPolicy: tree },
    { requiredKeys: [] },
  ),
);
const kind = fc.constantFrom(
  'VirtualService',
  'DestinationRule',
  'Gateway',
  'Sidecar',
  'ServiceEntry',
  'PeerAuthentication',
  'Service',
  'WorkloadEntry',
);
const broken = fc
  .array(fc.tuple(kind, spec), { minLength: 1, maxLength: 4 })
  .map((entries) => entries.map(([name, value], index) => object(name, `broken-${index}`, value)));

test('whatever stands in a spec, nothing throws: compile, route, explain, mutual TLS, influences', () => {
  fc.assert(
    fc.property(broken, fc.constantFrom('/', '/a', '/a?b=c', '', '*', '//', '/%2e%2e'), (list, path) => {
      const snapshot = createSnapshot([...sound, ...list]);
      for (const node of [sidecar(), ingress]) {
        const { routes } = compileRoutes({ snapshot, endpoints: bookinfoEndpoints, node, settings });
        structuredClone(routes);
        const router = createRouter(routes);
        for (const host of ['reviews', 'ratings:9080', '', '*', '[::1]:80']) {
          router.route(request({ host, path, headers: { reviews: 'v1' } }), Math.random);
          router.tcp(9080, host, Math.random);
        }
      }
      const call = { host: 'reviews', port: 9080, path };
      const decision = routeCall({ snapshot, endpoints: bookinfoEndpoints, settings, call });
      JSON.stringify(decision);
      serverMtlsMode({ snapshot, settings, namespace: 'bookinfo', labels: { app: 'reviews' }, port: 9080 });
      influencesOf({
        snapshot,
        settings,
        workload: { namespace: 'bookinfo', labels: {} },
        hosts: ['reviews.bookinfo.svc.cluster.local'],
      });
      assert.equal(Object.prototype.toString.call({}), '[object Object]');
    }),
    { numRuns: 300 },
  );
});

const weights = fc
  .array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 3 })
  .filter((list) => list.some((weight) => weight > 0));

const split = (list: readonly number[]): MeshObject =>
  object('VirtualService', 'split', {
    hosts: ['reviews'],
    http: [
      { route: list.map((weight, index) => ({ destination: { host: 'reviews', subset: `v${index + 1}` }, weight })) },
    ],
  });

test('shares add up to 1, and are what the router does in the long run', () => {
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 0.999, noNaN: true }), (list, start) => {
      const snapshot = createSnapshot([...sound, split(list)]);
      const { backends } = routeCall({
        snapshot,
        endpoints: bookinfoEndpoints,
        settings,
        call: { source: { namespace: 'bookinfo' }, host: 'reviews', port: 9080 },
      });
      assert.ok(Math.abs(backends.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
      const router = createRouter(
        compileRoutes({ snapshot, endpoints: bookinfoEndpoints, node: sidecar(), settings }).routes,
      );
      const rounds = 2000;
      const counts = new Map<string, number>();
      for (let index = 0; index < rounds; index++) {
        const result = router.route(request(), () => start);
        assert.ok(result.kind === 'forward');
        const subset = result.destination.subset ?? '';
        counts.set(subset, (counts.get(subset) ?? 0) + 1);
      }
      assert.equal(
        [...counts.keys()].every((subset) => backends.some((backend) => backend.subset === subset)),
        true,
      );
      for (const { subset, share } of backends) {
        assert.ok(Math.abs((counts.get(subset ?? '') ?? 0) / rounds - share) < 0.005, `${subset ?? ''}: ${share}`);
      }
    }),
    { numRuns: 40 },
  );
});

test('objects about other hosts, and the order of all, change no answer', () => {
  const other = ['ratings', 'details', 'web'].map((name) =>
    object('VirtualService', `zz-${name}`, { hosts: [name], http: [{ directResponse: { status: 200 } }] }),
  );
  const own = split([1, 2]);
  const answer = (list: readonly MeshObject[]): unknown =>
    routeCall({
      snapshot: createSnapshot(list),
      endpoints: bookinfoEndpoints,
      settings,
      call: { source: { namespace: 'bookinfo' }, host: 'reviews', port: 9080 },
    });
  const expected = answer([...sound, own]);
  fc.assert(
    fc.property(fc.shuffledSubarray(other), fc.infiniteStream(fc.nat()), (some, stream) => {
      const list = [...sound, own, ...some]
        .map((item) => ({ item, key: Number(stream.next().value) }))
        .sort((a, b) => a.key - b.key);
      assert.deepEqual(answer(list.map(({ item }) => item)), expected);
    }),
    { numRuns: 50 },
  );
});

test('the router and the explained decision never disagree', () => {
  const rules = fc.array(
    fc.record(
      {
        match: fc.array(
          fc.record(
            {
              uri: fc.record({ prefix: fc.constantFrom('/', '/a', '/a/b') }),
              headers: fc.constantFrom({}, { x: { exact: '1' } }),
              method: fc.constantFrom({ exact: 'GET' }, { exact: 'POST' }),
            },
            { requiredKeys: [] },
          ),
          { minLength: 1, maxLength: 2 },
        ),
        status: fc.integer({ min: 200, max: 599 }),
      },
      { requiredKeys: ['status'] },
    ),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(
      rules,
      fc.constantFrom('/', '/a', '/a/b', '/c'),
      fc.constantFrom('GET', 'POST'),
      fc.boolean(),
      (list, path, method, withHeader) => {
        const http = list.map(({ match, status }) => ({ ...(match && { match }), directResponse: { status } }));
        const snapshot = createSnapshot([...sound, object('VirtualService', 'random', { hosts: ['reviews'], http })]);
        const headers: Record<string, string> = withHeader ? { x: '1' } : {};
        const decision = routeCall({
          snapshot,
          endpoints: bookinfoEndpoints,
          settings,
          call: { source: { namespace: 'bookinfo' }, host: 'reviews', port: 9080, path, method, headers },
        });
        const router = createRouter(
          compileRoutes({ snapshot, endpoints: bookinfoEndpoints, node: sidecar({}), settings }).routes,
        );
        const result = router.route(request({ path, method, headers }), Math.random);
        const line = outcome(result);
        assert.equal(decision.outcome === 'direct' ? `direct ${decision.status ?? 0} ` : decision.outcome, line);
        assert.equal(decision.route?.rule, result.kind === 'direct' ? result.rule.name : undefined);
      },
    ),
    { numRuns: 200 },
  );
});

test('a snapshot is read once for all proxies', () => {
  const snapshot = createSnapshot(sound);
  assert.equal(prepareRouting(snapshot, settings), prepareRouting(snapshot, settingsOf()));
  assert.notEqual(prepareRouting(snapshot, settings), prepareRouting(snapshot, settingsOf({ trustDomain: 'other' })));
  assert.notEqual(prepareRouting(snapshot, settings), prepareRouting(createSnapshot(sound), settings));
});

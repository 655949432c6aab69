import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '../../../../src/shared/call.ts';
import type { MeshSettings } from '../../../../src/shared/mesh-settings.ts';
import type { SourceRef } from '../../../../src/shared/resource.ts';
import type { RouteDecision } from '../../../../src/shared/route-decision.ts';
import { noEndpoints, type EndpointDirectory } from '../../../../src/engine/model/endpoints.ts';
import { routeCall } from '../../../../src/engine/policy/semantics/routing/route-call.ts';
import {
  bookinfoEndpoints,
  directory,
  endpoint,
  reviewsSubsets,
  services,
  settingsOf,
  snapshotOf,
  virtualService,
} from './mesh-fixture.ts';

interface Options {
  readonly endpoints?: EndpointDirectory;
  readonly mesh?: MeshSettings;
  readonly locate?: (ref: SourceRef) => SourceRef;
}

function decide(text: string, call: Call, options: Options = {}): RouteDecision {
  return routeCall({
    snapshot: snapshotOf(text),
    endpoints: options.endpoints ?? bookinfoEndpoints,
    settings: settingsOf(options.mesh),
    call: { source: { namespace: 'bookinfo', labels: { app: 'productpage' } }, ...call },
    ...(options.locate && { locate: options.locate }),
  });
}

const base = services + reviewsSubsets;
const canary =
  base +
  virtualService(`
hosts: [reviews]
http:
- name: jason
  match: [{headers: {end-user: {exact: jason}}}]
  route: [{destination: {host: reviews, subset: v2}}]
- match: [{uri: {prefix: /a}}, {method: {exact: POST}}]
  rewrite: {uri: /b}
  timeout: 1.5s
  retries: {attempts: 3, perTryTimeout: 250ms, retryOn: "5xx,503"}
  mirror: {host: ratings}
  mirrorPercentage: {value: 10}
  fault: {delay: {fixedDelay: 2s, percentage: {value: 50}}}
  headers: {request: {set: {x-canary: "yes"}, remove: [cookie]}, response: {add: {x-served: mesh}, remove: [server]}}
  route:
  - {destination: {host: reviews, subset: v1}, weight: 75}
  - {destination: {host: reviews, subset: v3}, weight: 25}
`);

test('everything about a call that is split, rewritten, retried, mirrored and delayed', () => {
  const decision = decide(canary, { host: 'reviews:9080', path: '/a/x?q=1', headers: { Cookie: 'c', 'X-Old': '1' } });
  const host = 'reviews.bookinfo.svc.cluster.local';
  const reviews = { host, namespace: 'bookinfo', service: 'reviews', port: 9080 };
  assert.deepEqual(decision, {
    outcome: 'forward',
    route: {
      resource: {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        namespace: 'bookinfo',
        name: 'reviews',
      },
      rule: 'http[1]',
      match: 'http[1].match[0]',
      path: ['spec', 'http', 1],
    },
    backends: [
      { ...reviews, subset: 'v1', weight: 75, share: 0.75 },
      { ...reviews, subset: 'v3', weight: 25, share: 0.25 },
    ],
    mirrors: [
      { host: 'ratings.bookinfo.svc.cluster.local', namespace: 'bookinfo', service: 'ratings', port: 9080, share: 0.1 },
    ],
    request: {
      method: 'GET',
      path: '/b/x?q=1',
      host: 'reviews:9080',
      headers: { 'x-old': '1', 'x-canary': 'yes' },
      removed: ['cookie'],
    },
    response: { headers: { 'x-served': 'mesh' }, removed: ['server'] },
    timeout: '1.5s',
    retries: { attempts: 3, perTryTimeout: '250ms', retryOn: '5xx,retriable-status-codes,503' },
    fault: { delay: { duration: '2s', percent: 50 } },
    tls: { mode: 'istio-mutual' },
    explain: [
      'The call comes from the workload with app=productpage in namespace bookinfo and is for reviews:9080 on port 9080.',
      'Host reviews:9080 is routed by VirtualService bookinfo/reviews.',
      'VirtualService bookinfo/reviews, jason does not match: header end-user is not exactly "jason".',
      'VirtualService bookinfo/reviews, http[1] matches: path is prefixed by "/a".',
      `75 % of such calls go to ${host}, port 9080, subset v1.`,
      `25 % of such calls go to ${host}, port 9080, subset v3.`,
      '50 % of them are delayed by 2s.',
      '10 % of them are copied to ratings.bookinfo.svc.cluster.local.',
      'The request is rewritten to reviews:9080/b/x?q=1.',
      'They end with 504 after 1.5s, retries included.',
      'They are tried up to 3 times more, on 5xx,retriable-status-codes,503.',
    ],
  });
});

test('a rule is named by its own name, and its place is filled in by the caller', () => {
  const range = { start: { line: 7, character: 0 }, end: { line: 9, character: 0 } };
  const decision = decide(
    canary,
    { host: 'reviews', port: 9080, headers: { 'End-User': 'jason' } },
    { locate: (ref) => ({ ...ref, uri: 'file:///reviews.yaml', range }) },
  );
  assert.equal(decision.route?.rule, 'jason');
  assert.equal(decision.route.uri, 'file:///reviews.yaml');
  assert.deepEqual(decision.route.range, range);
  assert.deepEqual(
    decision.backends.map(({ subset, share }) => [subset, share]),
    [['v2', 1]],
  );
});

test('why nothing fits: each entry of each rule is named', () => {
  const decision = decide(canary, { host: 'reviews', port: 9080, path: '/z' });
  assert.equal(decision.outcome, 'not-found');
  assert.equal(decision.status, 404);
  assert.deepEqual(decision.explain.slice(2), [
    'VirtualService bookinfo/reviews, jason does not match: header end-user is not exactly "jason".',
    'VirtualService bookinfo/reviews, http[1], match[0] does not match: path is not prefixed by "/a".',
    'VirtualService bookinfo/reviews, http[1], match[1] does not match: method is not exactly "POST".',
    'No rule matches, so the answer is 404: a VirtualService replaces the default route of its hosts.',
  ]);
});

test('a rule for other callers is said to be', () => {
  const text =
    base +
    virtualService(
      'hosts: [reviews]\nhttp: [{match: [{sourceLabels: {app: other}}], directResponse: {status: 200}}, {route: [{destination: {host: reviews}}]}]',
    );
  const { explain } = decide(text, { host: 'reviews', port: 9080 });
  assert.ok(explain.includes('VirtualService bookinfo/reviews, http[0] is for other callers, gateways or ports.'));
  assert.ok(explain.includes('VirtualService bookinfo/reviews, http[1] matches every request.'));
});

test('a service without a VirtualService: the default route, with the default retries', () => {
  const decision = decide(base, { host: 'ratings', port: 9080 });
  assert.equal(decision.outcome, 'forward');
  assert.equal(decision.route, undefined);
  assert.equal(decision.retries?.attempts, 2);
  assert.equal(decision.timeout, undefined);
  assert.deepEqual(
    decision.backends.map(({ service, share }) => [service, share]),
    [['ratings', 1]],
  );
});

const outcomes: readonly (readonly [
  name: string,
  text: string,
  call: Call,
  mesh: MeshSettings,
  expected: string,
  status: number | undefined,
])[] = [
  ['unknown host', base, { host: 'example.com', port: 80 }, {}, 'passthrough', undefined],
  [
    'unknown host, registry only',
    base,
    { host: 'example.com', port: 80 },
    { meshConfig: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } } },
    'blackhole',
    502,
  ],
  ['UDP', base, { host: 'reviews', port: 53, protocol: 'udp' }, {}, 'passthrough', undefined],
  [
    'subset that does not exist',
    base + virtualService('hosts: [reviews]\nhttp: [{route: [{destination: {host: reviews, subset: v9}}]}]'),
    { host: 'reviews', port: 9080 },
    {},
    'no-backend',
    503,
  ],
  [
    'an abort for all',
    base +
      virtualService(
        'hosts: [reviews]\nhttp: [{fault: {abort: {httpStatus: 418, percentage: {value: 100}}}, route: [{destination: {host: reviews}}]}]',
      ),
    { host: 'reviews', port: 9080 },
    {},
    'fault',
    418,
  ],
  [
    'direct response',
    base + virtualService('hosts: [reviews]\nhttp: [{directResponse: {status: 204}}]'),
    { host: 'reviews', port: 9080 },
    {},
    'direct',
    204,
  ],
  // Istiod looks for hosts of destinations and DestinationRules by their letters, for those of VirtualServices it does not.
  [
    'destination in capitals',
    base + virtualService('hosts: [Reviews]\nhttp: [{route: [{destination: {host: Reviews}}]}]'),
    { host: 'reviews', port: 9080 },
    {},
    'no-backend',
    503,
  ],
  [
    'VirtualService in capitals',
    base + virtualService('hosts: [Reviews]\nhttp: [{directResponse: {status: 204}}]'),
    { host: 'reviews', port: 9080 },
    {},
    'direct',
    204,
  ],
  [
    'subset of a DestinationRule in capitals',
    services +
      reviewsSubsets.replace(/host: reviews/, 'host: Reviews.bookinfo.svc.cluster.local') +
      virtualService('hosts: [reviews]\nhttp: [{route: [{destination: {host: reviews, subset: v1}}]}]'),
    { host: 'reviews', port: 9080 },
    {},
    'no-backend',
    503,
  ],
  ['raw TCP', base, { host: 'mongodb', port: 27017, protocol: 'tcp' }, {}, 'forward', undefined],
  ['TCP port asked over HTTP', base, { host: 'mongodb', port: 27017 }, {}, 'forward', undefined],
  ['TCP to nobody', base, { host: 'nobody', port: 27017, protocol: 'tcp' }, {}, 'passthrough', undefined],
];
for (const [name, text, call, mesh, expected, status] of outcomes) {
  test(`${name}: ${expected}`, () => {
    const decision = decide(text, call, { mesh });
    assert.equal(decision.outcome, expected);
    assert.equal(decision.status, status);
  });
}

test('a redirect names its location', () => {
  const text =
    base +
    virtualService(
      'hosts: [reviews]\nhttp: [{redirect: {uri: /new, redirectCode: 307}, headers: {response: {set: {x: y}}}}]',
    );
  const decision = decide(text, { host: 'reviews:9080', path: '/old?q' });
  assert.equal(decision.outcome, 'redirect');
  assert.deepEqual(decision.redirect, { status: 307, location: 'http://reviews:9080/new?q' });
  assert.deepEqual(decision.response, { headers: { x: 'y' }, removed: [] });
});

test('one share of a split that leads nowhere is told', () => {
  const text =
    base +
    virtualService(
      'hosts: [reviews]\nhttp: [{route: [{destination: {host: reviews, subset: v1}, weight: 90}, {destination: {host: reviews, subset: v9}, weight: 10}]}]',
    );
  const decision = decide(text, { host: 'reviews', port: 9080 });
  assert.equal(decision.outcome, 'forward');
  assert.ok(
    decision.explain.includes(
      '10 % of such calls go to reviews.bookinfo.svc.cluster.local, port 9080, subset v9, which does not exist: 503.',
    ),
  );
});

test('labels of the caller come from its pod or its workload', () => {
  const text = `${base}${virtualService('hosts: [reviews]\nhttp: [{match: [{sourceLabels: {app: web}}], directResponse: {status: 200}}]')}
kind: Deployment
metadata: {name: web-v1}
spec: {template: {metadata: {labels: {app: web, version: v1}}}}
---
kind: Pod
metadata: {name: web-v1-abc, labels: {app: web}}
---
kind: WorkloadEntry
metadata: {name: vm}
spec: {address: 10.0.0.9, labels: {app: web}}
`;
  const outcomeFrom = (source: Call['source']): string =>
    decide(text, { host: 'reviews', port: 9080, ...(source && { source }) }).outcome;
  assert.equal(outcomeFrom({ namespace: 'bookinfo', workload: 'web-v1' }), 'direct');
  assert.equal(outcomeFrom({ namespace: 'bookinfo', pod: 'web-v1-abc' }), 'direct');
  assert.equal(outcomeFrom({ namespace: 'bookinfo', workload: 'vm' }), 'direct');
  assert.equal(outcomeFrom({ namespace: 'bookinfo', workload: 'other' }), 'forward');
  assert.equal(outcomeFrom({ namespace: 'bookinfo', workload: 'web-v1', labels: { app: 'x' } }), 'forward');
});

test('a call that enters at a gateway', () => {
  const text = `${base}
kind: Gateway
metadata: {name: ingress}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
---
${virtualService('hosts: ["shop.example.com"]\ngateways: [ingress]\nhttp: [{route: [{destination: {host: reviews}}]}]')}`;
  const enter = (gateway: Call['gateway'], host = 'shop.example.com'): RouteDecision =>
    routeCall({
      snapshot: snapshotOf(text),
      endpoints: bookinfoEndpoints,
      settings: settingsOf(),
      call: { host, ...(gateway && { gateway }) },
    });
  assert.deepEqual(
    enter({ namespace: 'bookinfo', name: 'ingress', port: 80 }).backends.map(({ service, port }) => [service, port]),
    [['reviews', 9080]],
  );
  assert.equal(enter({ namespace: 'x', labels: { istio: 'ingressgateway' }, port: 80 }).outcome, 'forward');
  assert.equal(enter({ namespace: 'bookinfo', name: 'ingress', port: 81 }).outcome, 'no-listener');
  assert.equal(enter({ namespace: 'bookinfo', name: 'ingress', port: 80 }, 'other.com').outcome, 'not-found');
});

test('TLS towards the backend', () => {
  const mode = (text: string, endpoints: EndpointDirectory = bookinfoEndpoints): string =>
    decide(services + text, { host: 'reviews', port: 9080 }, { endpoints }).tls.mode;
  const plain = directory({ 'bookinfo/reviews:9080': [endpoint('reviews', 'v1', { meshed: false })] });
  const disabled = 'kind: PeerAuthentication\nmetadata: {name: default}\nspec: {mtls: {mode: DISABLE}}\n---\n';
  const dr = (tls: string): string =>
    `kind: DestinationRule\nmetadata: {name: reviews}\nspec: {host: reviews, trafficPolicy: {tls: ${tls}}}`;
  assert.equal(mode(''), 'istio-mutual');
  assert.equal(mode('', plain), 'none');
  assert.equal(mode('', noEndpoints), 'istio-mutual');
  assert.equal(mode(disabled), 'none');
  assert.equal(mode(disabled, noEndpoints), 'none');
  assert.equal(mode(dr('{mode: DISABLE}')), 'none');
  assert.equal(mode(dr('{mode: SIMPLE}')), 'simple');
  assert.equal(mode(dr('{mode: MUTUAL, clientCertificate: /c, privateKey: /k}')), 'mutual');
  assert.equal(mode(dr('{mode: ISTIO_MUTUAL}'), plain), 'istio-mutual');
});

test('a caller without sidecar passes by every route, and a strict server resets it', () => {
  const text = canary;
  const source = { namespace: 'bookinfo', meshed: false };
  const free = decide(text, { source, host: 'reviews', port: 9080, headers: { 'end-user': 'jason' } });
  assert.equal(free.outcome, 'forward');
  assert.deepEqual(
    free.backends.map(({ service, subset }) => [service, subset]),
    [['reviews', undefined]],
  );
  assert.equal(free.tls.mode, 'none');
  const strict = 'kind: PeerAuthentication\nmetadata: {name: default}\nspec: {mtls: {mode: STRICT}}\n';
  assert.equal(decide(text + strict, { source, host: 'reviews', port: 9080 }).outcome, 'reset');
});

test('an empty call is answered', () => {
  const decision = routeCall({ snapshot: snapshotOf(''), endpoints: noEndpoints, settings: settingsOf(), call: {} });
  assert.equal(decision.outcome, 'passthrough');
});

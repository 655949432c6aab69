import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compile,
  indent,
  outcome,
  problemLines,
  request,
  reviewsSubsets,
  route,
  routerOf,
  services,
  virtualService,
  fixed,
  type RequestOptions,
} from './mesh-fixture.ts';
import type { CompiledRule } from '../../../../src/engine/policy/semantics/routing/compiled.ts';
import { applyHeaderOperations } from '../../../../src/engine/policy/semantics/routing/header-operations.ts';

const withRule = (rule: string): string =>
  services + reviewsSubsets + virtualService(`hosts: [reviews]\nhttp:\n- ${indent(rule).trimStart()}`);

type Case = readonly [rule: string, options: RequestOptions, expected: string];

// Envoy's HTTP route components and the header documentation; istiod's translation of VirtualService.
const cases: readonly Case[] = [
  [
    '{match: [{uri: {prefix: /a}}], rewrite: {uri: /b}, route: [{destination: {host: reviews}}]}',
    { path: '/a/x?q' },
    'forward reviews /b/x?q',
  ],
  // The prefix is replaced as text, which surprises: /foo by / gives a double slash.
  [
    '{match: [{uri: {prefix: /foo}}], rewrite: {uri: /}, route: [{destination: {host: reviews}}]}',
    { path: '/foo/bar' },
    'forward reviews //bar',
  ],
  [
    '{match: [{uri: {exact: /a}}], rewrite: {uri: /b}, route: [{destination: {host: reviews}}]}',
    { path: '/a?q=1' },
    'forward reviews /b?q=1',
  ],
  [
    '{match: [{uri: {regex: "/a.*"}}], rewrite: {uri: /b}, route: [{destination: {host: reviews}}]}',
    { path: '/a/long/path' },
    'forward reviews /b',
  ],
  // Without a path to match the rule is Envoy's prefix /, so that only the slash is replaced.
  ['{rewrite: {uri: /v1}, route: [{destination: {host: reviews}}]}', { path: '/a' }, 'forward reviews /v1a'],
  ['{rewrite: {uri: /v1/}, route: [{destination: {host: reviews}}]}', { path: '/a' }, 'forward reviews /v1/a'],
  [
    '{rewrite: {uriRegexRewrite: {match: "^/s/([^/]+)(/.*)$", rewrite: "\\\\2/i/\\\\1"}}, route: [{destination: {host: reviews}}]}',
    { path: '/s/foo/v1?x' },
    'forward reviews /v1/i/foo?x',
  ],
  [
    '{rewrite: {uriRegexRewrite: {match: one, rewrite: two}}, route: [{destination: {host: reviews}}]}',
    { path: '/x/one/y/one' },
    'forward reviews /x/two/y/two',
  ],
  [
    '{match: [{uri: {prefix: /Foo}, ignoreUriCase: true}], rewrite: {uri: /b}, route: [{destination: {host: reviews}}]}',
    { path: '/fOO/x' },
    'forward reviews /b/x',
  ],
  // The normalised path is what is sent on.
  ['{route: [{destination: {host: reviews}}]}', { path: '/a/../b?x=/../' }, 'forward reviews /b?x=/../'],
  ['{redirect: {uri: /new}}', { path: '/old?q=1' }, 'redirect 301 http://reviews/new?q=1'],
  ['{redirect: {uri: "/new?only=this"}}', { path: '/old?q=1' }, 'redirect 301 http://reviews/new?only=this'],
  [
    '{redirect: {authority: other.com, redirectCode: 308}}',
    { path: '/a?q', host: 'reviews:9080' },
    'redirect 308 http://other.com/a?q',
  ],
  ['{redirect: {uri: /a}}', { host: 'reviews:9080' }, 'redirect 301 http://reviews:9080/a'],
  ['{redirect: {scheme: https}}', { host: 'reviews:9080', path: '/x' }, 'redirect 301 https://reviews:9080/x'],
  [
    '{redirect: {port: 8443, scheme: https}}',
    { host: 'reviews:9080', path: '/x' },
    'redirect 301 https://reviews:8443/x',
  ],
  // The port a scheme has by itself is not written; nor is the port of the request left then.
  ['{redirect: {port: 443, scheme: https}}', { path: '/x' }, 'redirect 301 https://reviews/x'],
  ['{redirect: {port: 80}}', { path: '/x' }, 'redirect 301 http://reviews/x'],
  ['{redirect: {derivePort: FROM_REQUEST_PORT}}', { path: '/x' }, 'redirect 301 http://reviews:9080/x'],
  ['{redirect: {derivePort: FROM_PROTOCOL_DEFAULT, authority: a.com}}', { path: '/x' }, 'redirect 301 http://a.com/x'],
  ['{directResponse: {status: 503, body: {string: sorry}}}', {}, 'direct 503 sorry'],
  ['{directResponse: {status: 204}}', {}, 'direct 204 '],
  ['{directResponse: {status: 200, body: {bytes: aGVsbG8=}}}', {}, 'direct 200 hello'],
];
for (const [rule, options, expected] of cases) {
  test(`${rule} makes of ${JSON.stringify(options)}: ${expected}`, () => {
    assert.equal(outcome(route(withRule(rule), options)), expected);
  });
}

function authority(rule: string): string {
  const result = route(withRule(rule));
  assert.ok(result.kind === 'forward');
  return result.authority;
}

test('the host sent on is rewritten by the rule or by header operations on host', () => {
  assert.equal(authority('{route: [{destination: {host: reviews}}]}'), 'reviews');
  assert.equal(authority('{rewrite: {authority: a.com}, route: [{destination: {host: reviews}}]}'), 'a.com');
  assert.equal(
    authority('{headers: {request: {set: {Host: b.com}}}, route: [{destination: {host: reviews}}]}'),
    'b.com',
  );
  const destination = 'route: [{destination: {host: reviews}, headers: {request: {set: {":authority": c.com}}}}]';
  assert.equal(authority(`{${destination}}`), 'c.com');
  // What the rule says wins over its destination, in Envoy and so in Istio.
  assert.equal(authority(`{headers: {request: {set: {host: b.com}}}, ${destination}}`), 'b.com');
});

function firstRule(rule: string): CompiledRule {
  const { routes } = compile(withRule(rule));
  const host = routes.http
    .find(({ port }) => port === 9080)
    ?.virtualHosts.find(({ name }) => name.startsWith('reviews.'));
  const first = host?.rules[0];
  assert.ok(first);
  return first;
}

function forward(rule: string) {
  const { action } = firstRule(rule);
  assert.ok(action.type === 'forward');
  return action;
}

const to = 'route: [{destination: {host: reviews}}]';

test("defaults are Istio's: no timeout, two retries, not Envoy's 15 s and none", () => {
  const action = forward(`{${to}}`);
  assert.equal(action.timeoutMs, 0);
  assert.deepEqual(action.retry, {
    attempts: 2,
    retryOn: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'],
    retriableStatusCodes: [],
    backoffMs: 25,
    avoidPreviousHosts: true,
  });
});

test('retries: a policy without retryOn keeps the default conditions; codes add the condition that looks at them', () => {
  const attempts = forward(`{retries: {attempts: 5, perTryTimeout: 0.25s}, ${to}}`).retry;
  assert.equal(attempts.attempts, 5);
  assert.equal(attempts.perTryTimeoutMs, 250);
  assert.equal(attempts.retryOn[0], 'connect-failure');
  const codes = forward(
    `{retries: {attempts: 1, retryOn: "gateway-error, 503", backoff: 100ms, retryIgnorePreviousHosts: false}, ${to}}`,
  );
  assert.deepEqual(codes.retry, {
    attempts: 1,
    retryOn: ['gateway-error', 'retriable-status-codes'],
    retriableStatusCodes: [503],
    backoffMs: 100,
    avoidPreviousHosts: false,
  });
  assert.equal(forward(`{retries: {attempts: 0}, ${to}}`).retry.attempts, 0);
  // An empty policy has no attempts, which turns retries off.
  assert.equal(forward(`{retries: {}, ${to}}`).retry.attempts, 0);
});

test('a retry does not avoid the host that a hash leads to', () => {
  const hash = 'trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x}}}';
  const text = `${services}${virtualService('hosts: [reviews]\nhttp: [{route: [{destination: {host: reviews}}]}]')}
kind: DestinationRule
metadata: {name: reviews}
spec: {host: reviews, ${hash}}`;
  const result = route(text);
  assert.ok(result.kind === 'forward');
  assert.equal(result.forward.retry.avoidPreviousHosts, false);
});

test('the mesh configuration can set other retries for all', () => {
  const { routes } = compile(services, { mesh: { meshConfig: { defaultHttpRetryPolicy: { attempts: 7 } } } });
  const [rule] = routes.http.find(({ port }) => port === 9080)?.virtualHosts[0]?.rules ?? [];
  assert.ok(rule?.action.type === 'forward');
  assert.equal(rule.action.retry.attempts, 7);
});

test('a fault without percentage hits nobody', () => {
  assert.deepEqual(firstRule(`{fault: {delay: {fixedDelay: 2s}, abort: {httpStatus: 503}}, ${to}}`).fault, {
    delay: { ms: 2000, percent: 0 },
    abort: { status: 503, percent: 0 },
  });
  assert.deepEqual(
    firstRule(
      `{fault: {delay: {fixedDelay: 2s, percentage: {value: 12.5}}, abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}, ${to}}`,
    ).fault,
    { delay: { ms: 2000, percent: 12.5 }, abort: { status: 200, grpcStatus: 14, percent: 100 } },
  );
});

test('a mirror without percentage copies everything, one with 0 nothing', () => {
  const percents = (rule: string): readonly number[] => forward(rule).mirrors.map(({ percent }) => percent);
  assert.deepEqual(percents(`{mirror: {host: ratings}, ${to}}`), [100]);
  assert.deepEqual(percents(`{mirror: {host: ratings}, mirrorPercentage: {value: 5}, ${to}}`), [5]);
  assert.deepEqual(percents(`{mirror: {host: ratings}, mirrorPercentage: {value: 0}, ${to}}`), []);
  assert.deepEqual(
    percents(
      `{mirrors: [{destination: {host: ratings}}, {destination: {host: details}, percentage: {value: 0.5}}], ${to}}`,
    ),
    [100, 0.5],
  );
});

function headersAfter(rule: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const result = route(withRule(rule));
  assert.ok(result.kind === 'forward');
  assert.deepEqual(result.rule.request, { set: {}, add: {}, remove: [] });
  return Object.fromEntries(applyHeaderOperations(new Map(Object.entries(before)), result.destination.request));
}

test('headers: set overwrites, add appends, remove comes first', () => {
  const rule = `{headers: {request: {set: {A: new}, add: {B: more, C: c}, remove: [c, D]}}, ${to}}`;
  assert.deepEqual(headersAfter(rule, { a: 'old', b: 'one', c: 'gone', d: 'gone', e: 'stays' }), {
    a: 'new',
    b: 'one,more',
    c: 'c',
    e: 'stays',
  });
});

test('of one destination and its rule the destination wins; of several the rule does', () => {
  const set = 'headers: {request: {set: {x: rule}}}';
  const own = 'headers: {request: {set: {x: destination}}}';
  assert.deepEqual(headersAfter(`{${set}, route: [{destination: {host: reviews}, ${own}}]}`, {}), { x: 'destination' });
  assert.deepEqual(
    headersAfter(
      `{${set}, route: [{destination: {host: reviews, subset: v1}, weight: 1, ${own}}, {destination: {host: reviews, subset: v2}, weight: 1, ${own}}]}`,
      {},
    ),
    { x: 'rule' },
  );
  assert.deepEqual(
    headersAfter(
      `{headers: {request: {add: {x: rule}}}, route: [{destination: {host: reviews}, headers: {request: {add: {x: destination}}}}]}`,
      { x: 'caller' },
    ),
    { x: 'caller,rule,destination' },
  );
});

test('weights: entries with 0 get nothing; a single destination gets everything, whatever its weight', () => {
  const two = `{route: [{destination: {host: reviews, subset: v1}, weight: 0}, {destination: {host: reviews, subset: v2}, weight: 7}]}`;
  assert.deepEqual(
    forward(two).destinations.map(({ subset }) => subset),
    ['v2'],
  );
  const one = `{route: [{destination: {host: reviews, subset: v1}, weight: 0}]}`;
  assert.equal(outcome(route(withRule(one))), 'forward reviews v1 /');
});

test('a subset that does not exist is routed to all the same, where nothing is: 503 by the data plane', () => {
  const text = withRule('{route: [{destination: {host: reviews, subset: v9}}]}');
  const { routes } = compile(text);
  const result = route(text);
  assert.ok(result.kind === 'forward');
  assert.equal(result.destination.upstream, 'outbound|9080|v9|reviews.bookinfo.svc.cluster.local');
  assert.ok(!routes.upstreams.some(({ id }) => id === result.destination.upstream));
  assert.deepEqual(problemLines(compile(text)), [
    'error spec.http[0].route[0].destination.subset: No DestinationRule for reviews.bookinfo.svc.cluster.local has a subset v9.',
  ]);
});

test('a router picks shares evenly: near the weights after forty requests, equal to them in the long run', () => {
  const text = withRule(
    '{route: [{destination: {host: reviews, subset: v1}, weight: 75}, {destination: {host: reviews, subset: v2}, weight: 24}, {destination: {host: reviews, subset: v3}, weight: 1}]}',
  );
  for (const start of [0, 0.123, 0.5, 0.987]) {
    const router = routerOf(text);
    const counts = new Map<string, number>();
    const share = (subset: string, total: number): number => (counts.get(subset) ?? 0) / total;
    for (let sent = 1; sent <= 20_000; sent++) {
      const result = router.route(request(), fixed(start));
      assert.ok(result.kind === 'forward');
      const subset = result.destination.subset ?? '';
      counts.set(subset, (counts.get(subset) ?? 0) + 1);
      if (sent === 40)
        assert.ok(Math.abs(share('v1', sent) - 0.75) <= 0.05, `${share('v1', sent)} of 40 from ${start}`);
    }
    assert.ok(Math.abs(share('v1', 20_000) - 0.75) < 0.001);
    assert.ok(Math.abs(share('v2', 20_000) - 0.24) < 0.001);
    assert.ok(Math.abs(share('v3', 20_000) - 0.01) < 0.001);
  }
});

test('calls that take turns through one split do not fall into step with it', () => {
  const router = routerOf(
    withRule(
      '{route: [{destination: {host: reviews, subset: v1}, weight: 1}, {destination: {host: reviews, subset: v2}, weight: 1}]}',
    ),
  );
  let odd = 0;
  for (let sent = 0; sent < 2000; sent++) {
    const result = router.route(request(), fixed(0.3));
    assert.ok(result.kind === 'forward');
    if (sent % 2 === 1 && result.destination.subset === 'v1') odd++;
  }
  assert.ok(Math.abs(odd / 1000 - 0.5) < 0.02, `${odd} of 1000`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compile,
  indent,
  outcome,
  problemLines,
  reviewsSubsets,
  route,
  services,
  virtualService,
} from './mesh-fixture.ts';

const base = services + reviewsSubsets;
const withRule = (rule: string): string =>
  base + virtualService(`hosts: [reviews]\nhttp:\n- ${indent(rule).trimStart()}`);
const lines = (text: string): readonly string[] => problemLines(compile(text));

test('a sound VirtualService has no problems', () => {
  assert.deepEqual(
    lines(
      withRule(
        '{route: [{destination: {host: reviews, subset: v1}, weight: 80}, {destination: {host: reviews, subset: v2}, weight: 20}]}',
      ),
    ),
    [],
  );
});

// Left: one entry of http. Right: the start of the only line told about it.
const rules: readonly (readonly [rule: string, expected: string])[] = [
  [
    '{route: [{destination: {host: reviewz}}]}',
    'error spec.http[0].route[0].destination.host: There is no service with the host reviewz.bookinfo.svc.cluster.local.',
  ],
  [
    '{route: [{destination: {host: reviews.bookinfo}}]}',
    'error spec.http[0].route[0].destination.host: There is no service with the host reviews.bookinfo. Istio does not expand it: write reviews.bookinfo.svc.cluster.local.',
  ],
  [
    '{route: [{destination: {host: reviews, subset: v4}}]}',
    'error spec.http[0].route[0].destination.subset: No DestinationRule',
  ],
  [
    '{route: [{destination: {host: reviews, port: {number: 9081}}}]}',
    'error spec.http[0].route[0].destination.port.number: Service reviews.bookinfo.svc.cluster.local has no port 9081: it has 9080.',
  ],
  [
    '{mirror: {host: nobody}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].mirror.host: There is no service',
  ],
  [
    '{route: [{destination: {host: reviews}, weight: -5}]}',
    'error spec.http[0].route[0].weight: A weight must not be negative: -5.',
  ],
  [
    '{route: [{destination: {host: reviews}, weight: 0}, {destination: {host: ratings}, weight: 0}]}',
    'error spec.http[0].route: The weights of the destinations add up to 0.',
  ],
  [
    '{route: [{destination: {host: reviews}, weight: "50"}]}',
    'error spec.http[0].route[0].weight: This must be a number, not a string.',
  ],
  [
    '{route: [{destination: {host: reviews}, weight: 1.5}]}',
    'error spec.http[0].route[0].weight: This must be a whole number.',
  ],
  [
    '{route: [{destination: {}}]}',
    'error spec.http[0].route[0].destination.host: A destination needs the host of a service.',
  ],
  ['{route: [{weight: 1}]}', 'error spec.http[0].route[0].destination: A destination is needed.'],
  ['{route: {host: reviews}}', 'error spec.http[0].route: This must be a list, not a mapping.'],
  ['{match: [{uri: {exact: /a}}]}', 'error spec.http[0]: The rule has no route, redirect or directResponse.'],
  [
    '{redirect: {uri: /a}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].route: A rule with redirect must not have a route.',
  ],
  [
    '{directResponse: {status: 200}, fault: {abort: {httpStatus: 500}}}',
    'error spec.http[0].fault: A rule with directResponse must not have fault.',
  ],
  ['{redirect: {redirectCode: 200, uri: /}}', 'error spec.http[0].redirect.redirectCode: Envoy redirects with'],
  ['{redirect: {}}', 'error spec.http[0].redirect: A redirect needs'],
  ['{directResponse: {status: 99}}', 'error spec.http[0].directResponse.status: 99 is not an HTTP status'],
  [
    '{timeout: 5, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].timeout: This must be a string, not a number.',
  ],
  ['{timeout: 5 s, route: [{destination: {host: reviews}}]}', 'error spec.http[0].timeout: "5 s" is not a duration'],
  [
    '{timeout: 0s, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].timeout: A duration must be at least 1ms, not 0s.',
  ],
  [
    '{retries: {attempts: -1}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].retries.attempts: The number of attempts must not be negative.',
  ],
  [
    '{retries: {attempts: 0, perTryTimeout: 1s}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].retries: Retries are configured, but attempts is 0',
  ],
  [
    '{retries: {attempts: 1, retryOn: "5xx,sometimes"}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].retries.retryOn: "sometimes" is not a condition for retries.',
  ],
  [
    '{fault: {}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].fault: A fault needs a delay or an abort.',
  ],
  [
    '{fault: {delay: {fixedDelay: 1s, percentage: {value: 101}}}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].fault.delay.percentage.value: A percentage is between 0 and 100, not 101.',
  ],
  [
    '{match: [{uri: {regex: "("}}], route: [{destination: {host: reviews}}]}',
    'error spec.http[0].match[0].uri.regex: RE2 refuses the regular expression',
  ],
  [
    '{match: [{uri: {regex: "(?=a)"}}], route: [{destination: {host: reviews}}]}',
    'error spec.http[0].match[0].uri.regex: RE2 refuses the regular expression',
  ],
  [
    '{match: [{headers: {x: {exact: a, prefix: b}}}], route: [{destination: {host: reviews}}]}',
    'error spec.http[0].match[0].headers.x: Give only one of exact, prefix and regex.',
  ],
  [
    '{match: [{uri: /a}], route: [{destination: {host: reviews}}]}',
    'error spec.http[0].match[0].uri: This must be a mapping with exact, prefix or regex.',
  ],
  [
    '{headers: {request: {set: {"a b": c}}}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].headers.request.set.a b: "a b" is not the name of a header.',
  ],
  [
    '{headers: {request: {set: {a: "b\\r\\nc: d"}}}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].headers.request.set.a: The value of header a contains a control character.',
  ],
  [
    '{headers: {request: {remove: [host]}}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].headers.request.remove[0]: Header host cannot be removed.',
  ],
  [
    '{rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}, route: [{destination: {host: reviews}}]}',
    'error spec.http[0].rewrite: Give only one of uri and uriRegexRewrite.',
  ],
  [
    '{delegate: {name: nobody}}',
    'error spec.http[0].delegate: There is no VirtualService bookinfo/nobody without hosts to delegate to.',
  ],
];
for (const [rule, expected] of rules) {
  test(`${rule}: ${expected}`, () => {
    const [line, ...more] = lines(withRule(rule));
    assert.ok(line?.startsWith(expected), line);
    assert.deepEqual(more, []);
  });
}

test('a broken rule takes no request by mistake, and the others work', () => {
  const text =
    base +
    virtualService(`
hosts: [reviews]
http:
- match: [{uri: {regex: "("}}]
  directResponse: {status: 200}
- match: [{headers: {x: wrong}}]
  directResponse: {status: 201}
- route: [{destination: {host: reviews}, weight: many}]`);
  assert.equal(outcome(route(text, { headers: { x: 'wrong' } })), 'forward reviews /');
});

// Left: the spec of a DestinationRule for reviews.
const destinationRules: readonly (readonly [spec: string, expected: string])[] = [
  ['{}', 'error spec.host: A DestinationRule needs the host of a service.'],
  ['{host: nobody}', 'warning spec.host: No service has the host nobody.bookinfo.svc.cluster.local'],
  ['{host: reviews, subsets: [{labels: {a: b}}]}', 'error spec.subsets[0]: A subset needs a name.'],
  ['{host: reviews, subsets: [{name: a}, {name: a}]}', 'error spec.subsets[1].name: Subset a is declared twice.'],
  [
    '{host: reviews, trafficPolicy: {loadBalancer: {simple: FASTEST}}}',
    'error spec.trafficPolicy.loadBalancer.simple: "FASTEST" is not one of',
  ],
  [
    '{host: reviews, trafficPolicy: {loadBalancer: {consistentHash: {maglev: {tableSize: 100}}}}}',
    'error spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize: The table size must be a prime',
  ],
  [
    '{host: reviews, trafficPolicy: {connectionPool: {tcp: {maxConnections: -1}}}}',
    'error spec.trafficPolicy.connectionPool.tcp.maxConnections: A limit must not be negative',
  ],
  [
    '{host: reviews, trafficPolicy: {outlierDetection: {maxEjectionPercent: 101}}}',
    'error spec.trafficPolicy.outlierDetection.maxEjectionPercent: A percentage is between 0 and 100',
  ],
  [
    '{host: reviews, trafficPolicy: {outlierDetection: {consecutiveErrors: 3}}}',
    'warning spec.trafficPolicy.outlierDetection.consecutiveErrors',
  ],
  ['{host: reviews, trafficPolicy: {tls: {mode: ON}}}', 'error spec.trafficPolicy.tls.mode: "ON" is not one of'],
  [
    '{host: reviews, trafficPolicy: {portLevelSettings: [{loadBalancer: {simple: RANDOM}}]}}',
    'error spec.trafficPolicy.portLevelSettings[0]: Settings of a port need port.number.',
  ],
];
for (const [spec, expected] of destinationRules) {
  test(`DestinationRule ${spec}: ${expected}`, () => {
    const [line, ...more] = lines(`${services}kind: DestinationRule\nmetadata: {name: reviews}\nspec: ${spec}`);
    assert.ok(line?.startsWith(expected), line);
    assert.deepEqual(more, []);
  });
}

const direct = 'http: [{directResponse: {status: 200}}]';
// Left: hosts of a VirtualService for sidecars.
const hosts: readonly (readonly [hosts: string, expected: readonly string[]])[] = [
  ['[reviews]', []],
  ['["*.bookinfo.svc.cluster.local"]', []],
  // Outside the cluster: Istio routes it on port 80.
  ['[shop.example.com]', []],
  [
    '[reviewz]',
    [
      'error spec.hosts[0]: There is no service with the host reviewz.bookinfo.svc.cluster.local, so nothing is routed by it.',
    ],
  ],
  [
    '[reviews, reviewz]',
    [
      'warning spec.hosts[1]: There is no service with the host reviewz.bookinfo.svc.cluster.local, so nothing is routed by it.',
    ],
  ],
  [
    '[reviews.bookinfo]',
    [
      'error spec.hosts[0]: There is no service with the host reviews.bookinfo, so nothing is routed by it. Istio does not expand it: write reviews.bookinfo.svc.cluster.local.',
    ],
  ],
  ['["*"]', ['error spec.hosts: The host * is not allowed for sidecars: name gateways, or the hosts that are meant.']],
];
for (const [list, expected] of hosts) {
  test(`hosts ${list}: ${expected.length} problems`, () => {
    assert.deepEqual(lines(base + virtualService(`hosts: ${list}\n${direct}`)), expected);
  });
}

test('every problem names the object it is about', () => {
  const { problems } = compile(withRule('{route: [{destination: {host: reviewz}}]}'));
  assert.deepEqual(problems[0]?.source?.resource, {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    namespace: 'bookinfo',
    name: 'reviews',
  });
});

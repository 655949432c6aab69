import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  indent,
  outcome,
  reviewsSubsets,
  route,
  services,
  virtualService,
  type RequestOptions,
} from './mesh-fixture.ts';

/** Whether one `match` entry takes a request, which then goes to v2. */
function takes(match: string, options: RequestOptions): boolean {
  const spec = `
hosts: [reviews]
http:
- match:
  - ${indent(indent(match)).trimStart()}
  route: [{destination: {host: reviews, subset: v2}}]`;
  const result = route(services + reviewsSubsets + virtualService(spec), options);
  assert.ok(result.kind === 'forward' || result.kind === 'not-found', outcome(result));
  return result.kind === 'forward' && result.destination.subset === 'v2';
}

type Case = readonly [match: string, options: RequestOptions, expected: boolean];

const groups: Readonly<Record<string, readonly Case[]>> = {
  // Envoy: config.route.v3.RouteMatch.
  uri: [
    ['uri: {exact: /a}', { path: '/a' }, true],
    ['uri: {exact: /a}', { path: '/a?q=1' }, true],
    ['uri: {exact: /a}', { path: '/a/' }, false],
    ['uri: {exact: /a}', { path: '/A' }, false],
    // A prefix is text, not a path: /foo takes /foobar.
    ['uri: {prefix: /foo}', { path: '/foobar' }, true],
    ['uri: {prefix: /foo}', { path: '/fo' }, false],
    ['uri: {prefix: /foo}', { path: '/x/../foo' }, true],
    ['uri: {prefix: /foo}', { path: '/foo/%2e%2e/bar' }, false],
    // A regex matches the whole path, and never the query.
    ['uri: {regex: /a}', { path: '/ab' }, false],
    ['uri: {regex: "/a.*"}', { path: '/ab' }, true],
    ['uri: {regex: "/a"}', { path: '/a?b' }, true],
    ['uri: {regex: "/(?i)ab"}', { path: '/AB' }, true],
    ['{uri: {exact: /a}, ignoreUriCase: true}', { path: '/A' }, true],
    ['{uri: {prefix: /Foo}, ignoreUriCase: true}', { path: '/fOO/bar' }, true],
    // ignoreUriCase does nothing for a regex.
    ['{uri: {regex: /a}, ignoreUriCase: true}', { path: '/A' }, false],
  ],
  headers: [
    ['headers: {end-user: {exact: jason}}', { headers: { 'end-user': 'jason' } }, true],
    ['headers: {end-user: {exact: jason}}', { headers: { 'end-user': 'Jason' } }, false],
    ['headers: {end-user: {exact: jason}}', {}, false],
    // Names are compared in lower case, whatever the object says.
    ['headers: {End-User: {exact: jason}}', { headers: { 'end-user': 'jason' } }, true],
    ['headers: {x: {prefix: ab}}', { headers: { x: 'abc' } }, true],
    ['headers: {x: {regex: "a.c"}}', { headers: { x: 'abc' } }, true],
    ['headers: {x: {regex: "b"}}', { headers: { x: 'abc' } }, false],
    // An empty matcher and the regex * mean: present.
    ['headers: {x: {}}', { headers: { x: '' } }, true],
    ['headers: {x: {}}', {}, false],
    ['headers: {x: {regex: "*"}}', { headers: { x: 'any' } }, true],
    ['headers: {x: {regex: "*"}}', {}, false],
    // uri, scheme, method and authority are no headers and are ignored.
    ['headers: {uri: {exact: /nowhere}}', {}, true],
    ['headers: {a: {exact: "1"}, b: {exact: "2"}}', { headers: { a: '1', b: '2' } }, true],
    ['headers: {a: {exact: "1"}, b: {exact: "2"}}', { headers: { a: '1' } }, false],
  ],
  withoutHeaders: [
    ['withoutHeaders: {x: {exact: a}}', { headers: { x: 'a' } }, false],
    ['withoutHeaders: {x: {exact: a}}', { headers: { x: 'b' } }, true],
    // A missing header counts as empty.
    ['withoutHeaders: {x: {exact: a}}', {}, true],
    ['withoutHeaders: {x: {regex: ".*"}}', {}, false],
    ['withoutHeaders: {x: {}}', {}, true],
    ['withoutHeaders: {x: {}}', { headers: { x: '' } }, false],
    ['withoutHeaders: {x: {regex: "*"}}', { headers: { x: 'a' } }, false],
  ],
  queryParams: [
    ['queryParams: {q: {exact: "1"}}', { path: '/?q=1' }, true],
    ['queryParams: {q: {exact: "1"}}', { path: '/?q=2&q=1' }, false],
    ['queryParams: {Q: {exact: "1"}}', { path: '/?q=1' }, false],
    ['queryParams: {q: {}}', { path: '/?q' }, true],
    ['queryParams: {q: {}}', { path: '/' }, false],
    ['queryParams: {q: {prefix: a}}', { path: '/?q=abc' }, true],
    ['queryParams: {q: {regex: "a.c"}}', { path: '/?q=abc' }, true],
  ],
  'request line': [
    ['method: {exact: GET}', { method: 'GET' }, true],
    ['method: {exact: GET}', { method: 'POST' }, false],
    ['method: {regex: "GET|HEAD"}', { method: 'HEAD' }, true],
    ['method: {exact: get}', { method: 'GET' }, false],
    ['authority: {exact: reviews}', { host: 'reviews' }, true],
    // The authority is matched as sent, with its port and its case.
    ['authority: {exact: reviews}', { host: 'reviews:9080' }, false],
    ['authority: {prefix: rev}', { host: 'reviews:9080' }, true],
    ['scheme: {exact: http}', { scheme: 'http' }, true],
    ['scheme: {exact: https}', { scheme: 'http' }, false],
  ],
  'who and where': [
    ['port: 9080', {}, true],
    ['port: 9081', {}, false],
    ['sourceLabels: {app: productpage}', {}, true],
    ['sourceNamespace: bookinfo', {}, true],
    ['gateways: [mesh]', {}, true],
    // Gateways, where given, decide alone: the labels are not looked at.
    ['{gateways: [mesh], sourceLabels: {app: other}}', {}, true],
  ],
};

for (const [name, cases] of Object.entries(groups)) {
  describe(name, () => {
    for (const [match, options, expected] of cases) {
      test(`${match} ${expected ? 'takes' : 'leaves'} ${JSON.stringify(options)}`, () => {
        assert.equal(takes(match, options), expected);
      });
    }
  });
}

test('conditions of one entry must all hold, entries are alternatives', () => {
  const spec = `
hosts: [reviews]
http:
- match:
  - {uri: {prefix: /a}, method: {exact: GET}}
  - headers: {x: {exact: y}}
  route: [{destination: {host: reviews, subset: v2}}]
- route: [{destination: {host: reviews, subset: v1}}]`;
  const text = services + reviewsSubsets + virtualService(spec);
  const subset = (options: RequestOptions): string => outcome(route(text, options)).split(' ')[2] ?? '';
  assert.equal(subset({ path: '/a' }), 'v2');
  assert.equal(subset({ path: '/a', method: 'POST' }), 'v1');
  assert.equal(subset({ path: '/b', headers: { x: 'y' } }), 'v2');
  assert.equal(subset({ path: '/b' }), 'v1');
});

test('the first rule that fits is taken, however general it is', () => {
  const spec = `
hosts: [reviews]
http:
- match: [{uri: {prefix: /}}]
  route: [{destination: {host: reviews, subset: v1}}]
- match: [{uri: {exact: /special}}]
  route: [{destination: {host: reviews, subset: v2}}]`;
  const text = services + reviewsSubsets + virtualService(spec);
  assert.equal(outcome(route(text, { path: '/special' })), 'forward reviews v1 /special');
});

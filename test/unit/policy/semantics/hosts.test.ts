import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bySpecificity,
  hostCovers,
  hostsOverlap,
  namesOfServiceHost,
  resolveHost,
  selectorMatches,
  wantedHost,
} from '../../../../src/engine/policy/semantics/hosts.ts';
import { portProtocol } from '../../../../src/engine/policy/semantics/services.ts';
import { settingsOf } from './mesh-fixture.ts';

const settings = settingsOf();

// istio.io/docs/reference/config/networking/virtual-service, field hosts: short names are resolved by the rule's namespace.
const resolved: readonly (readonly [string, string])[] = [
  ['reviews', 'reviews.bookinfo.svc.cluster.local'],
  ['Reviews', 'reviews.bookinfo.svc.cluster.local'],
  ['reviews.prod.svc.cluster.local', 'reviews.prod.svc.cluster.local'],
  // A name with a dot is taken as complete, even where it is not.
  ['reviews.prod', 'reviews.prod'],
  ['*.example.com', '*.example.com'],
  ['*', '*'],
  ['10.0.0.1', '10.0.0.1'],
  ['::1', '::1'],
  ['', ''],
];
for (const [host, expected] of resolved) {
  test(`host "${host}" in bookinfo is "${expected}"`, () =>
    assert.equal(resolveHost(host, 'bookinfo', settings), expected));
}

// `ServiceForHostname` of istiod compares letters; names of Services have no capitals.
const wanted: readonly (readonly [string, string])[] = [
  ['reviews', 'reviews.bookinfo.svc.cluster.local'],
  ['Reviews', 'Reviews.bookinfo.svc.cluster.local'],
  ['reviews.Prod.svc.cluster.local', 'reviews.Prod.svc.cluster.local'],
  ['API.example.com', 'api.example.com'],
  ['*', '*'],
];
for (const [host, expected] of wanted) {
  test(`a destination "${host}" in bookinfo is "${expected}"`, () =>
    assert.equal(wantedHost(host, 'bookinfo', settings), expected));
}

test('the cluster domain can be another', () => {
  const other = settingsOf({ clusterDomain: 'mesh.corp' });
  assert.equal(resolveHost('reviews', 'a', other), 'reviews.a.svc.mesh.corp');
});

// The examples of istio's host.Name.SubsetOf and Matches.
const covers: readonly (readonly [string, string, boolean])[] = [
  ['foo.com', 'foo.com', true],
  ['foo.com', 'FOO.com', true],
  ['foo.com', 'bar.com', false],
  ['*.com', 'foo.com', true],
  ['*.foo.com', 'foo.com', false],
  ['*.foo.com', 'a.b.foo.com', true],
  ['*', 'foo.com', true],
  ['*', '*.com', true],
  ['*.com', '*', false],
  ['*.com', '*.foo.com', true],
  ['*.foo.com', '*.com', false],
  ['foo.com', '*.com', false],
];
for (const [pattern, host, expected] of covers) {
  test(`${pattern} ${expected ? 'covers' : 'does not cover'} ${host}`, () =>
    assert.equal(hostCovers(pattern, host), expected));
}

test('hosts overlap where one covers the other', () => {
  assert.equal(hostsOverlap('bar.com', '*.com'), true);
  assert.equal(hostsOverlap('*.com', 'bar.com'), true);
  assert.equal(hostsOverlap('*.a.com', '*.b.com'), false);
});

test('hosts sort exact first, then longest, then by name', () => {
  const hosts = ['*', '*.com', 'a.com', '*.foo.com', 'b.foo.com', '*.bar.com'];
  assert.deepEqual(hosts.sort(bySpecificity), ['b.foo.com', 'a.com', '*.bar.com', '*.foo.com', '*.com', '*']);
});

test('an empty selector selects everything, and no label comes from a prototype', () => {
  assert.equal(selectorMatches({}, {}), true);
  assert.equal(selectorMatches({ app: 'a' }, { app: 'a', version: 'v1' }), true);
  assert.equal(selectorMatches({ app: 'a' }, { app: 'b' }), false);
  assert.equal(selectorMatches({ toString: 'x' }, {}), false);
});

test('a service is called by its short name in its own namespace only', () => {
  const host = 'reviews.bookinfo.svc.cluster.local';
  assert.deepEqual(namesOfServiceHost(host, 'bookinfo', settings), [
    host,
    `${host}.`,
    'reviews.bookinfo.svc',
    'reviews.bookinfo',
    'reviews',
  ]);
  assert.deepEqual(namesOfServiceHost(host, 'other', settings), [
    host,
    `${host}.`,
    'reviews.bookinfo.svc',
    'reviews.bookinfo',
  ]);
  assert.deepEqual(namesOfServiceHost('example.com', 'bookinfo', settings), ['example.com', 'example.com.']);
});

// istio.io/docs/ops/configuration/traffic-management/protocol-selection.
const protocols: readonly (readonly [number, string, string, string | undefined, string | undefined])[] = [
  [80, 'http', 'TCP', undefined, 'http'],
  [80, 'http-web', 'TCP', undefined, 'http'],
  [80, 'http2', 'TCP', undefined, 'http'],
  [80, 'grpc', 'TCP', undefined, 'http'],
  [80, 'grpc-web-x', 'TCP', undefined, 'http'],
  [80, 'tcp-http', 'TCP', undefined, 'tcp'],
  [443, 'https', 'TCP', undefined, 'tls'],
  [6379, 'redis', 'TCP', undefined, 'tcp'],
  [80, 'web', 'TCP', undefined, 'auto'],
  [80, '', 'TCP', undefined, 'auto'],
  [3306, 'db', 'TCP', undefined, 'tcp'],
  [80, 'tcp', 'TCP', 'http', 'http'],
  [80, 'x', 'TCP', 'kubernetes.io/h2c', 'http'],
  [53, 'dns', 'UDP', undefined, undefined],
];
for (const [port, name, transport, appProtocol, expected] of protocols) {
  test(`port ${port} "${name}" ${transport} appProtocol ${appProtocol ?? '-'} is ${expected ?? 'left alone'}`, () => {
    assert.equal(portProtocol(port, name, transport, appProtocol), expected);
  });
}

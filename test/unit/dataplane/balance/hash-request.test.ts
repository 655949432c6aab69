import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashRequest, type HashableRequest } from '../../../../src/engine/dataplane/balance/hash-request.ts';
import { hashString } from '../../../../src/engine/dataplane/balance/hash32.ts';
import type { HashPolicy } from '../../../../src/engine/policy/semantics/routing/compiled.ts';

function request(parts: {
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string>>;
  readonly sourceIp?: string;
  readonly query?: Readonly<Record<string, string>>;
}): HashableRequest {
  return {
    header: (name) => parts.headers?.[name],
    cookie: (name) => parts.cookies?.[name],
    sourceIp: parts.sourceIp ?? '10.0.0.1',
    queryParameter: (name) => parts.query?.[name],
  };
}

const cookie =
  (value: string): (() => string) =>
  () =>
    value;

test('hashes what the policy names', () => {
  assert.deepEqual(hashRequest({ header: 'X-User' }, request({ headers: { 'x-user': 'jason' } })), {
    hash: hashString('jason'),
  });
  assert.deepEqual(hashRequest({ sourceIp: true }, request({})), { hash: hashString('10.0.0.1') });
  assert.deepEqual(hashRequest({ queryParameter: 'u' }, request({ query: { u: 'jason' } })), {
    hash: hashString('jason'),
  });
  assert.deepEqual(
    hashRequest({ header: 'x' }, request({ headers: { x: '' } })),
    { hash: 0 },
    'murmur3 of nothing is 0',
  );
});

test('has no hash where the part is missing', () => {
  const policies: readonly HashPolicy[] = [{ header: 'x-user' }, { queryParameter: 'u' }, {}, { sourceIp: false }];
  for (const policy of policies) assert.deepEqual(hashRequest(policy, request({})), {});
  assert.deepEqual(hashRequest({ sourceIp: true }, request({ sourceIp: '' })), {});
});

test('combines parts as Envoy does: turned by one bit, then mixed', () => {
  const first = hashString('jason');
  const expected = (((first << 1) | (first >>> 31)) ^ hashString('10.0.0.1')) >>> 0;
  const policy = { header: 'x-user', sourceIp: true };
  assert.deepEqual(hashRequest(policy, request({ headers: { 'x-user': 'jason' } })), { hash: expected });
});

test('a cookie that is there is the key and is not set again', () => {
  const policy = { cookie: { name: 'user', ttlMs: 60_000 } };
  assert.deepEqual(hashRequest(policy, request({ cookies: { user: 'abc' } })), { hash: hashString('abc') });
  assert.deepEqual(hashRequest(policy, request({ cookies: { user: '"abc"' } })), { hash: hashString('abc') });
});

test('a missing cookie is made, and leads back to the same hash', () => {
  const cases: readonly (readonly [HashPolicy['cookie'], string])[] = [
    [{ name: 'user', path: '/shop', ttlMs: 90_000 }, 'user="f00d"; Max-Age=90; Path=/shop; HttpOnly'],
    [{ name: 'user', ttlMs: 100 }, 'user="f00d"; Max-Age=1; HttpOnly'],
    [{ name: 'user', ttlMs: 0 }, 'user="f00d"; HttpOnly'],
    [{ name: 'user', path: '/a;b\r\nset-cookie: x', ttlMs: 0 }, 'user="f00d"; Path=/abset-cookie:x; HttpOnly'],
  ];
  for (const [policy, setCookie] of cases) {
    if (!policy) continue;
    const made = hashRequest({ cookie: policy }, request({}), cookie('f00d'));
    assert.deepEqual(made, { hash: hashString('f00d'), setCookie });
    assert.equal(hashRequest({ cookie: policy }, request({ cookies: { user: '"f00d"' } })).hash, made.hash);
  }
});

test('made cookies differ', () => {
  const policy = { cookie: { name: 'user', ttlMs: 0 } };
  const values = new Set(Array.from({ length: 100 }, () => hashRequest(policy, request({})).setCookie));
  assert.equal(values.size, 100);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRequestHead } from '../../../../src/engine/dataplane/http/message-head.ts';
import { isLoopback } from '../../../../src/engine/dataplane/worker/network-egress.ts';
import { requestTarget, splitAuthority } from '../../../../src/engine/dataplane/worker/request-target.ts';

describe('targets', () => {
  const cases: readonly (readonly [string, { path: string; authority: string; absolute: boolean } | undefined])[] = [
    ['GET /a?b', { path: '/a?b', authority: 'h:1', absolute: false }],
    ['GET //a', { path: '//a', authority: 'h:1', absolute: false }],
    ['OPTIONS *', { path: '*', authority: 'h:1', absolute: false }],
    ['GET *', undefined],
    // RFC 9112, 3.2.2: the Host field does not count then.
    ['GET http://reviews:9080/a', { path: '/a', authority: 'reviews:9080', absolute: true }],
    ['GET HTTP://reviews', { path: '/', authority: 'reviews', absolute: true }],
    ['GET http://reviews?q', { path: '/?q', authority: 'reviews', absolute: true }],
    ['GET http://[::1]:80/', { path: '/', authority: '[::1]:80', absolute: true }],
    ['GET http://user@reviews/', undefined],
    ['GET http:///a', undefined],
    ['GET https://reviews/', undefined],
    ['GET ftp://reviews/', undefined],
    ['GET reviews:9080', undefined],
  ];
  for (const [line, expected] of cases) {
    test(line, () => {
      const head = parseRequestHead(`${line} HTTP/1.1\r\nHost: h:1`);
      assert.ok(typeof head !== 'string');
      assert.deepEqual(requestTarget(head), expected);
    });
  }
});

describe('authorities', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['reviews', 'reviews 80'],
    ['Reviews.Shop:9080', 'reviews.shop 9080'],
    ['[::1]', '::1 80'],
    ['[::1]:1', '::1 1'],
    ['::1', undefined],
    ['', undefined],
    [':80', undefined],
    ['a:', undefined],
    ['a:0', undefined],
    ['a:65536', undefined],
    ['a:1:2', undefined],
    ['a:+1', undefined],
  ];
  for (const [authority, expected] of cases) {
    test(JSON.stringify(authority), () => {
      const split = splitAuthority(authority, 80);
      assert.equal(split && `${split.host} ${split.port}`, expected);
    });
  }
});

test('loopback is 127.0.0.0/8 and ::1, however written', () => {
  const addresses = [
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '::ffff:127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '::',
    '::ffff:10.0.0.1',
    'fe80::1',
    '127.0.0.1.example',
    'localhost',
  ];
  assert.deepEqual(addresses.filter(isLoopback), ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']);
});

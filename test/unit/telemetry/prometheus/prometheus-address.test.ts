import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePrometheusAddress } from '../../../../src/engine/telemetry/prometheus/prometheus-address.ts';

const read: readonly (readonly [string, string, string])[] = [
  ['localhost:9090', 'http://localhost:9090/', 'localhost:9090'],
  ['http://prometheus:9090/', 'http://prometheus:9090/', 'prometheus:9090'],
  [
    'https://metrics.example.com/prometheus',
    'https://metrics.example.com/prometheus/',
    'metrics.example.com/prometheus',
  ],
  ['http://host:9090/graph?g0.expr=up', 'http://host:9090/', 'host:9090'],
  ['http://host:9090/api/v1/query', 'http://host:9090/', 'host:9090'],
  ['http://vm:8481/select/0/prometheus/', 'http://vm:8481/select/0/prometheus/', 'vm:8481/select/0/prometheus'],
];
for (const [text, url, shown] of read) {
  test(text, () => {
    const { address } = parsePrometheusAddress(text);
    assert.deepEqual([address?.url.href, address?.shown, address?.authorization], [url, shown, undefined]);
  });
}

test('credentials become a header, and stand nowhere else', () => {
  const { address } = parsePrometheusAddress('https://ana:s%40fe%@host/prom');
  assert.ok(address);
  // ana:s@fe% in base64.
  assert.equal(address.authorization, 'Basic YW5hOnNAZmUl');
  assert.doesNotMatch(`${address.url.href} ${address.shown}`, /ana|fe/);
});

describe('what cannot be read is said without repeating it', () => {
  for (const text of ['http://', 'ftp://ana:secret@host', 'http://ana:secret@ho st:9090', 'file:///etc/secret']) {
    test(text, () => {
      const { problem } = parsePrometheusAddress(text);
      assert.ok(problem);
      assert.match(problem, /http:\/\/host:9090/);
      assert.doesNotMatch(problem, /secret|ana/);
    });
  }
});

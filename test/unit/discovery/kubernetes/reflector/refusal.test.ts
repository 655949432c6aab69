import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  refusalOfResponse,
  refusalOfStatus,
} from '../../../../../src/engine/discovery/kubernetes/reflector/refusal.ts';

test('a refusal by answer: status, reason, one bounded line, how long to wait', () => {
  const body = Buffer.from(
    JSON.stringify({ kind: 'Status', code: 500, reason: 'InternalError', message: `two\nlines ${'x'.repeat(400)}` }),
  );
  const refusal = refusalOfResponse(503, { 'retry-after': '2' }, body);
  assert.equal(refusal.status, 503);
  assert.equal(refusal.reason, 'InternalError');
  assert.equal(refusal.retryAfterMs, 2000);
  assert.match(refusal.message, /^two lines x{290} …$/);
});

test('a body that is anything, and wishes that are absurd', () => {
  for (const [header, expected] of [
    ['86400', 60_000],
    ['-1', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['0', 0],
  ] as const) {
    const refusal = refusalOfResponse(429, { 'retry-after': header }, Buffer.from('<html>'));
    assert.equal(refusal.retryAfterMs, expected, header);
    assert.equal(refusal.message, '');
  }
});

test('a refusal by an event of a watch', () => {
  const refusal = refusalOfStatus({
    kind: 'Status',
    code: 410,
    reason: 'Expired',
    message: 'too old resource version',
    details: { retryAfterSeconds: 1 },
  });
  assert.deepEqual([refusal.status, refusal.reason, refusal.retryAfterMs], [410, 'Expired', 1000]);
  assert.equal(refusalOfStatus('nonsense').status, 500);
});

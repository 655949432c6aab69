import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pluginComplaint } from '../../../../../src/engine/discovery/kubernetes/auth/plugin-complaint.ts';

const cases: readonly (readonly [string, string])[] = [
  ['', ''],
  ['Please run: az login\n', 'Please run: az login'],
  ['\u001b[31mError:\u001b[0m no such profile\nTry again', 'Error: no such profile Try again'],
  ['Token has expired, sign in', 'Token has expired, sign in'],
  ['key not found', 'key not found'],
  ['got token: abcdef', 'got token: •••'],
  ['{"access_token": "abcdef"}', '{"access_token": "•••"}'],
  ['password=hunter2 refused', 'password=••• refused'],
  ['authorization: Bearer abc.def', 'authorization: •••'],
  ['secret s3cret', 'secret •••'],
  ['the known value is canary', 'the known value is •••'],
  ['eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.e30.abc', '•••'],
  ['open https://login.example/device?user_code=ABCD and wait', 'open https://login.example/device?••• and wait'],
  ['see /people/ana/.aws/config', 'see /people/ana/.aws/config'],
];
for (const [stderr, shown] of cases) {
  test(`a plugin's complaint ${JSON.stringify(stderr)} is shown without secrets`, () => {
    assert.equal(pluginComplaint(stderr, ['canary', '1']), shown);
  });
}

test('only the end of a long complaint is shown', () => {
  const shown = pluginComplaint(`${'noise '.repeat(2000)}the reason`, []);
  assert.ok(shown.length <= 301 && shown.startsWith('…') && shown.endsWith('the reason'));
});

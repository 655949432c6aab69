import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact } from '../../../src/extension/engine/redact.ts';

const canary = 'c4n4ry-S3CRET';

const secrets: readonly (readonly [string, string])[] = [
  ['a header', `authorization: Basic ${canary}`],
  ['a header in JSON', `{"Authorization":"Bearer ${canary}","x":"kept"}`],
  ['a cookie', `Cookie: session=${canary}; theme=dark`],
  ['a token field', `token: ${canary}`],
  ['a password in JSON', `{"password": "${canary}"}`],
  ['a kubeconfig key', `client-key-data: ${canary}==`],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`],
  ['a private key that is cut off', `-----BEGIN EC PRIVATE KEY-----\n${canary}`],
  ['a JWT', `got eyJhbGciOiJSUzI1NiJ9.${canary}abc.${canary} from the caller`],
  ['credentials in an address', `http://user:${canary}@127.0.0.1:8080/`],
];

for (const [what, line] of secrets) {
  test(`removes ${what}`, () => assert.ok(!redact(line).includes(canary), redact(line)));
}

test('leaves the rest of a line alone', () => {
  const line = 'GET http://127.0.0.1:8080/productpage 200 in 12 ms (reviews-v1-0)';
  assert.equal(redact(line), line);
  assert.match(redact(`{"Authorization":"Bearer ${canary}","x":"kept"}`), /kept/);
});

test('is quick with a long hostile line', () => {
  const begun = performance.now();
  redact(`${'a:'.repeat(50_000)}${'eyJ'.repeat(20_000)}${'eyJ-'.repeat(5_000)}${'://'.repeat(20_000)}`);
  assert.ok(performance.now() - begun < 2_000);
});

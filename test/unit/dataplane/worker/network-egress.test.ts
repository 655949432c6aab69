import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkEgress } from '../../../../src/engine/dataplane/data-plane.ts';
import { egressTarget } from '../../../../src/engine/dataplane/worker/network-egress.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'example.com': ['203.0.113.5', '2001:db8::5'],
  'rebound.example': ['127.0.0.1'],
  'half.example': ['127.0.0.1', '203.0.113.6'],
  'metadata.example': ['169.254.169.254'],
  'api.example.com': ['198.51.100.7'],
  'alias.example.com': ['198.51.100.7'],
};
const resolve = (host: string): Promise<readonly string[]> =>
  Object.hasOwn(names, host) ? Promise.resolve(names[host] ?? []) : Promise.reject(new Error('ENOTFOUND'));

const proxy = { host: 'proxy.corp', port: 3128 };
const plain: NetworkEgress = { refused: ['api.example.com:6443'], noProxy: [] };
const proxied: NetworkEgress = { ...plain, httpProxy: proxy, noProxy: ['.intern', 'example.com:8080', '10.0.0.9'] };

/** What becomes of it: an address, `proxy`, `refused`, `unresolved`. */
const cases: readonly (readonly [egress: NetworkEgress, host: string, port: number, expected: string])[] = [
  [plain, 'example.com', 80, '203.0.113.5'],
  [plain, '203.0.113.9', 80, '203.0.113.9'],
  [plain, '192.168.1.4', 80, '192.168.1.4'],
  [plain, 'nobody.example', 80, 'unresolved'],
  [plain, 'localhost', 80, 'refused'],
  [plain, 'app.localhost', 80, 'refused'],
  [plain, 'LOCALHOST.', 80, 'refused'],
  [plain, '127.9.9.9', 80, 'refused'],
  [plain, '::1', 80, 'refused'],
  [plain, '::ffff:127.0.0.1', 80, 'refused'],
  [plain, '0.0.0.0', 80, 'refused'],
  [plain, '::', 80, 'refused'],
  [plain, '169.254.169.254', 80, 'refused'],
  [plain, 'fe80::1', 80, 'refused'],
  [plain, 'rebound.example', 80, 'refused'],
  [plain, 'metadata.example', 80, 'refused'],
  [plain, 'half.example', 80, '203.0.113.6'],
  // The API server, by its name, its address and another name of that; another port of the machine is another matter.
  [plain, 'api.example.com', 6443, 'refused'],
  [plain, '198.51.100.7', 6443, 'refused'],
  [plain, 'alias.example.com', 6443, 'refused'],
  [plain, 'api.example.com', 443, '198.51.100.7'],
  [proxied, 'example.com', 80, 'proxy'],
  [proxied, 'nobody.example', 80, 'proxy'],
  [proxied, 'example.com', 8080, '203.0.113.5'],
  [proxied, 'wiki.intern', 80, 'unresolved'],
  [proxied, '10.0.0.9', 80, '10.0.0.9'],
  [proxied, '127.0.0.1', 80, 'refused'],
  [proxied, '169.254.169.254', 80, 'refused'],
  [proxied, 'api.example.com', 6443, 'refused'],
  [{ ...proxied, noProxy: ['*'] }, 'example.com', 80, '203.0.113.5'],
];

for (const [egress, host, port, expected] of cases) {
  test(`${egress === plain ? '' : 'behind a proxy: '}${host}:${port} → ${expected}`, async () => {
    const target = await egressTarget(egress, host, port, 'request', resolve);
    assert.equal(target.kind === 'direct' ? target.address : target.kind, expected);
  });
}

test('tunnels have a proxy of their own', async () => {
  assert.equal((await egressTarget(proxied, 'example.com', 443, 'tunnel', resolve)).kind, 'direct');
  const tunnelled = { ...plain, httpsProxy: proxy };
  assert.deepEqual(await egressTarget(tunnelled, 'example.com', 443, 'tunnel', resolve), { kind: 'proxy', proxy });
});

/** Expectations from the tests and documents of golang.org/x/net/http/httpproxy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServerAddress } from '../../../../../src/engine/discovery/kubernetes/kubeconfig/server-address.ts';
import { chooseProxy } from '../../../../../src/engine/discovery/kubernetes/transport/proxy-choice.ts';

type Environment = Readonly<Record<string, string>>;
const proxyFor = (server: string, env: Environment, proxyUrl = ''): string | undefined => {
  const address = parseServerAddress(server, false);
  assert.ok(address);
  return chooseProxy(address, proxyUrl, env)?.shown;
};

const https = { HTTPS_PROXY: 'http://proxy:3128' };
const chosen: readonly (readonly [string, Environment, string | undefined])[] = [
  ['https://api.example', {}, undefined],
  ['https://api.example', https, 'http://proxy:3128'],
  ['http://api.example', https, undefined],
  ['http://api.example', { HTTP_PROXY: 'proxy' }, 'http://proxy:80'],
  ['https://api.example', { https_proxy: 'socks5://lower' }, 'socks5://lower:1080'],
  ['https://api.example', { HTTPS_PROXY: 'upper:1', https_proxy: 'lower:2' }, 'http://upper:1'],
  ['https://localhost:6443', https, undefined],
  ['https://127.8.8.8:6443', https, undefined],
  ['https://[::1]:6443', https, undefined],
  ['https://10.0.0.1', https, 'http://proxy:3128'],
];
for (const [server, env, expected] of chosen) {
  test(`${server} with ${JSON.stringify(env)} goes ${expected ?? 'straight'}`, () => {
    assert.equal(proxyFor(server, env), expected);
  });
}

const exceptions: readonly (readonly [string, string, boolean])[] = [
  ['*', 'https://api.example', true],
  ['example', 'https://api.example', true],
  ['example', 'https://example', true],
  ['.example', 'https://api.example', true],
  ['.example', 'https://example', false],
  ['*.example', 'https://api.example', true],
  ['ample', 'https://api.example', false],
  ['API.Example', 'https://api.example', true],
  [' a.b , api.example ', 'https://api.example', true],
  ['api.example:6443', 'https://api.example:6443', true],
  ['api.example:443', 'https://api.example:6443', false],
  ['api.example:443', 'https://api.example', true],
  ['10.0.0.0/8', 'https://10.1.2.3', true],
  ['10.0.0.0/8', 'https://11.1.2.3', false],
  ['10.0.0.0/99', 'https://10.1.2.3', false],
  ['10.0.0.0/8', 'https://ten.example', false],
  ['10.1.2.3', 'https://10.1.2.3:6443', true],
  ['10.1.2.3:80', 'https://10.1.2.3:6443', false],
  ['fd00::/8', 'https://[fd00::1]:6443', true],
  ['[fd00::1]:6443', 'https://[fd00::1]:6443', true],
  ['fd00::1', 'https://[fd00:0:0::1]', true],
  ['', 'https://api.example', false],
];
for (const [list, server, isExempt] of exceptions) {
  test(`NO_PROXY=${JSON.stringify(list)} ${isExempt ? 'covers' : 'leaves'} ${server}`, () => {
    assert.equal(proxyFor(server, { ...https, NO_PROXY: list }) === undefined, isExempt);
  });
}

test('the kubeconfig’s proxy is used whatever the environment says, on loopback too', () => {
  assert.equal(proxyFor('https://127.0.0.1', { ...https, NO_PROXY: '*' }, 'socks5://mine'), 'socks5://mine:1080');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProxyUrl } from '../../../../../src/engine/discovery/kubernetes/kubeconfig/proxy-url.ts';
import { parseServerAddress } from '../../../../../src/engine/discovery/kubernetes/kubeconfig/server-address.ts';

const servers: readonly (readonly [string, boolean, object | undefined])[] = [
  [
    'https://10.0.0.1:6443',
    false,
    { secure: true, host: '10.0.0.1', port: 6443, basePath: '', shown: 'https://10.0.0.1:6443' },
  ],
  [
    'https://api.example',
    false,
    { secure: true, host: 'api.example', port: 443, basePath: '', shown: 'https://api.example' },
  ],
  [
    'http://localhost:8080/',
    true,
    { secure: false, host: 'localhost', port: 8080, basePath: '', shown: 'http://localhost:8080' },
  ],
  ['https://[::1]:6443', false, { secure: true, host: '::1', port: 6443, basePath: '', shown: 'https://[::1]:6443' }],
  [
    'https://r/k8s/clusters/c-1/?x=y#z',
    false,
    { secure: true, host: 'r', port: 443, basePath: '/k8s/clusters/c-1', shown: 'https://r/k8s/clusters/c-1' },
  ],
  [
    'localhost:8080',
    false,
    { secure: false, host: 'localhost', port: 8080, basePath: '', shown: 'http://localhost:8080' },
  ],
  [
    'api.example:6443',
    true,
    { secure: true, host: 'api.example', port: 6443, basePath: '', shown: 'https://api.example:6443' },
  ],
  [
    'https://ana:p%40ss@api.example',
    false,
    {
      secure: true,
      host: 'api.example',
      port: 443,
      basePath: '',
      userinfo: { username: 'ana', password: 'p@ss' },
      shown: 'https://api.example',
    },
  ],
  ['ftp://api.example', false, undefined],
  ['https://', false, undefined],
  ['not an address', false, undefined],
];

for (const [server, mentionsTls, expected] of servers) {
  test(`server ${server} ${mentionsTls ? 'with' : 'without'} TLS material`, () => {
    assert.deepEqual(parseServerAddress(server, mentionsTls), expected);
  });
}

const proxies: readonly (readonly [string, object | undefined])[] = [
  ['http://proxy', { kind: 'http', host: 'proxy', port: 80, url: 'http://proxy', shown: 'http://proxy:80' }],
  ['https://proxy', { kind: 'https', host: 'proxy', port: 443, url: 'https://proxy', shown: 'https://proxy:443' }],
  [
    'socks5://u:p@proxy',
    {
      kind: 'socks5',
      host: 'proxy',
      port: 1080,
      username: 'u',
      password: 'p',
      url: 'socks5://u:p@proxy',
      shown: 'socks5://proxy:1080',
    },
  ],
  ['ftp://proxy', undefined],
  ['proxy:3128', undefined],
];

for (const [url, expected] of proxies) {
  test(`proxy-url ${url}`, () => assert.deepEqual(parseProxyUrl(url), expected));
}

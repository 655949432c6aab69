import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { devProxyEnvironment, networkEgress } from '../../../src/engine/devproxy/proxy-environment.ts';

const base = {
  address: 'http://127.0.0.1:15001',
  apiServer: 'https://10.1.2.3:6443',
  clusterDomain: 'cluster.local',
  listeners: [],
  tunnelled: false,
  present: {},
} as const;

describe('environment of programs', () => {
  test('names of the cluster go through the proxy, this machine and the API server do not', () => {
    assert.deepEqual(devProxyEnvironment(base), {
      HTTP_PROXY: 'http://127.0.0.1:15001',
      http_proxy: 'http://127.0.0.1:15001',
      NO_PROXY: 'localhost,127.0.0.1,::1,10.1.2.3',
      no_proxy: 'localhost,127.0.0.1,::1,10.1.2.3',
      NODE_USE_ENV_PROXY: '1',
    });
  });

  test('HTTPS_PROXY only where a service is called in TLS or gRPC', () => {
    const environment = devProxyEnvironment({ ...base, tunnelled: true });
    assert.equal(environment['HTTPS_PROXY'], base.address);
    assert.equal(environment['https_proxy'], base.address);
  });

  test('services with a port of their own have the variables of Kubernetes', () => {
    const address = { namespace: 'shop', service: 'my-db.x', host: 'my-db.shop.svc.cluster.local', port: 5432 };
    const environment = devProxyEnvironment({ ...base, listeners: [{ address, port: 40001 }] });
    assert.equal(environment['MY_DB_X_SERVICE_HOST'], '127.0.0.1');
    assert.equal(environment['MY_DB_X_SERVICE_PORT'], '40001');
    assert.equal(environment['MY_DB_X_SERVICE_PORT_5432'], '40001');
  });

  const noProxies: readonly (readonly [string, string])[] = [
    ['intranet.example, .corp', 'intranet.example,.corp'],
    // Entries that would lead programs past the proxy for what it is there for.
    ['*', ''],
    ['.svc,.cluster.local,.svc.cluster.local,svc.cluster.local,local', ''],
    ['*.svc', ''],
    ['localhost', ''],
    // A suffix by letters, not by labels.
    ['ocal', 'ocal'],
  ];
  for (const [present, kept] of noProxies) {
    test(`NO_PROXY ${present} keeps ${kept || 'nothing'}`, () => {
      const { NO_PROXY = '' } = devProxyEnvironment({ ...base, present: { NO_PROXY: present } });
      const all = [...kept.split(','), 'localhost', '127.0.0.1', '::1', '10.1.2.3'].filter((entry) => entry !== '');
      assert.deepEqual(NO_PROXY.split(',').sort(), all.sort());
    });
  }

  test('an API server with an IPv6 address', () => {
    const { NO_PROXY } = devProxyEnvironment({ ...base, apiServer: 'https://[fd00::7]:6443' });
    assert.equal(NO_PROXY, 'localhost,127.0.0.1,::1,fd00::7');
  });
});

describe('the way to hosts outside', () => {
  const cases: readonly (readonly [string, Record<string, string>, ReturnType<typeof networkEgress>])[] = [
    ['direct', {}, { egress: { refused: ['10.1.2.3:6443'], noProxy: [] } }],
    [
      'lower case counts first, credentials become a header',
      { HTTP_PROXY: 'http://other:1', http_proxy: 'http://me:a%40b@proxy.corp:3128', no_proxy: 'a, b' },
      {
        egress: {
          refused: ['10.1.2.3:6443'],
          noProxy: ['a', 'b'],
          // base64 of `me:a@b`.
          httpProxy: { host: 'proxy.corp', port: 3128, authorization: 'Basic bWU6YUBi' },
        },
      },
    ],
    [
      'a host without a scheme, for tunnels',
      { HTTPS_PROXY: 'proxy.corp:8080' },
      { egress: { refused: ['10.1.2.3:6443'], noProxy: [], httpsProxy: { host: 'proxy.corp', port: 8080 } } },
    ],
    [
      'our own address, in a terminal of ours',
      { HTTP_PROXY: 'http://127.0.0.1:15001' },
      { egress: { refused: ['10.1.2.3:6443'], noProxy: [] } },
    ],
  ];
  for (const [name, present, expected] of cases) {
    test(name, () => assert.deepEqual(networkEgress(present, base.apiServer, base.address), expected));
  }

  test('a proxy that cannot be used is told', () => {
    const { egress, problem } = networkEgress({ HTTP_PROXY: 'socks5://proxy:1080' }, base.apiServer, base.address);
    assert.equal(egress.httpProxy, undefined);
    assert.match(problem ?? '', /HTTP_PROXY is not used .* only proxies with an http:\/\/ address/);
  });

  test('an API server on the usual port', () => {
    assert.deepEqual(networkEgress({}, 'https://api.example.com', '').egress.refused, ['api.example.com:443']);
  });
});

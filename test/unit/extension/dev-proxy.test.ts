import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withProxyEnvironment } from '../../../src/extension/features/dev-proxy/debug-configuration.ts';
import { devProxyText } from '../../../src/extension/features/dev-proxy/dev-proxy-text.ts';
import { environmentAddition } from '../../../src/extension/features/dev-proxy/proxy-environment.ts';
import { stoppedDevProxy, type DevProxyStatus } from '../../../src/shared/dev-proxy.ts';
import { english } from './translate.ts';

const wanted = {
  HTTP_PROXY: 'http://127.0.0.1:5000',
  http_proxy: 'http://127.0.0.1:5000',
  NO_PROXY: 'localhost,127.0.0.1,::1',
  NODE_USE_ENV_PROXY: '1',
};

describe('the environment of programs', () => {
  test('gets everything where nothing is set', () => {
    assert.deepEqual(environmentAddition(wanted, {}), { variables: { ...wanted, MESHLENS_ACTIVE: '1' }, kept: [] });
  });

  test('keeps a proxy that somebody has set, in either spelling, and does not turn it on for Node', () => {
    const { variables, kept } = environmentAddition(wanted, { http_proxy: 'http://corp:3128' });
    assert.deepEqual(kept, ['HTTP_PROXY', 'http_proxy']);
    assert.deepEqual(variables, { NO_PROXY: 'localhost,127.0.0.1,::1', MESHLENS_ACTIVE: '1' });
  });

  test('takes its own proxy for no other', () => {
    assert.deepEqual(environmentAddition(wanted, { HTTP_PROXY: 'http://127.0.0.1:5000' }).kept, []);
  });

  test('joins the exceptions, each once', () => {
    const { variables } = environmentAddition(wanted, { no_proxy: 'corp.local, localhost' });
    assert.equal(variables['NO_PROXY'], 'corp.local,localhost,127.0.0.1,::1');
  });

  test('adds options of runtimes behind those that are there', () => {
    const options = { NODE_OPTIONS: '--use-env-proxy' };
    const { variables } = environmentAddition(options, { NODE_OPTIONS: '--max-old-space-size=100' });
    assert.equal(variables['NODE_OPTIONS'], '--max-old-space-size=100 --use-env-proxy');
    assert.equal(environmentAddition(options, variables).variables['NODE_OPTIONS'], variables['NODE_OPTIONS']);
  });
});

describe('debug configurations', () => {
  const base = { name: 'Run', request: 'launch' };
  const added = { ...wanted, MESHLENS_ACTIVE: '1' };
  for (const type of ['node', 'pwa-node', 'python', 'debugpy', 'go', 'java', 'lldb', 'coreclr', 'php']) {
    test(`${type}: env`, () => {
      const given = withProxyEnvironment({ ...base, type, env: { A: '1' } }, wanted, {});
      assert.deepEqual(given, { ...base, type, env: { A: '1', ...added } });
    });
  }

  test('cppdbg: a list called environment', () => {
    const environment = [{ name: 'A', value: '1' }];
    const given = withProxyEnvironment({ ...base, type: 'cppdbg', environment }, { HTTP_PROXY: 'p' }, {});
    assert.deepEqual(given.environment, [
      { name: 'A', value: '1' },
      { name: 'HTTP_PROXY', value: 'p' },
      { name: 'MESHLENS_ACTIVE', value: '1' },
    ]);
  });

  test('lldb-dap: a list of NAME=value where the configuration has one', () => {
    const given = withProxyEnvironment({ ...base, type: 'lldb-dap', env: ['A=1'] }, { HTTP_PROXY: 'p' }, {});
    assert.deepEqual(given.env, ['A=1', 'HTTP_PROXY=p', 'MESHLENS_ACTIVE=1']);
  });

  test('what a configuration sets itself wins, and exceptions are joined', () => {
    const env = { HTTP_PROXY: 'http://mine', NO_PROXY: 'db' };
    const given = withProxyEnvironment({ ...base, type: 'node', env }, wanted, {});
    assert.deepEqual(given.env, {
      HTTP_PROXY: 'http://mine',
      NO_PROXY: 'db,localhost,127.0.0.1,::1',
      MESHLENS_ACTIVE: '1',
    });
  });

  test('a proxy of the machine stays', () => {
    const given = withProxyEnvironment({ ...base, type: 'node' }, wanted, { HTTPS_PROXY: 'x', HTTP_PROXY: 'corp' });
    assert.equal('HTTP_PROXY' in (given as unknown as { env: object }).env, false);
  });

  for (const [name, configuration] of [
    ['an attaching one', { ...base, request: 'attach', type: 'node' }],
    ['a browser', { ...base, type: 'pwa-chrome' }],
    ['a child session of Node', { ...base, type: 'pwa-node', __parentId: '1' }],
    ['one that opts out', { ...base, type: 'go', env: { MESHLENS_ACTIVE: '0' } }],
    ['one that has it', { ...base, type: 'go', env: { MESHLENS_ACTIVE: '1' } }],
    [
      'one that opts out in a list',
      { ...base, type: 'cppdbg', environment: [{ name: 'MESHLENS_ACTIVE', value: '0' }] },
    ],
  ] as const) {
    test(`${name} is left alone`, () => {
      assert.equal(withProxyEnvironment(configuration, wanted, {}), configuration);
    });
  }

  test('nothing is added without an environment', () => {
    const configuration = { ...base, type: 'node' };
    assert.equal(withProxyEnvironment(configuration, {}, {}), configuration);
  });
});

test('the status bar tells the dev proxy only while it is there', () => {
  assert.equal(devProxyText(stoppedDevProxy, english), undefined);
  const running: DevProxyStatus = {
    ...stoppedDevProxy,
    phase: 'degraded',
    context: 'dev',
    namespaces: ['bookinfo'],
    address: 'http://127.0.0.1:5000',
    services: [{ host: 'reviews.bookinfo.svc.cluster.local', port: 9080, endpoints: { ready: 0, total: 2 } }],
    message: 'reviews has no ready endpoint.',
  };
  const shown = devProxyText(running, english);
  assert.equal(shown?.text, '$(warning) Dev proxy · dev · degraded');
  assert.match(shown?.tooltip ?? '', /reviews\.bookinfo\.svc\.cluster\.local:9080 · 0 of 2 endpoints ready/);
  assert.match(shown?.tooltip ?? '', /reviews has no ready endpoint\.$/);
  const standIn = { namespace: 'bookinfo', workload: 'reviews-v1', ports: { 9080: '127.0.0.1:3000' } };
  const texts = [[], [standIn], [standIn, standIn]].map(
    (standIns) => devProxyText({ ...running, phase: 'running', standIns }, english)?.text,
  );
  assert.deepEqual(texts, [
    '$(plug) Dev proxy · dev',
    '$(plug) Dev proxy · dev · 1 stand-in',
    '$(plug) Dev proxy · dev · 2 stand-ins',
  ]);
});

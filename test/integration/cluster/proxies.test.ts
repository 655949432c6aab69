/** The state of real Envoys, asked of a real istiod through port-forwards. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Engine, standaloneInitialization } from '../../../src/engine/engine.ts';
import type { ProxyStatus } from '../../../src/shared/cluster.ts';
import { realIstioMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { until } from '../until.ts';

/** A pod that stands for a proxy which runs beside the cluster: its name, and a container that says what it is. */
const pod = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: 'till' } },
    spec: {
      containers: [
        { name: 'app', image: 'example.test/till' },
        { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.31.0' },
      ],
    },
  });

describe('proxies of a cluster', { skip: realIstioMissing }, () => {
  let cluster: RealCluster;
  let engine: Engine;

  const proxies = (): Promise<readonly ProxyStatus[]> =>
    engine.request('mesh/cluster/proxyStatus', { context: 'admin' });
  const stateOf = async (name: string): Promise<ProxyStatus | undefined> =>
    (await proxies()).find(({ proxy }) => proxy === name);

  before(async () => {
    cluster = await startRealCluster({ istio: true });
    await cluster.kubectl('create', 'namespace', 'shop');
    await cluster.apply(pod('till-a'));
    await cluster.apply(pod('till-b'));
    await cluster.proxy('till-a', { namespace: 'shop', labels: { app: 'till' } });
    engine = new Engine({
      ...standaloneInitialization,
      settings: { ...standaloneInitialization.settings, cluster: { kubeconfig: cluster.kubeconfig, prometheus: '' } },
    });
    await engine.connected('admin', []);
  });

  after(async () => {
    await engine.dispose();
    await cluster.stop();
  });

  test('finds Istio with its revision', async () => {
    const istio = await until('Istio', async () => {
      const [status] = await engine.request('mesh/cluster/status', {});
      return status?.meshes.find(({ kind }) => kind === 'istio');
    });
    assert.deepEqual(
      [istio.namespace, istio.revisions, istio.dataPlaneModes],
      ['istio-system', ['default'], ['sidecar']],
    );
    await until('its version, which only istiod itself knows', async () => {
      const [status] = await engine.request('mesh/cluster/status', {});
      return status?.meshes.some(({ kind, version }) => kind === 'istio' && version === '1.31.0');
    });
    assert.equal(engine.settings.meshConfig['accessLogFile'], '/dev/stdout');
  });

  test('tells a proxy in step from one that is not connected', async () => {
    const synced = await until('the proxy to be in step', async () => {
      const found = await stateOf('till-a.shop');
      return found?.state === 'synced' ? found : undefined;
    });
    const { version, ...others } = synced;
    assert.ok(version !== undefined && version !== '');
    assert.deepEqual(others, {
      proxy: 'till-a.shop',
      namespace: 'shop',
      pod: 'till-a',
      workload: 'till-a',
      istiod: 'istiod-0',
      types: { CDS: 'synced', LDS: 'synced', EDS: 'synced', RDS: synced.types['RDS'], ECDS: synced.types['ECDS'] },
      state: 'synced',
    });
    const absent = await stateOf('till-b.shop');
    assert.deepEqual([absent?.state, absent?.types], ['unknown', {}]);
  });

  test('shows it in the tree', async () => {
    await until('the state', async () => {
      const tree = await engine.request('mesh/cluster/tree', { context: 'admin' });
      const workloads = tree.namespaces.find(({ name }) => name === 'shop')?.workloads ?? [];
      const found = workloads.map(({ ref, sync, membership }) => [ref.name, membership, sync]);
      return (
        JSON.stringify(found) ===
        JSON.stringify([
          ['till-a', 'sidecar', 'synced'],
          ['till-b', 'sidecar', 'unknown'],
        ])
      );
    });
  });

  test('reads the configuration of an Envoy without its keys, the same text each time', async () => {
    const ask = async (): Promise<string> =>
      (await engine.request('mesh/cluster/proxyConfig', { context: 'admin', namespace: 'shop', pod: 'till-a' })).text;
    const text = await ask();
    const { configs } = JSON.parse(text) as { readonly configs: readonly { readonly '@type': string }[] };
    const types = configs.map((config) => config['@type'].split('.').at(-1));
    for (const type of ['BootstrapConfigDump', 'ClustersConfigDump', 'ListenersConfigDump', 'SecretsConfigDump'])
      assert.ok(types.includes(type), `${type} in ${types.join(', ')}`);
    assert.doesNotMatch(
      text,
      /BEGIN (?:RSA |EC )?PRIVATE KEY|LS0tLS1CRUdJTiBQUklWQVRF|LS0tLS1CRUdJTiBSU0EgUFJJ|LS0tLS1CRUdJTiBFQyBQUkl/,
    );
    assert.match(text, /"private_key": "\(not shown\)"/);
    assert.ok((await ask()) === text, 'asked again it is the same');
  });

  test('says what is wrong where no proxy listens', async () => {
    await assert.rejects(
      async () => engine.request('mesh/cluster/proxyConfig', { context: 'admin', namespace: 'shop', pod: 'till-b' }),
      /shop\/till-b:15000/,
    );
  });

  test('sees a proxy fall behind, and catch up', async () => {
    const agent = await cluster.pid('proxy-till-a.shop');
    process.kill(agent, 'SIGSTOP');
    try {
      await cluster.apply(
        JSON.stringify({
          apiVersion: 'networking.istio.io/v1',
          kind: 'ServiceEntry',
          metadata: { name: 'news', namespace: 'shop' },
          spec: {
            hosts: ['news.example.test'],
            ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
            resolution: 'NONE',
          },
        }),
      );
      await until('the proxy to be behind', async () => (await stateOf('till-a.shop'))?.state === 'stale');
    } finally {
      process.kill(agent, 'SIGCONT');
    }
    await until('the proxy to be in step again', async () => (await stateOf('till-a.shop'))?.state === 'synced');
  });

  test('sees a proxy leave', async () => {
    process.kill(await cluster.pid('proxy-till-a.shop'), 'SIGKILL');
    const gone = await until(
      'the proxy to be gone',
      async () => {
        const found = await stateOf('till-a.shop');
        return found?.state === 'unknown' ? found : undefined;
      },
      60_000,
    );
    assert.deepEqual(gone.types, {});
  });
});

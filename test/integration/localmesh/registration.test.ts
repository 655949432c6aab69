/** A program that the mesh did not start joins it through the registry, with the client people use for that. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import Consul from 'consul';
import { until } from '../until.ts';
import { fixture, MeshUnderTest } from './mesh-under-test.ts';

const meshFile = `apiVersion: meshlens.dev/v1alpha1
kind: LocalMesh
metadata: { name: shop, namespace: shop }
spec:
  services:
    - name: web
      ports: [{ name: http, port: 8080 }]
      workloads:
        - name: web-v1
          run: ${fixture('echo.mjs')}
          health: { http: /health, interval: 1s }
`;

const strict = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
`;

const echo = path.resolve(import.meta.dirname, '../../fixtures/services/echo.mjs');

/** What the echo server tells of a request. */
interface Echoed {
  readonly instance: string;
  readonly headers: Readonly<Record<string, string>>;
}

describe('registration through the registry of a running mesh', { timeout: 120_000 }, () => {
  let mesh: MeshUnderTest;
  let program: ChildProcess | undefined;
  let port = 0;

  before(async () => {
    // Somebody's own process, outside of the mesh.
    program = spawn(process.execPath, [echo], {
      env: { ...process.env, PORT: '0', MESHLENS_INSTANCE: 'somebody', MESHLENS_VERSION: 'v7' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<string>((resolve, reject) => {
      program?.stdout?.once('data', (data: Buffer) => resolve(data.toString('utf8')));
      program?.once('error', reject);
    });
    port = Number(/:(\d+)\s*$/.exec(said)?.[1]);
    assert.ok(port > 0, said);
    mesh = await MeshUnderTest.start({ 'meshlens.yaml': meshFile, 'strict.yaml': strict });
  });

  after(async () => {
    await mesh?.dispose();
    program?.kill('SIGKILL');
  });

  /** A client as a program configures it that was started with the environment of the mesh. */
  const withClient = async <T>(use: (client: Consul) => Promise<T>, token?: string): Promise<T> => {
    const environment = await mesh.environment('web-v1');
    const address = new URL(environment.CONSUL_HTTP_ADDR ?? '');
    const client = new Consul({
      host: address.hostname,
      port: Number(address.port),
      defaults: { token: token ?? environment.CONSUL_HTTP_TOKEN ?? '' },
    });
    try {
      return await use(client);
    } finally {
      client.destroy();
    }
  };

  const callOrders = async (): Promise<Echoed | undefined> => {
    // By its bare name, whatever port the program listens on.
    const { status, body } = await mesh.send({ from: 'web-v1', host: 'orders' });
    return status === 200 ? (JSON.parse(body) as Echoed) : undefined;
  };
  const registration = () => ({
    name: 'orders',
    id: 'orders-somebody',
    address: '127.0.0.1',
    port,
    meta: { version: 'v7' },
    check: { http: `http://127.0.0.1:${port}/health`, interval: '1s', timeout: '5s' },
  });
  const orders = async () => (await mesh.status()).workloads.find(({ service }) => service === 'orders');

  const assertIsInMesh = async (): Promise<void> => {
    const workload = await until('it is ready, behind a sidecar', async () => {
      const found = await orders();
      const [instance] = found?.instances ?? [];
      return instance?.state === 'ready' && instance.inbound !== undefined ? found : undefined;
    });
    assert.equal(workload.kind, 'registered');
    assert.equal(workload.version, 'v7');
    assert.equal(workload.instances[0]?.address, `127.0.0.1:${port}`);
    assert.notEqual(workload.instances[0]?.inbound, `127.0.0.1:${port}`);
    const answer = await until('another workload reaches it by its name', callOrders);
    assert.equal(answer.instance, 'somebody');
    // The application is told by its sidecar who called, which only a mutually authenticated link can say.
    assert.match(
      answer.headers['x-forwarded-client-cert'] ?? '',
      /By=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/[^;]+;.*URI=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/web$/,
    );
    const node = await until('its traffic is in the topology', async () => {
      await callOrders();
      const { nodes, edges } = await mesh.engine.request('mesh/topology', { window: 10 });
      const found = nodes.find(({ workload: name }) => name === workload.name);
      const edge = edges.find(({ target, traffic }) => target === found?.id && traffic.requests > 0);
      if (edge) assert.equal(edge.mutualTls, 1);
      return edge && found;
    });
    assert.equal(node.meshed, true);
    assert.equal(node.version, 'v7');
  };

  test('without the token nothing is registered', async () => {
    await assert.rejects(
      withClient((client) => client.agent.service.register(registration() as never), 'wrong'),
      /Forbidden|denied|not found|403/i,
    );
    assert.equal(await orders(), undefined);
  });

  test('a registered service gets a sidecar, is routable by name and is seen', async () => {
    await withClient((client) => client.agent.service.register(registration() as never));
    await assertIsInMesh();
    assert.ok(mesh.events.some(({ kind, instance }) => kind === 'service-registered' && instance?.includes('orders')));
    const found = await withClient((client) => client.health.service({ service: 'web', passing: true }));
    assert.equal((found as readonly unknown[]).length, 1, 'services of the file are in the same catalog');
  });

  test('it survives a restart of the engine, its client keeps address and token', async () => {
    const before = await mesh.environment('web-v1');
    await mesh.restartEngine();
    const after = await mesh.environment('web-v1');
    assert.equal(after.CONSUL_HTTP_TOKEN, before.CONSUL_HTTP_TOKEN);
    assert.equal(after.CONSUL_HTTP_ADDR, before.CONSUL_HTTP_ADDR);
    await assertIsInMesh();
  });

  test('it disappears when it is deregistered', async () => {
    await withClient((client) => client.agent.service.deregister('orders-somebody'));
    await until('it is out of the mesh', async () => (await orders()) === undefined);
    const { status } = await mesh.send({ from: 'web-v1', host: 'orders' });
    assert.notEqual(status, 200);
    assert.ok(mesh.events.some(({ kind }) => kind === 'service-deregistered'));
  });
});

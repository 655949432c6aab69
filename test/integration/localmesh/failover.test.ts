/** No request fails: not under steady load, not while instances are killed, not while they are stopped on purpose. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalInstance } from '../../../src/shared/local-mesh.ts';
import { until } from '../until.ts';
import { fixture, MeshUnderTest } from './mesh-under-test.ts';
import { describeLoad, OpenLoopLoad } from './open-loop-load.ts';
import type { LoadResult } from './open-loop-load.ts';

/** Length of each period of load. */
const seconds = Number(process.env.MESHLENS_SOAK_SECONDS ?? 15);
const rate = 500;
const killEveryMs = 5000;
const services = ['orders', 'stock', 'prices', 'users'];

const meshFile = `apiVersion: meshlens.dev/v1alpha1
kind: LocalMesh
metadata: { name: shop, namespace: shop }
spec:
  services:
${services
  .map(
    (name) => `    - name: ${name}
      ports: [{ name: http, port: 8080 }]
      workloads:
        - name: ${name}-v1
          run: ${fixture('echo.mjs')}
          instances: 2
          health: { http: /health, interval: 1s }
`,
  )
  .join('')}`;

const strict = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
`;

describe('failover under load', { timeout: (seconds * 3 + 180) * 1000 }, () => {
  let mesh: MeshUnderTest;
  let proxyPort = 0;

  /** Everything is up, and everybody has heard of it. */
  const whole = () =>
    until(
      'every instance is ready',
      async () => {
        const { workloads } = await mesh.status();
        const instances = workloads.flatMap((workload) => (workload.service ? workload.instances : []));
        return instances.length === 8 && instances.every(({ state }) => state === 'ready') ? instances : undefined;
      },
      60_000,
    );
  const load = (): OpenLoopLoad =>
    new OpenLoopLoad({ proxyPort, rate, targets: services.map((name) => `http://${name}:8080/`) });
  const assertNoneFailed = (result: LoadResult): void => {
    assert.ok(result.sent > 0);
    const broken = mesh.events.filter(({ kind }) => kind === 'data-plane-failed');
    assert.deepEqual(broken, []);
    const shown = result.failures.slice(0, 10).map(({ at, target, what }) => `after ${at} ms ${target}: ${what}`);
    assert.equal(result.failures.length, 0, `${describeLoad(result)}\n${shown.join('\n')}`);
  };

  before(async () => {
    mesh = await MeshUnderTest.start({ 'meshlens.yaml': meshFile, 'strict.yaml': strict });
    const { HTTP_PROXY } = await mesh.environment('laptop');
    proxyPort = Number(new URL(HTTP_PROXY ?? '').port);
  });

  after(() => mesh.dispose());

  test('steady: all instances of all workloads answer, mutually authenticated, and nothing fails', async (t) => {
    await whole();
    const running = load();
    await sleep(seconds * 1000);
    const result = await running.stop();
    t.diagnostic(describeLoad(result));
    assertNoneFailed(result);
    assert.deepEqual(
      [...result.answers.keys()].sort(),
      services.flatMap((name) => [`${name}-v1-0`, `${name}-v1-1`]).sort(),
    );
    const { edges } = await mesh.engine.request('mesh/topology', { window: 10 });
    const used = edges.filter(({ traffic }) => traffic.requests > 0);
    assert.ok(used.length >= services.length);
    for (const { id, mutualTls } of used) assert.equal(mutualTls, 1, id);
  });

  test('an instance is killed every five seconds: no idempotent request fails', async (t) => {
    const instances = await whole();
    const running = load();
    const end = performance.now() + seconds * 1000;
    const killed: string[] = [];
    try {
      // In turn through the workloads, so that an instance has lived for a while when its turn comes again.
      for (let turn = 0; performance.now() < end; turn += 1) {
        const victim = await next(instances, turn);
        process.kill(victim.pid, 'SIGKILL');
        killed.push(victim.name);
        await sleep(Math.max(0, Math.min(killEveryMs, end - performance.now())));
      }
    } finally {
      const result = await running.stop();
      t.diagnostic(`killed ${killed.length} (${killed.join(', ')}); ${describeLoad(result)}`);
      assertNoneFailed(result);
    }
    assert.ok(killed.length >= Math.floor((seconds * 1000) / killEveryMs / 2), `only ${killed.length} were killed`);
    const restarted = await whole();
    for (const { name, restarts } of restarted) if (killed.includes(name)) assert.ok(restarts > 0, name);
    for (const name of killed) {
      assert.ok(
        mesh.events.some(({ kind, instance }) => kind === 'instance-down' && instance === `shop/${name}`),
        name,
      );
    }
  });

  /** Whose turn it is to be killed, once its sibling can take over: the last of a service cannot be spared. */
  const next = (
    instances: readonly LocalInstance[],
    turn: number,
  ): Promise<{ readonly name: string; readonly pid: number }> => {
    const service = services[turn % services.length] ?? '';
    const name = `${service}-v1-${Math.floor(turn / services.length) % 2}`;
    assert.ok(instances.some((instance) => instance.name === name));
    return until(`${service} is whole again`, async () => {
      const found = (await mesh.workload(`${service}-v1`))?.instances ?? [];
      const pid = found.find((instance) => instance.name === name)?.pid;
      return found.every(({ state }) => state === 'ready') && pid !== undefined ? { name, pid } : undefined;
    });
  };

  test('services are restarted, and instances stopped and started, on purpose: nothing fails', async (t) => {
    await whole();
    const running = load();
    const end = performance.now() + seconds * 1000;
    let rounds = 0;
    try {
      for (; rounds === 0 || performance.now() < end; rounds += 1) {
        const service = services[rounds % services.length] ?? '';
        await mesh.engine.request('mesh/service/restart', { name: service });
        await whole();
        await mesh.engine.request('mesh/service/stop', { name: `${service}-v1-0` });
        await mesh.engine.request('mesh/service/start', { name: `${service}-v1-0` });
        await whole();
      }
    } finally {
      const result = await running.stop();
      t.diagnostic(`${rounds} services; ${describeLoad(result)}`);
      assertNoneFailed(result);
    }
  });
});

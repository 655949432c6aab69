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
    const [first] = result.failures;
    if (!first) return;
    // What happened in the mesh around the first failure is what explains it.
    const shown = [
      ...result.failures.map(({ time, target, what }) => ({ time, text: `failed: ${target}: ${what}` })).slice(0, 20),
      ...mesh.events.map(({ time, message }) => ({ time, text: message })),
    ].filter(({ time }) => Math.abs(time - first.time) < 5000);
    const lines = shown
      .sort((left, right) => left.time - right.time)
      .map(({ time, text }) => `${time - first.time} ms: ${text}`);
    assert.fail(`${describeLoad(result)}\n${lines.join('\n')}`);
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
    const started = performance.now();
    const killed: string[] = [];
    try {
      for (let turn = 0; turn < Math.max(1, Math.floor((seconds * 1000) / killEveryMs)); turn += 1) {
        // In turn through the workloads, so that an instance has lived for a while when its turn comes again.
        const victim = await next(instances, turn);
        const since = mesh.events.length;
        process.kill(victim.pid, 'SIGKILL');
        killed.push(victim.name);
        await until('its death is told', () =>
          mesh.events
            .slice(since)
            .some(({ kind, instance }) => kind === 'instance-down' && instance === `shop/${victim.name}`),
        );
        await sleep(Math.max(0, started + (turn + 1) * killEveryMs - performance.now()));
      }
    } finally {
      const result = await running.stop();
      t.diagnostic(`killed ${killed.length} (${killed.join(', ')}); ${describeLoad(result)}`);
      assertNoneFailed(result);
    }
    const restarted = await whole();
    for (const { name, restarts } of restarted) if (killed.includes(name)) assert.ok(restarts > 0, name);
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

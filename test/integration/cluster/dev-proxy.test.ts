/** Programs of this machine call pods of a real cluster through the dev proxy and the API server's port-forward. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Engine, standaloneInitialization } from '../../../src/engine/engine.ts';
import type { DevProxyStatus } from '../../../src/shared/dev-proxy.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { Cleanup } from '../dataplane/mesh-kit.ts';
import { ask, serve, shares, type PodServer } from '../devproxy/laptop-kit.ts';
import { until } from '../until.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);
const replicas = { v1: 2, v2: 1 };
/** A control plane that was started again settles slowly on a busy machine. */
const patience = 180_000;

const objects = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bookinfo' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'reviews', namespace: 'bookinfo' },
      spec: { selector: { app: 'reviews' }, ports: [{ name: 'http', port: 9080 }] },
    },
    // Names of their pods are known before they are there.
    ...Object.entries(replicas).map(([version, count]) => ({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: `reviews-${version}`, namespace: 'bookinfo' },
      spec: {
        serviceName: 'reviews',
        replicas: count,
        selector: { matchLabels: { app: 'reviews', version } },
        template: {
          metadata: { labels: { app: 'reviews', version } },
          // On a node from the start: a real scheduler that missed a deletion while the API server was away takes the
          // new pod of the same name for the old one, and leaves it pending for ever.
          spec: {
            nodeName: 'node-0',
            containers: [{ name: 'app', image: 'reviews', ports: [{ containerPort: 9080 }] }],
          },
        },
      },
    })),
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'reviews', namespace: 'bookinfo' },
      spec: {
        host: 'reviews',
        subsets: Object.keys(replicas).map((version) => ({ name: version, labels: { version } })),
      },
    },
  ],
});

const weights = (v1: number): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews]
  http:
    - route:
        - { destination: { host: reviews, subset: v1 }, weight: ${v1} }
        - { destination: { host: reviews, subset: v2 }, weight: ${100 - v1} }
`;

describe('the dev proxy', { skip: realClusterMissing }, () => {
  const cleanup = new Cleanup();
  const servers = new Map<string, PodServer>();
  let cluster: RealCluster;
  let engine: Engine;
  let folder: string;
  let address = '';

  /** A server of its own behind a pod. */
  const back = async (name: string, version: string): Promise<void> => {
    const server = await serve(cleanup, version);
    servers.set(name, server);
    await cluster.back(name, 'bookinfo', { 9080: server.port });
  };
  const readyPods = async (): Promise<number> => {
    const addresses = await cluster.kubectl(
      ...['get', 'endpointslices', '-n', 'bookinfo', '-l', 'kubernetes.io/service-name=reviews'],
      ...['-o', 'jsonpath={range .items[*].endpoints[?(@.conditions.ready==true)]}{.targetRef.name}{"\\n"}{end}'],
    );
    return addresses.split('\n').filter((name) => name !== '').length;
  };
  const write = (v1: number): Promise<void> => writeFile(path.join(folder, 'reviews.yaml'), weights(v1));
  const status = (): Promise<DevProxyStatus> => engine.request('mesh/devProxy/status', {});

  before(async () => {
    cluster = await startRealCluster();
    await cluster.apply(objects);
    folder = await mkdtemp(path.join(tmpdir(), 'meshlens-proxy-'));
    await write(80);
    for (const [version, count] of Object.entries(replicas))
      for (let index = 0; index < count; index++) await back(`reviews-${version}-${index}`, version);
    await until('ready pods', async () => (await readyPods()) === 3, patience);
    engine = new Engine({
      ...standaloneInitialization,
      settings: { ...standaloneInitialization.settings, cluster: { kubeconfig: cluster.kubeconfig, prometheus: '' } },
    });
    await engine.openFolder(folder);
    const started = await engine.request('mesh/devProxy/start', { context: 'admin', namespaces: ['bookinfo'] });
    address = started.address ?? '';
  });

  after(async () => {
    await engine?.dispose();
    await cleanup.run();
    await rm(folder, { recursive: true, force: true });
    await cluster?.stop();
  });

  test('curl reaches the pods by every name, and the environment keeps the API server apart', async () => {
    const { environment } = await status();
    assert.equal(environment['HTTP_PROXY'], address);
    assert.match(environment['NO_PROXY'] ?? '', /127\.0\.0\.1/);
    for (const name of ['reviews', 'reviews.bookinfo', 'reviews.bookinfo.svc.cluster.local']) {
      const { stdout } = await run('curl', ['-sS', '--max-time', '20', '--proxy', address, `http://${name}:9080/`]);
      assert.match(stdout, /^v[12]$/);
    }
  });

  test('shares follow a weight that changes in the workspace', async (t) => {
    const first = await shares(address, 'http://reviews:9080/', 100);
    assert.ok(Math.abs((first['v1'] ?? 0) - 80) <= 2, JSON.stringify(first));
    const changedAt = performance.now();
    await write(0);
    await engine.fileChanged(`file://${path.join(folder, 'reviews.yaml')}`);
    await until('the new weight', async () => (await shares(address, 'http://reviews:9080/', 5))['v2'] === 5);
    const took = performance.now() - changedAt;
    t.diagnostic(`shares before: ${JSON.stringify(first)}; the new weight took effect after ${took.toFixed(0)} ms`);
    assert.ok(took < 2000, `${took} ms`);
  });

  test('outlives an API server that is started again and a pod that is replaced', async (t) => {
    await write(50);
    await engine.fileChanged(`file://${path.join(folder, 'reviews.yaml')}`);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    cleanup.add(() => agent.destroy());
    const load = { running: true };
    cleanup.add(() => void (load.running = false));
    t.after(() => void (load.running = false));
    const failures: { readonly what: string }[] = [];
    let answered = 0;
    let slowest = 0;
    const client = async (): Promise<void> => {
      while (load.running) {
        const from = performance.now();
        const answer = await ask(address, 'http://reviews:9080/', { agent }).catch((error: unknown) => ({
          status: 0,
          body: String(error),
        }));
        const to = performance.now();
        if (answer.status === 200) answered++;
        else failures.push({ what: `${answer.status} ${answer.body}` });
        slowest = Math.max(slowest, to - from);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    await until('load', () => answered > 100, patience);
    const killedAt = performance.now();
    await cluster.restartApiServer();
    const away = performance.now() - killedAt;
    const sofar = answered;
    await until('load after the restart', () => answered > sofar + 200, patience);
    const uid = (): Promise<string> =>
      cluster.kubectl('get', 'pod', 'reviews-v1-0', '-n', 'bookinfo', '-o', 'jsonpath={.metadata.uid}');
    const old = await uid();
    // Its process dies before anybody has heard that the pod goes.
    await servers.get('reviews-v1-0')?.kill();
    await cluster.kubectl('delete', 'pod', 'reviews-v1-0', '-n', 'bookinfo', '--wait=false');
    await back('reviews-v1-0', 'v1');
    await until('the new pod', async () => (await uid()) !== old && (await readyPods()) === 3, patience);
    const afterwards = answered;
    await until('load on the new pod', () => answered > afterwards + 200, patience);
    load.running = false;
    await Promise.all(clients);
    t.diagnostic(
      `${answered} answered, ${failures.length} failed, slowest ${slowest.toFixed(0)} ms; API server away for up to ${away.toFixed(0)} ms`,
    );
    // How many fail depends on how long the server is away: what waits for it waits for eight seconds at most.
    for (const { what } of failures.slice(0, 3)) t.diagnostic(what);
    await until(
      'both versions',
      async () => Object.keys(await shares(address, 'http://reviews:9080/', 10)).length === 2,
      patience,
    );
  });

  test('the command line does the same until it is interrupted', async () => {
    await write(0);
    const child = spawn(
      process.execPath,
      [
        ...[path.join(root, 'src/cli/main.ts'), 'proxy', '--kubeconfig', cluster.kubeconfig, '--context', 'admin'],
        ...['--namespace', 'bookinfo', '--service', 'reviews:9080', folder],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const proxy = await until('the address', () => {
      if (child.exitCode !== null) throw new Error(complaints);
      return complaints.includes('Stop with') && /export HTTP_PROXY=(\S+)/.exec(out)?.[1];
    });
    assert.deepEqual(await shares(proxy, 'http://reviews:9080/', 4), { v2: 4 });
    const own = /export REVIEWS_SERVICE_PORT=(\d+)/.exec(out)?.[1] ?? '';
    assert.deepEqual(await shares(`http://127.0.0.1:${own}`, '/', 2), { v2: 2 });
    await write(100);
    await until('the new file', async () => (await shares(proxy, 'http://reviews:9080/', 4))['v1'] === 4);
    child.kill('SIGINT');
    assert.equal(await ended, 0, complaints);
  });

  test('stopping closes everything and keeps the port', async () => {
    const { port } = new URL(address);
    const stopped = await engine.request('mesh/devProxy/stop', {});
    assert.equal(stopped.phase, 'stopped');
    await assert.rejects(ask(address, 'http://reviews:9080/'), /ECONNREFUSED/);
    const again = await engine.request('mesh/devProxy/start', { context: 'admin', namespaces: ['bookinfo'] });
    assert.equal(new URL(again.address ?? '').port, port);
  });
});

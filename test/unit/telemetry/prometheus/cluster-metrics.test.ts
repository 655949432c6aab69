import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import { createSnapshot, type Snapshot } from '../../../../src/engine/model/snapshot.ts';
import { ClusterMetrics } from '../../../../src/engine/telemetry/prometheus/cluster-metrics.ts';
import type { MetricsPod } from '../../../../src/engine/telemetry/prometheus/find-prometheus.ts';
import { until } from '../../../integration/until.ts';

const origin = { layer: 'cluster', source: 'kind' } as const;
const base = { apiVersion: 'v1', annotations: {}, origin } as const;

function installation(namespace: string, pod: string): readonly MeshObject[] {
  return [
    {
      ...base,
      kind: 'Service',
      namespace,
      name: 'prometheus',
      labels: {},
      spec: { selector: { app: 'prometheus' }, ports: [{ name: 'http', port: 9090 }] },
    },
    {
      ...base,
      kind: 'Pod',
      namespace,
      name: pod,
      labels: { app: 'prometheus' },
      spec: {},
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    },
  ];
}

/** Answers as a Prometheus behind a Unix socket, as the end of a tunnel. */
describe('the metrics of a cluster', { skip: process.platform === 'win32' ? 'no Unix sockets' : false }, () => {
  let folder = '';
  const servers: Server[] = [];

  before(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'meshlens-tunnel-'))));
  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  async function serve(name: string, body: string, seen: string[]): Promise<string> {
    const socket = path.join(folder, name);
    const server = createServer((request, response) => {
      seen.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
      response.setHeader('content-type', body.startsWith('{') ? 'application/json' : 'text/html').end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return socket;
  }

  function metricsOf(sockets: Readonly<Record<string, string>>, objects: readonly MeshObject[]) {
    const state: { snapshot: Snapshot; isRead: boolean; address: string } = {
      snapshot: createSnapshot(objects),
      isRead: true,
      address: '',
    };
    const opened: string[] = [];
    const metrics = new ClusterMetrics({
      now: Date.now,
      cluster: 'kind',
      snapshot: () => state.snapshot,
      isRead: () => state.isRead,
      address: () => state.address,
      openTunnel: (pods: readonly MetricsPod[]) => {
        const [first] = pods;
        const name = first ? `${first.namespace}/${first.pod}:${first.port}` : '';
        opened.push(name);
        const socket = sockets[first?.namespace ?? ''];
        return socket === undefined ? Promise.reject(new Error('forbidden')) : Promise.resolve(socket);
      },
      closeTunnel: () => Promise.resolve(),
      onChange: () => undefined,
    });
    return { metrics, state, opened };
  }

  const empty = '{"status":"success","data":{"resultType":"vector","result":[]}}';

  test('is found, reached through the tunnel, and follows its pod', async () => {
    const seen: string[] = [];
    const socket = await serve('a', empty, seen);
    const { metrics, state, opened } = metricsOf({ 'istio-system': socket }, installation('istio-system', 'p-0'));
    metrics.look();
    await until('a connection', () => metrics.status.state === 'connected');
    assert.deepEqual(seen, ['prometheus.istio-system:9090/api/v1/query']);
    metrics.look();
    state.snapshot = createSnapshot(installation('istio-system', 'p-1'));
    metrics.look();
    await metrics.source.refresh(60);
    assert.deepEqual(opened, ['istio-system/p-0:9090', 'istio-system/p-1:9090']);
    await metrics.dispose();
  });

  test('what turns out to be none is left for the next best', async () => {
    const seen: string[] = [];
    const page = await serve('b', '<!doctype html>', seen);
    const right = await serve('c', empty, seen);
    const { metrics } = metricsOf({ 'istio-system': page, monitoring: right }, [
      ...installation('istio-system', 'p-0'),
      ...installation('monitoring', 'p-0'),
    ]);
    metrics.look();
    await until('the other one', () => metrics.status.source === 'prometheus.monitoring:9090');
    await until('a connection', () => metrics.status.state === 'connected');
    await metrics.dispose();
  });

  test('no way is told in words', async () => {
    const { metrics } = metricsOf({}, installation('istio-system', 'p-0'));
    metrics.look();
    await until('a failure', () => metrics.status.state === 'failing');
    assert.equal(metrics.status.message, 'There is no way to Prometheus in the cluster: forbidden');
    await metrics.dispose();
  });

  test('nothing is missing before the objects are read; then it is, with a way forward', async () => {
    const { metrics, state } = metricsOf({}, []);
    state.isRead = false;
    metrics.look();
    assert.equal(metrics.status.state, 'searching');
    state.isRead = true;
    metrics.look();
    assert.equal(metrics.status.state, 'missing');
    assert.match(metrics.status.message ?? '', /No Prometheus was found/);
    state.address = 'ftp://somebody:secret@host';
    metrics.look();
    assert.equal(metrics.status.state, 'failing');
    assert.doesNotMatch(metrics.status.message ?? '', /secret/);
    await metrics.dispose();
  });
});

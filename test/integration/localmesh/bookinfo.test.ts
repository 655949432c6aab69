/** The slice without an editor: Bookinfo as real processes behind sidecars, changed and broken while it runs. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Span } from '../../../src/shared/traces.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { MeshEvent } from '../../../src/shared/mesh-event.ts';
import type { TopologyEdge, TopologyGraph } from '../../../src/shared/topology.ts';
import { until } from '../until.ts';

const root = path.resolve(import.meta.dirname, '../../..');

describe('the Bookinfo mesh', () => {
  let folder = '';
  let engine: Engine;
  const events: MeshEvent[] = [];

  const graph = (): Promise<TopologyGraph> => engine.request('mesh/topology', { window: 10 });
  const toReviews = async (): Promise<Readonly<Record<string, TopologyEdge>>> => {
    const { nodes, edges } = await graph();
    const source = nodes.find(({ workload }) => workload === 'productpage-v1')?.id;
    return Object.fromEntries(
      edges
        .filter((edge) => edge.source === source && edge.host.startsWith('reviews.'))
        .map((edge) => [nodes.find(({ id }) => id === edge.target)?.version ?? '?', edge]),
    );
  };
  const save = async (name: string, change: (text: string) => string): Promise<void> => {
    const file = path.join(folder, name);
    await writeFile(file, change(await readFile(file, 'utf8')));
    await engine.fileChanged(pathToFileURL(file).href);
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'meshlens-bookinfo-'));
    await cp(path.join(root, 'samples/bookinfo'), folder, { recursive: true });
    engine = new Engine();
    engine.onNotification((method, payload) => {
      if (method === 'mesh/event') events.push(payload);
    });
    await engine.openFolder(folder);
    const status = await engine.request('mesh/local/start', {});
    assert.equal(status.phase, 'running', status.message);
  });

  after(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  test('every service is seen under load, mutually authenticated', async () => {
    const seen = await until('rates on every edge', async () => {
      const { nodes, edges } = await graph();
      return nodes.length >= 7 && edges.filter(({ traffic }) => traffic.requests > 0).length >= 4
        ? { nodes, edges }
        : undefined;
    });
    const inMesh = seen.edges.filter(({ host }) => !host.startsWith('ingress.'));
    for (const edge of inMesh.filter(({ traffic }) => traffic.requests > 0)) assert.equal(edge.mutualTls, 1, edge.id);
    assert.deepEqual(Object.keys(await toReviews()).sort(), ['v1']);
  });

  test('saved weights move the shares', async () => {
    await save('reviews-route.yaml', (text) => {
      let index = 0;
      return text.replace(/weight: \d+/g, () => `weight: ${[50, 50, 0][index++] ?? 0}`);
    });
    const edges = await until('half and half', async () => {
      const found = await toReviews();
      const share = found.v1?.share ?? 1;
      return share > 0.4 && share < 0.6 ? found : undefined;
    });
    assert.ok(Math.abs((edges.v2?.share ?? 0) - 0.5) < 0.1, `v2 has ${edges.v2?.share}`);
  });

  test('a header rule sends jason to v2 and nobody else changes', async () => {
    const send = async (user: string): Promise<string> => {
      const response = await engine.request('mesh/request', {
        from: 'productpage-v1',
        host: 'reviews',
        port: 9080,
        method: 'GET',
        path: '/reviews/0',
        headers: user ? { 'end-user': user } : {},
      });
      assert.equal(response.status, 200);
      return response.instance ?? '';
    };
    await save('reviews-route.yaml', (text) =>
      text.replace(
        /^( *)http:\n/m,
        (line, indent: string) =>
          `${line}${indent}  - match:\n${indent}      - headers: { end-user: { exact: jason } }\n${indent}    route:\n${indent}      - destination: { host: reviews, subset: v2 }\n`,
      ),
    );
    await until('jason goes to v2', async () => (await send('jason')).includes('reviews-v2') || undefined);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send('jason')));
    assert.deepEqual(new Set(answers.map((instance) => /reviews-v\d/.exec(instance)?.[0])), new Set(['reviews-v2']));
    const others = await Promise.all(Array.from({ length: 20 }, () => send('')));
    assert.deepEqual(
      new Set(others.map((instance) => /reviews-v\d/.exec(instance)?.[0])),
      new Set(['reviews-v1', 'reviews-v2']),
    );
  });

  test('a misspelt host is found, and the mesh runs on with the last good configuration', async () => {
    const good = await readFile(path.join(folder, 'reviews-route.yaml'), 'utf8');
    await save('reviews-route.yaml', (text) => text.replace(/host: reviews\b/, 'host: reviewz'));
    const status = await until('the rejection', async () => {
      const current = await engine.request('mesh/local/status', {});
      return current.config?.rejected ? current : undefined;
    });
    assert.match(status.config?.rejected?.message ?? '', /reviewz/);
    assert.match(status.config?.rejected?.source?.uri ?? '', /reviews-route\.yaml$/);
    assert.ok(events.some(({ kind }) => kind === 'config-rejected'));
    const { diagnostics } = await engine.request('mesh/analyze', {});
    const found = diagnostics.find(({ message }) => message.includes('reviewz'));
    assert.ok(found);
    assert.ok(found.fixes.some(({ title }) => title.includes('reviews')));
    const answer = await engine.request('mesh/request', {
      from: 'productpage-v1',
      host: 'reviews',
      port: 9080,
      method: 'GET',
      path: '/reviews/0',
      headers: {},
    });
    assert.equal(answer.status, 200);
    await save('reviews-route.yaml', () => good);
    await until('the good configuration', async () =>
      (await engine.request('mesh/local/status', {})).config?.rejected ? undefined : true,
    );
  });

  test('a killed instance is seen at once, traffic moves, and it comes back', async () => {
    const ratings = async () =>
      (await engine.request('mesh/local/status', {})).workloads.find(({ name }) => name === 'ratings-v1')?.instances ??
      [];
    const victim = (await ratings())[0];
    assert.ok(victim?.pid);
    const call = () =>
      engine.request('mesh/request', {
        from: 'reviews-v2',
        host: 'ratings',
        port: 9080,
        method: 'GET',
        path: '/ratings/0',
        headers: {},
      });
    process.kill(victim.pid, 'SIGKILL');
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await call()).status));
    assert.deepEqual(new Set(statuses), new Set([200]));
    await until('the event', () =>
      events.find(({ kind, instance }) => kind === 'instance-down' && instance === victim.id),
    );
    await until('recovery', async () => {
      const now = (await ratings()).find(({ id }) => id === victim.id);
      return now?.state === 'ready' && now.pid !== victim.pid ? now : undefined;
    });
    const traffic = await until('both instances answer', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, async () => (await call()).instance));
      return new Set(answers).size === 2 ? answers : undefined;
    });
    assert.equal(traffic.includes(victim.id), true);
  });

  test('a trace shows productpage, reviews and ratings with their instances', async () => {
    const rootsOf = (spans: readonly Span[]): readonly Span[] => {
      const ids = new Set(spans.map(({ spanId }) => spanId));
      return spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
    };
    // The spans of one trace come from several proxies, each with its next report.
    const trace = await until('a whole trace', async () => {
      const summaries = await engine.request('mesh/traces', { service: 'ratings' });
      const traces = await Promise.all(summaries.map(({ traceId }) => engine.request('mesh/trace', { traceId })));
      return (
        traces.find((each) => each?.services.includes('traffic') && rootsOf(each.allSpans).length === 1) ?? undefined
      );
    });
    const instances = trace.allSpans.map(({ instance }) => instance);
    for (const name of ['traffic', 'ingress', 'productpage-v1', 'reviews-v', 'ratings-v1']) {
      assert.ok(
        instances.some((instance) => instance.includes(name)),
        `${name} in ${instances.join(', ')}`,
      );
    }
  });
});

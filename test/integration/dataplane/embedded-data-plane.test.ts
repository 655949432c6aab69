/** The main thread's side: placement on workers, reports, and what a crash of a worker leaves behind. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { EmbeddedDataPlane } from '../../../src/engine/dataplane/embedded-data-plane.ts';
import type { DataPlaneReport } from '../../../src/engine/dataplane/report.ts';
import { entryPoint } from '../../../src/engine/entry-points.ts';
import {
  call,
  Cleanup,
  config,
  endpoint,
  eventually,
  identity,
  routes,
  rule,
  startApplication,
  upstream,
} from './mesh-kit.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Started {
  readonly plane: EmbeddedDataPlane;
  readonly threads: Worker[];
  readonly reports: DataPlaneReport[];
}

function start(workers: number): Started {
  const threads: Worker[] = [];
  const plane = new EmbeddedDataPlane({
    workers,
    startWorker: () => {
      const thread = new Worker(entryPoint('dataplane-worker'));
      threads.push(thread);
      return thread;
    },
  });
  cleanup.add(() => plane.close());
  const reports: DataPlaneReport[] = [];
  plane.onReport((report) => reports.push(report));
  return { plane, threads, reports };
}

const proxy = (instance: string, port: number) =>
  config({ identity: identity({ instance }), routes: routes([rule()], [upstream([endpoint('a', port)])]) });

const requestsOf = (reports: readonly DataPlaneReport[]): number =>
  reports.flatMap(({ requests }) => requests).reduce((sum, { count }) => sum + count, 0);

test('proxies spread over workers, and their reports come together', async () => {
  const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
  const { plane, threads, reports } = start(2);
  const instances = ['shop/a-0', 'shop/b-0', 'shop/c-0', 'shop/d-0'];
  const bound = await Promise.all(instances.map((instance) => plane.apply(proxy(instance, application.port))));
  assert.equal(threads.length, 2);
  assert.equal(new Set(bound.map(({ outbound }) => outbound['proxy'])).size, 4);
  for (const { outbound } of bound) assert.equal((await call(outbound['proxy'] ?? 0)).body, 'ok');
  await plane.flush();
  assert.equal(requestsOf(reports), 4);
  // Both workers had something to tell.
  assert.ok(reports.filter(({ requests }) => requests.length > 0).length >= 2);
  await plane.remove('shop/a-0', 0);
  await assert.rejects(call(bound[0]?.outbound['proxy'] ?? 0), /ECONNREFUSED/);
  assert.equal((await call(bound[1]?.outbound['proxy'] ?? 0)).body, 'ok');
});

test('reports come once a second by themselves, and endpoint events at once', async () => {
  const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
  const { plane, reports } = start(1);
  const { outbound } = await plane.apply(proxy('shop/a-0', application.port));
  await call(outbound['proxy'] ?? 0);
  await eventually(() => requestsOf(reports) === 1);
  await application.kill();
  await call(outbound['proxy'] ?? 0);
  await eventually(() => reports.some(({ endpoints }) => endpoints.some(({ type }) => type === 'connect-failed')));
  const event = reports.find(({ endpoints }) => endpoints.length > 0);
  assert.equal(event?.requests.length, 0);
});

test('a moment after new routes were applied, reports come early', async () => {
  const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
  const { plane, reports } = start(1);
  const wanted = proxy('shop/a-0', application.port);
  const { outbound } = await plane.apply(wanted);
  await plane.apply(wanted);
  await call(outbound['proxy'] ?? 0);
  await eventually(() => requestsOf(reports) === 1);
  assert.ok(
    reports.every(({ early }) => early === undefined),
    'nothing changed',
  );
  await plane.apply({ ...wanted, generation: 2 });
  await eventually(async () => {
    await call(outbound['proxy'] ?? 0);
    return reports.some(
      ({ early, requests }) => early === 'routes-changed' && requests.some(({ generation }) => generation === 2),
    );
  });
});

test('a report tells what is waited for, on all workers, until it is answered', async () => {
  const held: (() => void)[] = [];
  const application = await startApplication(cleanup, (_request, response) => {
    held.push(() => response.end('ok'));
  });
  const { plane, reports } = start(2);
  const bound = await Promise.all(
    ['shop/a-0', 'shop/b-0'].map((instance) => plane.apply(proxy(instance, application.port))),
  );
  const calls = bound.map(({ outbound }) => call(outbound['proxy'] ?? 0));
  await eventually(() => held.length === 2);
  await plane.flush();
  const waiting = reports.findLast((report) => report.waiting !== undefined)?.waiting;
  assert.deepEqual(
    waiting?.map(({ count, generation, labels }) => [count, generation, labels.reporter, labels.request_protocol]),
    [
      [1, 1, 'source', 'http'],
      [1, 1, 'source', 'http'],
    ],
  );
  for (const answer of held) answer();
  await Promise.all(calls);
  await plane.flush();
  assert.deepEqual(reports.findLast((report) => report.waiting !== undefined)?.waiting, []);
  assert.equal(requestsOf(reports), 2);
});

test('a crashed worker is started again with the last configs, on the same ports', async () => {
  const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
  const { plane, threads, reports } = start(1);
  const first = await plane.apply(proxy('shop/a-0', application.port));
  const second = await plane.apply(proxy('shop/b-0', application.port));
  for (let crash = 1; crash <= 3; crash++) {
    const pending = plane.flush();
    // What was asked of a worker that dies is refused, or was answered before.
    const outcome = pending.then(
      () => 'answered',
      (error: unknown) => String(error),
    );
    await threads.at(-1)?.terminate();
    assert.match(await outcome, /answered|worker crashed/);
    assert.equal((await call(first.outbound['proxy'] ?? 0).catch(() => undefined))?.body ?? 'down', 'down');
    // Asked while it is down: waits for the new worker.
    assert.deepEqual(await plane.apply(proxy('shop/a-0', application.port)), first);
    assert.equal((await call(first.outbound['proxy'] ?? 0)).body, 'ok');
    assert.equal((await call(second.outbound['proxy'] ?? 0)).body, 'ok');
    assert.equal(threads.length, crash + 1);
  }
  assert.equal(reports.flatMap(({ problems }) => problems ?? []).length, 3);
});

test('a config that is refused rejects with the reason', async () => {
  const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
  const { plane } = start(1);
  const taken = {
    ...proxy('shop/a-0', application.port),
    outbound: [{ name: 'proxy', type: 'proxy', port: application.port }],
  } as const;
  await assert.rejects(plane.apply(taken), /EADDRINUSE/);
  assert.equal(
    (await call((await plane.apply(proxy('shop/a-0', application.port))).outbound['proxy'] ?? 0)).body,
    'ok',
  );
});

test('close ends the threads, and what is asked afterwards is refused', async () => {
  const { plane, threads } = start(1);
  await plane.apply(proxy('shop/a-0', 1));
  const exited = new Promise((resolve) => threads[0]?.once('exit', resolve));
  await plane.close();
  await exited;
  await assert.rejects(plane.apply(proxy('shop/b-0', 1)), /closed/);
});

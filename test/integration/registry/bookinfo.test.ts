/** The sample's own programs, started by the supervisor from its file, without a data plane: a plain proxy stands in. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { load } from 'js-yaml';
import { readLocalMesh } from '../../../src/engine/discovery/registry/local-mesh-file.ts';
import type { ProcessWorkload } from '../../../src/engine/discovery/registry/local-mesh-spec.ts';
import { until } from '../until.ts';
import { SupervisedMesh } from './supervised-mesh.ts';

const sample = path.resolve(import.meta.dirname, '../../../samples/bookinfo');
const { mesh: spec } = readLocalMesh(load(readFileSync(path.join(sample, 'meshlens.yaml'), 'utf8')));
assert.ok(spec);
const processes = spec.workloads.filter((workload): workload is ProcessWorkload => workload.kind === 'process');

/** Far more than any of them needs to end by itself. */
const graceMs = 15_000;

let mesh: SupervisedMesh;
let reviewsVersion = 'v1';
const calls: { readonly host: string; readonly headers: http.IncomingHttpHeaders }[] = [];

/** Forwards requests in absolute form to an instance of the service they name. */
const proxy = http.createServer((request, response) => {
  const target = new URL(request.url ?? '/', 'http://nobody');
  const service = target.hostname === 'ingress' ? 'productpage' : target.hostname;
  calls.push({ host: target.hostname, headers: request.headers });
  const instance = mesh.supervisor
    .instances()
    .find(
      ({ workload, state }) =>
        workload.service === service &&
        state === 'ready' &&
        (service !== 'reviews' || workload.version === reviewsVersion),
    );
  if (!instance) {
    response.writeHead(503);
    response.end();
    return;
  }
  const options = { host: '127.0.0.1', port: instance.ports.http, path: target.pathname + target.search };
  const outgoing = http.request({ ...options, method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  request.pipe(outgoing);
});

const page = async (
  headers: Readonly<Record<string, string>> = {},
): Promise<{ text: string; version: string | null }> => {
  const { ports } = mesh.status('productpage-v1-0');
  const response = await fetch(`http://127.0.0.1:${ports.http ?? 0}/productpage`, { headers });
  assert.equal(response.status, 200);
  return { text: await response.text(), version: response.headers.get('x-reviews-version') };
};

describe('bookinfo', () => {
  before(async () => {
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    mesh = new SupervisedMesh({
      namespace: spec.namespace,
      directory: sample,
      timing: { graceMs },
      environmentOf: () => Promise.resolve({ HTTP_PROXY: url, http_proxy: url }),
    });
    const start = performance.now();
    await mesh.run(processes);
    await mesh.supervisor.whenSettled(AbortSignal.timeout(30_000));
    console.log(`# everything ready after ${(performance.now() - start).toFixed(0)} ms`);
  });
  after(async () => {
    await mesh.close();
    proxy.close();
    proxy.closeAllConnections();
  });

  test('every process is ready', () => {
    const states = mesh.supervisor.instances().map(({ name, state }) => `${name} ${state}`);
    assert.equal(states.length, 8);
    assert.deepEqual(
      states.filter((state) => !state.endsWith(' ready')),
      [],
      mesh.lines.map(({ text }) => text).join('\n'),
    );
  });

  test('reviews v1 shows no stars, v2 black ones, v3 red ones', async () => {
    reviewsVersion = 'v1';
    const first = await page();
    assert.equal(first.version, 'v1');
    assert.match(first.text, /The Comedy of Errors/);
    assert.match(first.text, /Served by reviews v1 \(reviews-v1-0\)/);
    assert.doesNotMatch(first.text, /★/);
    reviewsVersion = 'v2';
    assert.match((await page()).text, /class="stars black" aria-label="5 of 5 stars"/);
    reviewsVersion = 'v3';
    assert.match((await page()).text, /class="stars red" aria-label="4 of 5 stars"/);
  });

  test('what belongs to a trace and to a user travels to the last service', async () => {
    reviewsVersion = 'v2';
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const sent = { traceparent, tracestate: 'a=b', b3: '1-2-1', 'x-request-id': 'r-1', 'end-user': 'jason' };
    calls.length = 0;
    await page({ ...sent, 'x-other': 'stays' });
    const hosts = ['details', 'ratings', 'reviews'];
    const own = calls.filter(({ headers }) => headers['x-request-id'] === 'r-1');
    assert.deepEqual(own.map(({ host }) => host).sort(), hosts);
    for (const { headers } of own) {
      for (const [name, value] of Object.entries(sent)) assert.equal(headers[name], value);
      assert.equal(headers['x-other'], undefined);
    }
  });

  test('signing in makes the visitor jason', async () => {
    const { ports } = mesh.status('productpage-v1-0');
    const login = `http://127.0.0.1:${ports.http ?? 0}/login?user=jason`;
    const response = await fetch(login, { redirect: 'manual' });
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    assert.equal(response.status, 302);
    assert.match((await page({ cookie })).text, /Signed in as <b>jason<\/b>/);
    assert.doesNotMatch((await page({ 'end-user': '<script>' })).text, /<script>/);
  });

  test('without ratings there are reviews, without reviews there is a page', async () => {
    await mesh.supervisor.stop('ratings');
    reviewsVersion = 'v2';
    assert.match((await page()).text, /Ratings are not available right now/);
    reviewsVersion = 'v9';
    assert.match((await page()).text, /The reviews of this book are not available right now/);
    mesh.supervisor.start('ratings');
    await mesh.inState('ratings-v1-0', 'ready');
  });

  test('the traffic keeps its rate, tells who jason is, and says how it goes', async () => {
    reviewsVersion = 'v1';
    const start = calls.length;
    const line = await until('its report', () =>
      mesh.lines.findLast(({ workload, text }) => workload === 'traffic' && text.includes('pages/s')),
    );
    assert.match(line.text, /^[\d.]+ pages\/s/);
    const visits = await until('a hundred visits', () => {
      const found = calls.slice(start).filter(({ host }) => host === 'ingress');
      return found.length >= 100 && found;
    });
    const jason = visits.filter(({ headers }) => headers['end-user'] === 'jason').length;
    assert.ok(Math.abs(jason / visits.length - 0.25) < 0.03, `${jason} of ${visits.length}`);
  });

  test('every process ends when asked, before it would be killed', async () => {
    const start = performance.now();
    await mesh.supervisor.stopAll();
    const ended = performance.now() - start;
    console.log(`# everything stopped after ${ended.toFixed(0)} ms`);
    assert.ok(mesh.supervisor.instances().every(({ state }) => state === 'stopped'));
    assert.ok(ended < graceMs, `${ended.toFixed(0)} ms`);
  });
});

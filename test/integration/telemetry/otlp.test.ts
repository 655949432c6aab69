import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { OtlpExporter } from '../../../src/engine/telemetry/otlp-exporter.ts';
import { startOtlpReceiver } from '../../../src/engine/telemetry/otlp-receiver.ts';
import type { Span } from '../../../src/shared/traces.ts';
import { until } from '../until.ts';

const traceId = '5b8efff798038103d269b633813fc60c';
const json = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'reviews' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId,
              spanId: 'eee19b7ec3c1b174',
              name: 'work',
              startTimeUnixNano: '1000000000',
              endTimeUnixNano: '2000000000',
            },
            { traceId: 'none', spanId: 'none', name: 'lost' },
          ],
        },
      ],
    },
  ],
});
/** The same first span in protobuf: resource_spans(1) { scope_spans(2) { spans(2) { trace_id, span_id, start_time } } }. */
const protobuf = Buffer.from(
  '0a29' + '1227' + '1225' + `0a10${traceId}` + '1208eee19b7ec3c1b174' + '3900ca9a3b00000000',
  'hex',
);

type Post = (path: string, options: RequestInit) => Promise<Response>;

async function withReceiver(use: (post: Post, received: Span[], url: string) => Promise<void>): Promise<void> {
  const received: Span[] = [];
  const receiver = await startOtlpReceiver({ port: 0, onSpans: (spans) => received.push(...spans) });
  try {
    await use(
      (path, options) => fetch(`${receiver.url}${path}`, { method: 'POST', ...options }),
      received,
      receiver.url,
    );
  } finally {
    await receiver.close();
  }
}

test('JSON spans are taken; those without ids are reported as rejected', async () => {
  await withReceiver(async (post, received) => {
    const response = await post('/v1/traces', {
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: json,
    });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), {
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: 'Spans without a valid trace id, span id and start time were left out.',
      },
    });
    assert.deepEqual(
      received.map(({ name, start, duration, service }) => [name, start, duration, service]),
      [['work', 1000, 1000, 'reviews']],
    );
  });
});

test('protobuf spans are taken, plain and gzip', async () => {
  await withReceiver(async (post, received) => {
    const headers = { 'content-type': 'application/x-protobuf' };
    const plain = await post('/v1/traces', { headers, body: protobuf });
    assert.deepEqual([plain.status, plain.headers.get('content-type')], [200, 'application/x-protobuf']);
    // An empty ExportTraceServiceResponse has no bytes.
    assert.equal((await plain.arrayBuffer()).byteLength, 0);
    const packed = await post('/v1/traces', {
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: gzipSync(protobuf),
    });
    assert.equal(packed.status, 200);
    assert.deepEqual(
      received.map((span) => [span.traceId, span.start]),
      [
        [traceId, 1000],
        [traceId, 1000],
      ],
    );
  });
});

test('what cannot be taken is refused with the status the specification asks for', async () => {
  await withReceiver(async (post, received, url) => {
    const type = { 'content-type': 'application/json' };
    const status = async (path: string, options: RequestInit): Promise<number> => {
      const response = await post(path, options);
      await response.arrayBuffer();
      return response.status;
    };
    assert.equal(await status('/v1/traces', { headers: type, body: '{"resourceSpans":' }), 400);
    assert.equal(
      await status('/v1/traces', { headers: { 'content-type': 'application/x-protobuf' }, body: '\u000b' }),
      400,
    );
    assert.equal(await status('/v1/traces', { headers: { 'content-type': 'text/plain' }, body: json }), 415);
    assert.equal(await status('/v1/traces', { headers: { ...type, 'content-encoding': 'br' }, body: json }), 415);
    assert.equal(await status('/v1/traces', { headers: { ...type, 'content-encoding': 'gzip' }, body: json }), 400);
    assert.equal(await status('/v1/metrics', { headers: type, body: '{}' }), 404);
    assert.equal((await fetch(`${url}/v1/traces`)).status, 405);
    assert.equal(await status('/v1/traces', { headers: type, body: 'x'.repeat(4 * 1024 * 1024 + 1) }), 413);
    // A bomb: 20 MiB of spaces in 20 KiB.
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, ' '));
    assert.equal(await status('/v1/traces', { headers: { ...type, 'content-encoding': 'gzip' }, body: bomb }), 413);
    assert.deepEqual(received, []);
  });
});

const span: Span = {
  traceId,
  spanId: 'eee19b7ec3c1b174',
  kind: 'client',
  name: 'GET /',
  start: 1_700_000_000_000.5,
  duration: 2.25,
  service: 'reviews',
  namespace: 'bookinfo',
  workload: 'reviews-v1',
  version: 'v1',
  instance: 'bookinfo/reviews-v1-0',
  status: 'ok',
  attributes: { 'http.status_code': 200, response_flags: '-' },
  events: [],
  origin: 'sidecar',
};

test('what is exported can be received', async () => {
  await withReceiver(async (_post, received, url) => {
    const exporter = new OtlpExporter({ endpoint: url, delayMs: 1 });
    exporter.add([span]);
    await until('the span', () => received.length === 1);
    await exporter.close();
    const [{ attributes, ...read } = span] = received;
    const { attributes: sent, ...expected } = span;
    assert.deepEqual(read, { ...expected, origin: 'application' });
    assert.deepEqual({ ...attributes }, sent);
    assert.deepEqual(exporter.statistics, { exported: 1, dropped: 0, waiting: 0 });
  });
});

/** An endpoint that answers with the given statuses in turn, the last one for ever. */
async function withEndpoint(
  statuses: readonly number[],
  use: (url: string, requests: () => number) => Promise<void>,
): Promise<void> {
  let requests = 0;
  const server: Server = createServer((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => {
      response.writeHead(statuses[Math.min(requests++, statuses.length - 1)] ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    await use(`http://127.0.0.1:${address.port}`, () => requests);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('an endpoint that is busy gets the spans again; failing and working again are each told once', async () => {
  await withEndpoint([503, 429, 200], async (endpoint, requests) => {
    const states: boolean[] = [];
    const exporter = new OtlpExporter({ endpoint, delayMs: 1, backoffMs: 1, onState: ({ ok }) => states.push(ok) });
    exporter.add([span]);
    await exporter.flush();
    assert.equal(requests(), 3);
    assert.deepEqual(exporter.statistics, { exported: 1, dropped: 0, waiting: 0 });
    assert.deepEqual(states, [false, true]);
    await exporter.close();
  });
});

test('an endpoint that refuses is not asked again', async () => {
  await withEndpoint([400], async (endpoint, requests) => {
    const exporter = new OtlpExporter({ endpoint, delayMs: 1, backoffMs: 1 });
    exporter.add([span, span]);
    await exporter.flush();
    assert.equal(requests(), 1);
    assert.deepEqual(exporter.statistics, { exported: 0, dropped: 2, waiting: 0 });
    await exporter.close();
  });
});

test('the queue is bounded: what does not fit is dropped and counted', () => {
  const exporter = new OtlpExporter({ endpoint: 'http://127.0.0.1:9', queueLimit: 3, delayMs: 60_000 });
  exporter.add([span, span]);
  exporter.add([span, span, span]);
  assert.deepEqual(exporter.statistics, { exported: 0, dropped: 2, waiting: 3 });
});

test('an endpoint must be an http URL without credentials', () => {
  assert.throws(() => new OtlpExporter({ endpoint: 'file:///etc/passwd' }), TypeError);
  assert.throws(() => new OtlpExporter({ endpoint: 'http://user:secret@localhost:4318' }), TypeError);
});

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { test } from 'node:test';
import { startMetricsEndpoint } from '../../../src/engine/telemetry/metrics-endpoint.ts';
import { MetricsStore } from '../../../src/engine/telemetry/metrics-store.ts';
import { exposition } from '../../../src/engine/telemetry/prometheus-text.ts';
import { report, requestDelta, tcpDelta } from '../../unit/telemetry/sample-reports.ts';

function filledStore(): MetricsStore {
  const store = new MetricsStore({ now: () => 1_000_000 });
  store.ingest(
    report(
      1000,
      [
        requestDelta({}, [1, 3, 300]),
        requestDelta({ response_code: '503', response_flags: 'UH', destination_workload: 'unknown' }, [0.2]),
        requestDelta({ destination_service: 'quote"back\\slash\nfeed' }, [2]),
      ],
      [tcpDelta({}, { opened: 1, closed: 0, sentBytes: 10, receivedBytes: 20 })],
    ),
  );
  return store;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `fetch` sets Host itself, so this asks by hand. */
function ask(url: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent: false, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body });
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

test('metrics are served in the format that is asked for', async () => {
  const endpoint = await startMetricsEndpoint({ store: filledStore(), port: 0, version: '0.1.0' });
  try {
    assert.match(endpoint.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const text = await ask(`${endpoint.url}/metrics`);
    assert.deepEqual([text.status, text.type], [200, 'text/plain; version=0.0.4; charset=utf-8']);
    assert.match(text.body, /^istio_requests_total\{.*response_flags="UH".*\} 1$/m);
    const open = await ask(`${endpoint.url}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
    assert.equal(open.type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.ok(open.body.endsWith('# EOF\n'));
    const head = await ask(`${endpoint.url}/metrics`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.body], [200, '']);
  } finally {
    await endpoint.close();
  }
});

test('other paths, methods and hosts are refused', async () => {
  const endpoint = await startMetricsEndpoint({ store: filledStore(), port: 0 });
  try {
    assert.equal((await ask(`${endpoint.url}/`)).status, 404);
    assert.equal((await ask(`${endpoint.url}/metrics`, { method: 'POST' })).status, 405);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '10.0.0.1']) {
      const refused = await ask(`${endpoint.url}/metrics`, { headers: { host } });
      assert.equal(refused.status, 421, host);
      assert.ok(!refused.body.includes('istio_'));
    }
    assert.equal((await ask(`${endpoint.url}/metrics`, { headers: { host: 'localhost:1' } })).status, 200);
  } finally {
    await endpoint.close();
  }
});

test('a taken port is an error, not a crash', async () => {
  const first = await startMetricsEndpoint({ store: filledStore(), port: 0 });
  try {
    const port = Number(new URL(first.url).port);
    await assert.rejects(startMetricsEndpoint({ store: filledStore(), port }), { code: 'EADDRINUSE' });
  } finally {
    await first.close();
  }
});

const promtool = spawnSync('promtool', ['--version']);
test(
  'promtool reads what we expose',
  { skip: promtool.status === 0 ? false : 'promtool is not installed' },
  async () => {
    const check = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [check.stdout, check.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => check.on('close', resolve));
    check.stdin.end(exposition(filledStore()));
    const code = await ended;
    // 1: cannot be parsed. 3: parsed, but lint has wishes: it would have seconds where Istio counts milliseconds.
    assert.ok(code === 0 || code === 3, output);
    const wishes = output
      .split('\n')
      .filter((line) => line !== '' && !/istio_request_duration_milliseconds use base unit "seconds"/.test(line));
    assert.deepEqual(wishes, []);
  },
);

/** Answers, streams, limits and times of the transport. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { IncomingMessage } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import type { KubeRequest, KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { until } from '../until.ts';
import { canary, failureOf, fails } from './access-failures.ts';
import { transportOf } from './access-context.ts';
import { secureServer, trusting, type Handler } from './secure-server.ts';

const ask: KubeRequest = { path: '/api' };
const textOf = async (transport: KubeTransport, request: KubeRequest = ask): Promise<string> =>
  (await transport.request(request)).body.toString();

test('ten calls in turn take one connection and one handshake', async (t) => {
  const server = await secureServer(t, (_, response) => response.end('{}'));
  const transport = await transportOf(t, trusting(server), { token: canary });
  for (let call = 0; call < 10; call += 1) assert.equal((await transport.request(ask)).status, 200);
  assert.deepEqual([server.connections(), server.handshakes()], [1, 1]);
});

test('a request carries what was said: method, path, query, headers, body, credentials, impersonation', async (t) => {
  const seen: unknown[] = [];
  const server = await secureServer(t, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push(request.method, request.url, request.headersDistinct, body);
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"ok":true}');
    });
  });
  const cluster = { ...trusting(server), server: `${server.url}/k8s/clusters/c-1/` };
  const transport = await transportOf(t, cluster, {
    token: canary,
    as: 'ana',
    'as-uid': '7',
    'as-groups': ['one', 'two'],
    'as-user-extra': { 'example.org/scopes': ['a', 'b'] },
  });
  const answer = await transport.request({
    method: 'PATCH',
    path: '/api/v1/namespaces/shop',
    query: { dryRun: 'All', force: true, limit: 5, none: undefined },
    headers: { 'Content-Type': 'application/apply-patch+yaml' },
    body: '{"a":1}',
  });
  assert.deepEqual(
    [answer.status, answer.headers['content-type'], answer.body.toString()],
    [201, 'application/json', '{"ok":true}'],
  );
  const headers = seen[2] as Record<string, readonly string[]>;
  assert.deepEqual(
    [seen[0], seen[1], seen[3]],
    ['PATCH', '/k8s/clusters/c-1/api/v1/namespaces/shop?dryRun=All&force=true&limit=5', '{"a":1}'],
  );
  const expected: Record<string, readonly string[]> = {
    host: [`127.0.0.1:${server.port}`],
    authorization: [`Bearer ${canary}`],
    'content-type': ['application/apply-patch+yaml'],
    'content-length': ['7'],
    'impersonate-user': ['ana'],
    'impersonate-uid': ['7'],
    'impersonate-group': ['one', 'two'],
    'impersonate-extra-example.org%2fscopes': ['a', 'b'],
  };
  for (const [name, values] of Object.entries(expected)) assert.deepEqual(headers[name], values, name);
});

for (const method of ['DELETE', 'PATCH', 'POST', 'PUT'] as const) {
  test(`the body of a ${method} arrives whole, and nothing of it is taken for the next request`, async (t) => {
    const seen: string[] = [];
    const server = await secureServer(t, (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push(`${request.method ?? ''} ${body}`);
        response.end('{}');
      });
    });
    const transport = await transportOf(t, trusting(server));
    const body = '{"dryRun":["All"],"note":"ü"}';
    assert.equal((await transport.request({ method, path: '/api', body })).status, 200);
    assert.equal((await transport.request({ path: '/api' })).status, 200);
    assert.deepEqual(seen, [`${method} ${body}`, 'GET ']);
    assert.equal(server.connections(), 1);
  });
}

test('answers of 400 and more are answers', async (t) => {
  const server = await secureServer(t, (_, response) => response.writeHead(409).end('conflict'));
  const transport = await transportOf(t, trusting(server));
  const answer = await transport.request(ask);
  assert.deepEqual([answer.status, answer.body.toString()], [409, 'conflict']);
});

const encoded: Readonly<Record<string, (text: string) => Buffer>> = {
  gzip: (text) => gzipSync(text),
  deflate: (text) => deflateSync(text),
  identity: (text) => Buffer.from(text),
};
for (const [encoding, encode] of Object.entries(encoded)) {
  test(`bodies are decoded: ${encoding}`, async (t) => {
    const text = 'a list of pods '.repeat(20_000);
    const server = await secureServer(t, (_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(encode(text)),
    );
    const transport = await transportOf(t, trusting(server));
    assert.equal(await textOf(transport), text);
    assert.equal(await textOf(transport), text);
    assert.equal(server.connections(), 1, 'the connection is used again');
  });
}

test('what is compressed badly, cut or unknown is told apart from a lost connection', async (t) => {
  const whole = gzipSync('x'.repeat(100_000));
  const answers: Record<string, Handler> = {
    '/cut': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(whole.subarray(0, 60)),
    '/garbage': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(`no gzip ${canary}`),
    '/unknown': (_, response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end(canary),
    '/broken': (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write(canary, () => response.destroy());
    },
  };
  const server = await secureServer(t, (request, response) => answers[request.url ?? '']?.(request, response));
  const transport = await transportOf(t, trusting(server));
  await fails(transport.request({ path: '/cut' }), 'protocol', /compressed data that cannot be read/);
  await fails(transport.request({ path: '/garbage' }), 'protocol', /compressed data/);
  await fails(transport.request({ path: '/unknown' }), 'protocol', /encoding that was not asked for/);
  await fails(transport.request({ path: '/broken' }), 'unreachable', /in the middle of its answer/);
  await until('every connection to be let go', () => server.open() === 0);
});

test('a body is read up to its limit, counted after decompression', async (t) => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
  const server = await secureServer(t, (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  const transport = await transportOf(t, trusting(server));
  const before = process.memoryUsage().arrayBuffers;
  await fails(transport.request({ ...ask, maxBytes: 100_000 }), 'too-large', /more than 98 KiB/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 10 * 1024 * 1024);
});

test('an answer that does not come in time is a timeout; so is one that never ends', async (t) => {
  const server = await secureServer(t, (request, response) => {
    if (request.url === '/half') response.write('half');
  });
  const transport = await transportOf(t, trusting(server));
  await fails(transport.request({ ...ask, timeoutMs: 60 }), 'timeout', /did not answer within 0\.1 s/);
  await fails(transport.request({ path: '/half', timeoutMs: 60 }), 'timeout', /did not answer within/);
  await fails(transport.stream({ ...ask, timeoutMs: 60 }), 'timeout', /did not answer within/);
  await until('the connections to be let go', () => server.open() === 0);
});

test('a stream has time without end once its head is there, and ends with what its owner does', async (t) => {
  const server = await secureServer(t, (request, response) => {
    response.writeHead(200).flushHeaders();
    if (request.url === '/quick') response.end();
    else setTimeout(() => response.write('late'), 1100);
    if (request.url === '/ends') setTimeout(() => response.end(), 1110);
  });
  const transport = await transportOf(t, trusting(server));
  // The handshake is not what is timed here.
  await transport.request({ path: '/quick' });
  const stream = await transport.stream({ path: '/ends', timeoutMs: 1000 });
  const chunks: string[] = [];
  for await (const chunk of stream.body) chunks.push(String(chunk));
  assert.deepEqual([stream.status, chunks], [200, ['late']]);

  const caller = new AbortController();
  const aborted = await transport.stream({ ...ask, signal: caller.signal });
  const end = failureOf(once(aborted.body, 'end').then(() => undefined));
  await once(aborted.body, 'readable');
  caller.abort();
  assert.equal((await end).reason, 'aborted');

  const destroyed = await transport.stream(ask);
  destroyed.body.destroy();
  await until('its connection to be let go', () => server.open() <= 1);
});

test('a reader that waits holds the sender, not the memory', async (t) => {
  let written = 0;
  const chunk = Buffer.alloc(64 * 1024);
  const server = await secureServer(t, (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (response.write(chunk)) written += chunk.length;
      written += chunk.length;
      response.once('drain', more);
    };
    more();
  });
  const transport = await transportOf(t, trusting(server));
  const { body } = await transport.stream(ask);
  let before = -1;
  await until('the sender to wait', async () => {
    const isStill = before === written;
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return isStill && written > 0;
  });
  // What is under way is in the buffers of TCP, here and there.
  assert.ok(written < 20 * 1024 * 1024, `${written} bytes were taken`);
  body.destroy();
});

test('a caller who gives up is told so, before, while and after it is asked', async (t) => {
  const server = await secureServer(t, () => undefined);
  const transport = await transportOf(t, trusting(server));
  await fails(transport.request({ ...ask, signal: AbortSignal.abort() }), 'aborted', /Not wanted/);
  const caller = new AbortController();
  const asked = transport.request({ ...ask, signal: caller.signal });
  await until('it to arrive', () => server.open() === 1);
  caller.abort();
  await fails(asked, 'aborted', /Not wanted/);
});

test('the end of a transport ends all that runs, and every later call', async (t) => {
  const server = await secureServer(t, (request, response) => {
    if (request.url === '/watch') response.writeHead(200).write('x');
    if (request.url === '/quick') response.end('x');
  });
  const transport = await transportOf(t, trusting(server));
  await transport.request({ path: '/quick' });
  const { body } = await transport.stream({ path: '/watch' });
  const watched = failureOf(once(body, 'end'));
  body.resume();
  const asked = failureOf(transport.request(ask));
  await until('both to be there', () => server.open() === 2);
  transport.dispose();
  assert.deepEqual([(await asked).reason, (await watched).reason], ['aborted', 'aborted']);
  await fails(transport.request(ask), 'aborted', /was ended/);
  await fails(transport.webSocket('/x'), 'aborted', /was ended/);
  await until('every connection to be closed', () => server.open() === 0);
});

test('too many requests: the time that the server asks for is waited, in the caller’s time', async (t) => {
  const times: number[] = [];
  const server = await secureServer(t, (request, response) => {
    times.push(performance.now());
    if (request.url === '/long') response.writeHead(429, { 'retry-after': '30' }).end('wait');
    else if (request.url === '/date') response.writeHead(429, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }).end();
    else if (times.length === 1) response.writeHead(429, { 'retry-after': '1' }).end('wait');
    else response.end('done');
  });
  const transport = await transportOf(t, trusting(server));
  const answer = await transport.request({ ...ask, method: 'POST', body: '{}' });
  assert.equal(answer.body.toString(), 'done');
  assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 995);
  assert.equal(server.connections(), 1);
  // No time is left to wait: the answer stands.
  assert.equal((await transport.request({ path: '/long', timeoutMs: 5000 })).status, 429);
  const before = times.length;
  assert.equal((await transport.request({ path: '/date' })).status, 429);
  assert.equal(times.length - before, 11, 'and nobody is asked for ever');
});

test('a server that is starting is asked again, when nothing is changed by that', async (t) => {
  let calls = 0;
  const server = await secureServer(t, (_, response) => {
    calls += 1;
    if (calls === 2) response.end('up');
    else response.writeHead(503, { 'retry-after': '0' }).end();
  });
  const transport = await transportOf(t, trusting(server));
  assert.equal(await textOf(transport), 'up');
  assert.equal((await transport.request({ ...ask, method: 'DELETE' })).status, 503);
});

test('a kept connection that was closed is no failure for who reads, but for who writes', async (t) => {
  const sockets = new Set<unknown>();
  let arrived = 0;
  const server = await secureServer(t, (request, response) => {
    arrived += 1;
    // Every connection dies of its second request.
    if (sockets.has(request.socket)) request.socket.destroy();
    else response.end('fine');
    sockets.add(request.socket);
  });
  const transport = await transportOf(t, trusting(server));
  assert.equal(await textOf(transport), 'fine');
  assert.equal(await textOf(transport), 'fine');
  assert.equal(arrived, 3);
  await fails(transport.request({ ...ask, method: 'POST', body: canary }), 'unreachable', /was reset/);
  assert.equal(arrived, 4);
  // A new connection that breaks is told, not tried for ever.
  server.server.removeAllListeners('request');
  server.server.on('request', (request: IncomingMessage) => request.socket.destroy());
  await fails(transport.request(ask), 'unreachable', /Check that the cluster runs/);
});

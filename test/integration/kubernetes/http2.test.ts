/** API servers that speak HTTP/2: one connection for all calls, and what becomes of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { createServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { FakeApiServer } from '../../kubernetes/fake-api-server.ts';
import { Http2Front } from '../../kubernetes/http2-front.ts';
import { equalToServer, startRig, synced } from '../../kubernetes/reflector-rig.ts';
import { until } from '../until.ts';
import { base64, transportOf } from './access-context.ts';
import { canary, fails } from './access-failures.ts';
import { startAccessServer } from './access-server.ts';
import { authority, certificate, type Handler } from './secure-server.ts';

interface Rig {
  readonly front: Http2Front;
  readonly transport: KubeTransport;
}

async function frontOf(t: TestContext, port: number, maxStreams?: number): Promise<Rig> {
  const front = new Http2Front({ port, tls: certificate, ...(maxStreams !== undefined && { maxStreams }) });
  await front.start();
  t.after(() => front.stop());
  const cluster = { server: front.url, 'certificate-authority-data': base64(authority.pem) };
  return { front, transport: await transportOf(t, cluster, { token: canary }) };
}

async function rigOf(t: TestContext, handle: Handler, maxStreams?: number): Promise<Rig> {
  const server = await startAccessServer(handle);
  t.after(() => server.close());
  return frontOf(t, server.port, maxStreams);
}

/** Answers `/stream` with a head and a line, and goes on for ever. */
const streams: Handler = (request, response) => {
  if (request.url !== '/stream') response.end('{}');
  else response.writeHead(200).write('line\n');
};

async function openStream(transport: KubeTransport): Promise<{ text: string; readonly over: Promise<string> }> {
  const { body } = await transport.stream({ path: '/stream' });
  const seen = {
    text: '',
    over: new Promise<string>(
      (resolve) => void body.on('error', (error) => resolve(error.message)).on('end', () => resolve('ended')),
    ),
  };
  body.on('data', (chunk: Buffer) => (seen.text += chunk.toString()));
  await until('the first line', () => seen.text !== '');
  return seen;
}

const countOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));

describe('over HTTP/2', () => {
  test('calls and streams at once share a connection', async (t) => {
    const { front, transport } = await rigOf(t, streams);
    const opened = await Promise.all(Array.from({ length: 40 }, () => openStream(transport)));
    const answers = await Promise.all(Array.from({ length: 40 }, () => transport.request({ path: '/api' })));
    assert.ok(answers.every(({ status, body }) => status === 200 && body.toString() === '{}'));
    assert.equal(opened.length, 40);
    assert.equal(front.connections, 1);
  });

  test('a second connection carries what the server does not allow on the first', async (t) => {
    const { front, transport } = await rigOf(t, streams, 10);
    for (let stream = 0; stream < 25; stream++) await openStream(transport);
    assert.equal((await transport.request({ path: '/api' })).status, 200);
    assert.equal(front.connections, 3);
  });

  test('calls that begin at once take no more places than the server has', async (t) => {
    const { front, transport } = await rigOf(t, streams, 10);
    await openStream(transport);
    assert.equal(front.connections, 1);
    await Promise.all(Array.from({ length: 24 }, () => openStream(transport)));
    assert.equal(front.connections, 3);
  });

  test('streams that end make room for others, and those given up before they began take none', async (t) => {
    const { front, transport } = await rigOf(t, streams, 10);
    for (let round = 0; round < 5; round++) {
      const giveUp = new AbortController();
      const opened = Array.from({ length: 20 }, () => transport.stream({ path: '/stream', signal: giveUp.signal }));
      const unwanted = new AbortController();
      const late = Array.from({ length: 20 }, () => transport.stream({ path: '/stream', signal: unwanted.signal }));
      unwanted.abort();
      await Promise.all(late.map((stream) => fails(stream, 'aborted', /Not wanted/)));
      await Promise.all(opened.map(async (stream) => (await stream).body.on('error', () => undefined).resume()));
      giveUp.abort();
      await until('the server to have none', () => front.streams === 0);
    }
    assert.equal((await transport.request({ path: '/api' })).status, 200);
    assert.ok(front.connections <= 4, `${front.connections} connections`);
  });

  test('answers that come with their heads, and are over before anybody looks, are read', async (t) => {
    const { transport } = await rigOf(t, (request, response) => {
      if (request.url === '/stream') streams(request, response);
      else response.writeHead(503).end(request.url === '/short' ? 'no' : '');
    });
    const { body, gather } = await transport.stream({ path: '/stream' });
    body.on('error', () => undefined).resume();
    assert.equal(gather(), true);
    for (let round = 0; round < 10; round++) {
      const paths = ['/short', '/empty', '/short', '/empty'];
      const answers = await Promise.all(
        paths.map(async (path) => text((await transport.stream({ path, timeoutMs: 5000 })).body)),
      );
      assert.deepEqual(answers, ['no', '', 'no', '']);
    }
  });

  test('what many follow gathers for a moment, and nobody who asks for something waits for that', async (t) => {
    let tell: (line: string) => void = () => undefined;
    const { transport } = await rigOf(t, (request, response) => {
      if (request.url !== '/stream') {
        response.end('{}');
        return;
      }
      response.writeHead(200).write('line\n');
      tell = (line) => void response.write(line);
    });
    const { body, gather } = await transport.stream({ path: '/stream' });
    let pieces = 0;
    let seen = '';
    body
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        pieces++;
      });
    await until('the first line', () => seen !== '');
    gather();
    const wanted = Array.from({ length: 300 }, (_, at) => `line ${at}\n`);
    const turns = { seen: 0, last: seen };
    for (const line of wanted) {
      tell(line);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (seen !== turns.last) turns.seen++;
      turns.last = seen;
    }
    await until('all of them', () => seen === `line\n${wanted.join('')}`);
    assert.ok(turns.seen < wanted.length / 5, `${turns.seen} times for ${wanted.length} lines in ${pieces} pieces`);
    const started = performance.now();
    for (let asked = 0; asked < 20; asked++) await transport.request({ path: '/api' });
    assert.ok(performance.now() - started < 20 * 30, 'answers are read as they come');
  });

  test('a server that shakes hands and says no more is told of as one that does not answer', async (t) => {
    const mute = createServer({ ...certificate, ALPNProtocols: ['h2'] }, (socket) => {
      socket.on('error', () => undefined).resume();
    });
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    t.after(() => mute.close());
    const { port } = mute.address() as AddressInfo;
    const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': base64(authority.pem) };
    const transport = await transportOf(t, cluster, {}, { connectTimeoutMs: 200 });
    await fails(transport.request({ path: '/api' }), 'unreachable', /did not answer within/);
    await until('nothing to be left of it', () => countOf(mute).then((open) => open === 0));
  });

  test('method, path, query, headers and body arrive, and what is zipped is read', async (t) => {
    let seen: unknown;
    const echo = (request: IncomingMessage, response: ServerResponse): void => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen = { method, url, authorization: headers.authorization, length: headers['content-length'], body };
        response.writeHead(201, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000)));
      });
    };
    const { transport } = await rigOf(t, echo);
    const body = '{"dryRun":["All"],"note":"ü"}';
    const answer = await transport.request({ method: 'DELETE', path: '/api/v1/x', query: { a: 'b c' }, body });
    assert.deepEqual(seen, {
      method: 'DELETE',
      url: '/api/v1/x?a=b+c',
      authorization: `Bearer ${canary}`,
      length: String(Buffer.byteLength(body)),
      body,
    });
    assert.deepEqual([answer.status, answer.body.length], [201, 100_000]);
    await fails(transport.request({ path: '/', maxBytes: 1000 }), 'too-large', /more than/);
    assert.equal((await transport.request({ path: '/' })).body.length, 100_000, 'the connection is good still');
  });

  // An API server reads the first of two `accept`, and a second `content-type` cannot even be sent.
  for (const [version, share] of Object.entries({ 'HTTP/2': true, 'HTTP/1.1': false }))
    test(`${version}: headers of a caller stand instead of the usual ones, however they are written`, async (t) => {
      const seen: unknown[] = [];
      const server = await startAccessServer(({ rawHeaders }, response) => {
        const values = (wanted: string): readonly (string | undefined)[] =>
          rawHeaders.flatMap((name, index) =>
            index % 2 === 0 && name.toLowerCase() === wanted ? [rawHeaders[index + 1]] : [],
          );
        seen.push([values('accept'), values('content-type'), values('content-length')]);
        response.end('{}');
      });
      t.after(() => server.close());
      const transport = share
        ? (await frontOf(t, server.port)).transport
        : await transportOf(t, { server: `http://127.0.0.1:${server.port}` }, {});
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      for (const headers of [
        {},
        { accept: 'application/yaml', 'content-type': 'application/apply-patch+yaml' },
        { Accept: 'application/yaml', 'Content-Type': 'application/apply-patch+yaml' },
      ])
        assert.equal((await transport.request({ method: 'POST', path, headers, body: '{}' })).status, 200);
      const own = [['application/yaml'], ['application/apply-patch+yaml'], ['2']];
      assert.deepEqual(seen, [[['application/json'], ['application/json'], ['2']], own, own]);
    });

  test('who is told to wait waits', async (t) => {
    let asked = 0;
    const { transport } = await rigOf(t, (_, response) => {
      if (asked++ === 0) response.writeHead(429, { 'retry-after': '1' }).end();
      else response.end('{}');
    });
    const started = performance.now();
    assert.equal((await transport.request({ path: '/api' })).status, 200);
    assert.ok(performance.now() - started >= 990);
  });

  test('an answer that is cut off is none, and ends no other', async (t) => {
    const { front, transport } = await rigOf(t, (request, response) => {
      if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '1000' }).write('{"half":');
        setTimeout(() => response.destroy(), 50);
      } else streams(request, response);
    });
    const stream = await openStream(transport);
    await fails(transport.request({ path: '/cut' }), 'unreachable', /broke the connection/);
    assert.equal((await transport.request({ path: '/api' })).status, 200);
    assert.equal(stream.text, 'line\n');
    assert.equal(front.connections, 1);
  });

  test('a caller who gives up ends his call alone', async (t) => {
    let closed = 0;
    const { front, transport } = await rigOf(t, (request, response) => {
      if (request.url === '/slow') response.on('close', () => closed++);
      else streams(request, response);
    });
    const giveUp = new AbortController();
    const slow = transport.request({ path: '/slow', signal: giveUp.signal });
    await openStream(transport);
    giveUp.abort();
    await fails(slow, 'aborted', /Not wanted/);
    await until('the server to know', () => closed === 1);
    assert.equal((await transport.request({ path: '/api' })).status, 200);
    assert.equal(front.connections, 1);
  });

  test('a server that sends its callers away keeps what runs, and gets the rest on another connection', async (t) => {
    const { front, transport } = await rigOf(t, streams);
    const stream = await openStream(transport);
    front.sendAway();
    await until('another connection', async () => {
      assert.equal((await transport.request({ path: '/api' })).status, 200);
      return front.connections === 2;
    });
    assert.equal(front.open, 2);
    assert.equal(stream.text, 'line\n');
  });

  test('a connection that broke is told to its streams, and made anew for the next call', async (t) => {
    const { front, transport } = await rigOf(t, streams);
    const stream = await openStream(transport);
    front.cut();
    assert.match(await stream.over, /broke the connection/);
    assert.equal((await transport.request({ path: '/api' })).status, 200);
    assert.equal(front.connections, 2);
  });

  test('a way that is gone without a word holds up one call, and not the next', async (t) => {
    const { front, transport } = await rigOf(t, streams);
    await openStream(transport);
    front.freeze();
    await fails(transport.request({ path: '/api', timeoutMs: 300 }), 'timeout', /did not answer/);
    assert.equal((await transport.request({ path: '/api', timeoutMs: 5000 })).status, 200);
    assert.equal(front.connections, 2);
  });

  test('nothing of it is left after the end', async (t) => {
    const { front, transport } = await rigOf(t, streams);
    const stream = await openStream(transport);
    transport.dispose();
    assert.equal(await stream.over, 'The connection to the cluster was ended.');
    await until('no connection', () => front.open === 0);
    await fails(transport.request({ path: '/api' }), 'aborted', /ended/);
  });

  test('reflectors are in step with the server again after their connection was cut, and after it went silent', async (t) => {
    const server = new FakeApiServer();
    const put = (name: string): void => server.put('pods', { metadata: { name, namespace: 'shop' }, spec: {} });
    for (let at = 0; at < 600; at++) put(`pod-${at}`);
    await server.start();
    t.after(() => server.stop());
    server.token = canary;
    const { front, transport } = await frontOf(t, server.port);
    const rig = startRig(transport);
    t.after(() => rig.set.dispose());
    await synced(rig.set);
    // Busy kinds ask for connections of their own, which this server does not have.
    await until('all kinds to share one', () => front.open === 1);
    for (const trouble of [() => front.cut(), () => front.freeze()]) {
      trouble();
      put('another');
      server.remove('pods', 'shop', 'pod-7');
      put('pod-8');
      const ms = await equalToServer(rig, 'core/Pod', () => server.objects('pods'));
      t.diagnostic(`equal after ${Math.round(ms)} ms`);
      await until('old connections to be given up', () => front.open === 1);
    }
  });
});

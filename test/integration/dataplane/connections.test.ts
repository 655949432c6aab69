/** What happens on connections: order, streaming, interim answers, upgrades, tunnels, ends. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import {
  call,
  Cleanup,
  config,
  destination,
  endpoint,
  eventually,
  RawClient,
  routes,
  rule,
  startApplication,
  startProxies,
  startServer,
  upstream,
  type TestServer,
} from './mesh-kit.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

async function proxyTo(server: TestServer): Promise<number> {
  const bound = await startProxies(cleanup).apply(
    config({ routes: routes([rule()], [upstream([endpoint('a', server.port)])]) }),
  );
  return bound.outbound['proxy'] ?? 0;
}

/** The upstream's side of one connection, by hand. */
async function byHand(): Promise<{ port: number; upstreams: Socket[]; received: () => string }> {
  const upstreams: Socket[] = [];
  let received = '';
  const server = await startServer(cleanup, (socket) => {
    upstreams.push(socket);
    socket.on('data', (data: Buffer) => (received += data.toString('latin1')));
    socket.on('end', () => (received += '<end>'));
  });
  return { port: await proxyTo(server), upstreams, received: () => received };
}

const head = (method = 'GET', path = '/'): string => `${method} ${path} HTTP/1.1\r\nHost: reviews:9080\r\n`;

describe('requests and answers', () => {
  test('pipelined requests are answered in order, each on its own', async () => {
    const application = await startApplication(cleanup, (request, response) => {
      // The first answer is the last to be ready.
      setTimeout(() => response.end(`for ${request.url}`), request.url === '/0' ? 60 : 0);
    });
    const client = await RawClient.connect(cleanup, await proxyTo(application));
    client.send([0, 1, 2, 3].map((i) => `${head('GET', `/${i}`)}\r\n`).join(''));
    const text = await client.until('for /3');
    assert.deepEqual(text.match(/for \/\d/g), ['for /0', 'for /1', 'for /2', 'for /3']);
  });

  test('a keep-alive connection is used again on both sides', async () => {
    const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
    const client = await RawClient.connect(cleanup, await proxyTo(application));
    for (let i = 0; i < 5; i++) {
      client.received = '';
      client.send(`${head()}\r\n`);
      await client.until(/\r\n\r\nok$/);
    }
    assert.equal(application.connections(), 1);
  });

  test('HEAD, 204 and 304 have no body; their lengths are passed on', async () => {
    const application = await startApplication(cleanup, (request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 12 }).end();
      else if (request.url === '/204') response.writeHead(204).end();
      else response.writeHead(304, { etag: 'x' }).end();
    });
    const client = await RawClient.connect(cleanup, await proxyTo(application));
    client.send(`${head('HEAD')}\r\n${head('GET', '/204')}\r\n${head('GET', '/304')}\r\n`);
    const text = await client.until(/ 304 Not Modified\r\n(?:.+\r\n)*\r\n$/);
    const [first, second, third] = text.split('\r\n\r\n');
    assert.match(first ?? '', /^HTTP\/1\.1 200 OK[^]*content-length: 12/);
    assert.match(second ?? '', /^HTTP\/1\.1 204 No Content/);
    assert.doesNotMatch(second ?? '', /content-length|transfer-encoding/);
    assert.match(third ?? '', /^HTTP\/1\.1 304 Not Modified[^]*etag: x/);
  });

  test('an HTTP/1.0 client gets a body without chunks, ended by the close', async () => {
    const application = await startApplication(cleanup, (_request, response) => {
      response.write('a');
      response.end('b');
    });
    const client = await RawClient.connect(cleanup, await proxyTo(application));
    client.send('GET / HTTP/1.0\r\nHost: reviews:9080\r\n\r\n');
    const text = await client.untilEnd();
    assert.match(text, /connection: close\r\n\r\nab$/);
    assert.doesNotMatch(text, /transfer-encoding/);
  });

  test('an HTTP/1.0 client that asks for it keeps its connection', async () => {
    const application = await startApplication(cleanup, (_request, response) => {
      response.setHeader('content-length', 2);
      response.end('ok');
    });
    const client = await RawClient.connect(cleanup, await proxyTo(application));
    client.send('GET / HTTP/1.0\r\nHost: reviews:9080\r\nConnection: keep-alive\r\n\r\n');
    await client.until(/connection: keep-alive\r\n\r\nok$/);
    client.send('GET / HTTP/1.0\r\nHost: reviews:9080\r\n\r\n');
    assert.match(await client.untilEnd(), /connection: close\r\n\r\nok$/);
  });

  test('an answer that ends with the connection is re-framed', async () => {
    const server = await startServer(cleanup, (socket) =>
      socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nuntil the end')),
    );
    const answer = await call(await proxyTo(server));
    assert.equal(answer.body, 'until the end');
    assert.equal(answer.headers['transfer-encoding'], 'chunked');
  });

  test('chunks, extensions and trailers pass re-framed both ways', async () => {
    const application = await startApplication(cleanup, (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.writeHead(200, { trailer: 'x-sum' });
        response.write(`${body} with ${JSON.stringify(request.trailers)}`);
        response.addTrailers({ 'x-sum': '42' });
        response.end();
      });
    });
    const client = await RawClient.connect(cleanup, await proxyTo(application));
    client.send(`${head('POST')}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nab\r\n1\r\nc\r\n0\r\nX-In: 7\r\n\r\n`);
    assert.match(await client.until(/\r\n0\r\nx-sum: 42\r\n\r\n$/), /abc with {"x-in":"7"}/);
  });

  test('Expect: 100-continue is answered when the request is forwarded, not when it is refused', async () => {
    const application = await startApplication(cleanup, (request, response) => {
      request.resume();
      request.on('end', () => response.end('got it'));
    });
    const port = await proxyTo(application);
    const client = await RawClient.connect(cleanup, port);
    client.send(`${head('POST')}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`);
    await client.until('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('abc');
    await client.until(/got it$/);
    const refused = await RawClient.connect(cleanup, port);
    refused.send('POST / HTTP/1.1\r\nHost: unknown.invalid\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n');
    assert.match(await refused.untilEnd(), /^HTTP\/1\.1 502 [^]*connection: close/);
    const unknown = await RawClient.connect(cleanup, port);
    unknown.send(`${head('POST')}Expect: a-miracle\r\nContent-Length: 3\r\n\r\n`);
    assert.match(await unknown.untilEnd(), /^HTTP\/1\.1 417 /);
  });

  test('interim answers are passed on', async () => {
    const application = await startApplication(cleanup, (_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end('ok'));
    });
    const client = await RawClient.connect(cleanup, await proxyTo(application));
    client.send(`${head()}\r\n`);
    assert.match(
      await client.until(/ok$/),
      /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK/,
    );
  });

  test('a body nobody asked for does not become the next request', async () => {
    const { port, received } = await byHand();
    const client = await RawClient.connect(cleanup, port);
    const inner = `${head('GET', '/smuggled')}\r\n`;
    client.send(`DELETE /1 HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`);
    await eventually(() => received().includes('/smuggled'));
    assert.match(received(), new RegExp(`^DELETE /1 HTTP/1\\.1\r\n(?:.+\r\n)*content-length: ${inner.length}\r\n`));
  });

  test('a refused request with a body leaves the connection usable or closed, never confused', async () => {
    const port = await proxyTo(await startApplication(cleanup, (_request, response) => void response.end('ok')));
    const client = await RawClient.connect(cleanup, port);
    client.send('POST / HTTP/1.1\r\nHost: unknown.invalid\r\nContent-Length: 5\r\n\r\n');
    await client.until(/not resolve\.\n$/);
    client.send(`GET /${head()}\r\n`);
    // The first five bytes were the body.
    await client.until(/ok$/);
  });
});

describe('flow', () => {
  test('the first bytes of an answer arrive while the rest is still made', async () => {
    const { port, upstreams } = await byHand();
    const client = await RawClient.connect(cleanup, port);
    client.send(`${head()}\r\n`);
    await eventually(() => upstreams.length === 1);
    upstreams[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nfir');
    await client.until(/fir$/);
    upstreams[0]?.write('st!');
    await client.until(/first!$/);
  });

  test('the first bytes of a request arrive while the rest is still sent', async () => {
    const { port, received } = await byHand();
    const client = await RawClient.connect(cleanup, port);
    client.send(`${head('POST')}Content-Length: 6\r\n\r\nfir`);
    await eventually(() => received().endsWith('fir'));
    client.send('st!');
    await eventually(() => received().endsWith('first!'));
  });

  const size = 200 * 1024 * 1024;
  const piece = Buffer.alloc(64 * 1024, 'x');
  /** Writes `size` bytes as fast as the reader allows; says how many are out. */
  const pour = (socket: Socket): (() => number) => {
    let written = 0;
    const more = (): void => {
      while (written < size && !socket.destroyed) {
        written += piece.length;
        if (!socket.write(piece)) break;
      }
    };
    socket.on('drain', more);
    more();
    return () => written;
  };
  /** Resolves when a number stops growing. */
  const standstill = async (value: () => number): Promise<number> => {
    let last = -1;
    let same = 0;
    await eventually(() => {
      same = value() === last ? same + 1 : 0;
      last = value();
      return same > 40;
    });
    return last;
  };

  test('a reader that stalls stops the server, and memory stays flat', async () => {
    let written: () => number = () => 0;
    const server = await startServer(cleanup, (socket) =>
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        written = pour(socket);
      }),
    );
    const client = await RawClient.connect(cleanup, await proxyTo(server));
    const before = process.memoryUsage().rss;
    client.socket.pause();
    client.send(`${head()}\r\n`);
    await eventually(() => written() > 0);
    const stalledAt = await standstill(written);
    assert.ok(stalledAt < 40 * 1024 * 1024, `${stalledAt} bytes went through`);
    assert.ok(process.memoryUsage().rss - before < 80 * 1024 * 1024);
    // It goes on where it stood.
    let read = 0;
    client.socket.removeAllListeners('data');
    client.socket.on('data', (data: Buffer) => (read += data.length));
    client.socket.resume();
    await eventually(() => read > size);
  });

  test('a server that stalls stops the client', async () => {
    const { port, upstreams } = await byHand();
    const client = await RawClient.connect(cleanup, port);
    client.send(`${head('POST')}Content-Length: ${size}\r\n\r\n`);
    await eventually(() => upstreams.length === 1);
    upstreams[0]?.removeAllListeners('data');
    upstreams[0]?.pause();
    const written = pour(client.socket);
    const stalledAt = await standstill(written);
    assert.ok(stalledAt < 40 * 1024 * 1024, `${stalledAt} bytes went through`);
    let read = 0;
    upstreams[0]?.on('data', (data: Buffer) => (read += data.length));
    upstreams[0]?.resume();
    await eventually(() => read >= size);
  });
});

describe('slow and idle clients', () => {
  test('a head that does not come to its end is given up after ten seconds', async () => {
    let clock = 1000;
    const proxies = startProxies(cleanup, { now: () => clock });
    const bound = await proxies.apply(config());
    const client = await RawClient.connect(cleanup, bound.outbound['proxy'] ?? 0);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n');
    const ticking = setInterval(() => (clock += 4000), 20);
    try {
      assert.match(await client.untilEnd(), /^HTTP\/1\.1 408 Request Timeout\r\n/);
    } finally {
      clearInterval(ticking);
    }
  });
});

describe('switches of protocol', () => {
  const upgrade = 'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: abc\r\n\r\n';

  test('WebSocket: bytes pass both ways, also those sent right behind the heads, and half-close', async () => {
    const server = await startServer(cleanup, (socket) =>
      socket.once('data', (request: Buffer) => {
        assert.match(request.toString(), /\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n$/);
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-A: 1\r\n\r\nhello',
        );
        socket.pipe(socket);
      }),
    );
    const proxies = startProxies(cleanup);
    const bound = await proxies.apply(config({ routes: routes([rule()], [upstream([endpoint('a', server.port)])]) }));
    const client = await RawClient.connect(cleanup, bound.outbound['proxy'] ?? 0);
    client.send(`${head()}${upgrade}`);
    const answer = await client.until(/hello$/);
    assert.match(
      answer,
      /^HTTP\/1\.1 101 Switching Protocols\r\n(?:.+\r\n)*connection: upgrade\r\nupgrade: websocket\r\n/,
    );
    assert.match(answer, /x-a: 1/);
    client.send('echo me');
    await client.until(/echo me$/);
    client.socket.end();
    await eventually(() => client.closed);
    await eventually(async () =>
      (await proxies.report()).requests.some(({ labels }) => labels.response_code === '101'),
    );
  });

  test('a refused upgrade is an ordinary answer', async () => {
    const application = await startApplication(cleanup, (_request, response) => void response.writeHead(403).end('no'));
    const client = await RawClient.connect(cleanup, await proxyTo(application));
    client.send(`${head()}${upgrade}`);
    await client.until(/ 403 [^]*\r\nno\r\n0\r\n\r\n$/);
    client.received = '';
    client.send(`${head()}\r\n`);
    await client.until(/ 403 [^]*\r\nno\r\n0\r\n\r\n$/);
  });

  test('offers of other protocols are taken out of the request', async () => {
    const { port, received } = await byHand();
    const client = await RawClient.connect(cleanup, port);
    client.send(`${head()}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`);
    await eventually(() => received().endsWith('\r\n\r\n'));
    assert.doesNotMatch(received(), /upgrade|http2-settings/i);
  });
});

describe('CONNECT', () => {
  const tcpRoute = { port: 9090, host: 'db', destinations: [destination({ upstream: 'tcp-up', port: 9090 })] };

  test('a host with a TCP route: a tunnel with half-close', async () => {
    const server = await startServer(cleanup, (socket) => {
      let text = '';
      socket.on('data', (data: Buffer) => (text += data.toString()));
      socket.on('end', () => socket.end(`you said ${text}`));
    });
    const bound = await startProxies(cleanup).apply(
      config({
        routes: routes([rule()], [upstream([endpoint('a', server.port)], { id: 'tcp-up', protocol: 'tcp' })], {
          tcp: [tcpRoute],
        }),
      }),
    );
    const client = await RawClient.connect(cleanup, bound.outbound['proxy'] ?? 0);
    client.send('CONNECT db:9090 HTTP/1.1\r\nHost: db:9090\r\n\r\nearly ');
    await client.until('HTTP/1.1 200 Connection Established\r\n\r\n');
    client.socket.end('and late');
    assert.match(await client.untilEnd(), /you said early and late$/);
  });

  test('a host with HTTP routes: HTTP inside is routed, anything else is passed', async () => {
    const application = await startServer(cleanup, (socket) =>
      socket.once('data', (data: Buffer) =>
        data.toString().startsWith('GET ')
          ? socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`)
          : socket.write(`raw ${data.toString()}`),
      ),
    );
    const port = await proxyTo(application);
    const http = await RawClient.connect(cleanup, port);
    http.send('CONNECT reviews:9080 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n');
    await http.until('Established\r\n\r\n');
    http.send(`${head()}\r\n`);
    assert.match(await http.until(/ok$/), /x-envoy-upstream-service-time/);
    const raw = await RawClient.connect(cleanup, port);
    raw.send('CONNECT reviews:9080 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n');
    await raw.until('Established\r\n\r\n');
    raw.send('\x16\x03\x01');
    await raw.until('raw \x16\x03\x01');
  });

  test('a host the mesh does not know: loopback only', async () => {
    const server = await startServer(cleanup, (socket) => socket.write('hi'));
    const port = await proxyTo(server);
    const local = await RawClient.connect(cleanup, port);
    local.send(`CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await local.until(/Established\r\n\r\nhi$/);
    for (const [target, status] of [
      ['192.0.2.1:443', 502],
      ['169.254.169.254:80', 502],
      [`127.0.0.1:${port}`, 502],
      ['nohost', 400],
      ['a:99999', 400],
    ] as const) {
      const client = await RawClient.connect(cleanup, port);
      client.send(`CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await client.until(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
  });
});

describe('hosts the mesh does not know', () => {
  const get = async (port: number, target: string, headers = ''): Promise<string> => {
    const client = await RawClient.connect(cleanup, port);
    client.send(`GET ${target} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
    return client.untilEnd();
  };

  test('are forwarded to on loopback, in absolute and origin form, and nowhere else', async () => {
    const application = await startApplication(
      cleanup,
      (request, response) => void response.end(`${request.headers.host}${request.url}`),
    );
    const proxies = startProxies(cleanup);
    const port = (await proxies.apply(config())).outbound['proxy'] ?? 0;
    const local = `127.0.0.1:${application.port}`;
    assert.match(await get(port, `http://${local}/a?b`, 'Host: ignored\r\n'), new RegExp(`${local}/a\\?b$`));
    assert.match(await get(port, '/c', `Host: ${local}\r\n`), new RegExp(`${local}/c$`));
    assert.match(await get(port, '/', 'Host: 192.0.2.1\r\n'), / 502 [^]*outside the mesh/);
    assert.match(await get(port, '/', `Host: 127.0.0.1:${port}\r\n`), / 502 [^]*the proxy itself/);
    assert.match(await get(port, '/', 'Host: no-such-host.invalid\r\n'), / 502 [^]*does not resolve/);
    assert.match(await get(port, 'ftp://127.0.0.1/', 'Host: x\r\n'), / 400 /);
    const { requests } = await proxies.report();
    assert.ok(requests.some(({ labels }) => labels.destination_service_name === 'PassthroughCluster'));
  });

  test('are refused where the mesh says REGISTRY_ONLY', async () => {
    const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
    const table = {
      ...routes([], []).http[0],
      port: application.port,
      virtualHosts: [],
      unknownHosts: 'refuse',
    } as const;
    const port =
      (await startProxies(cleanup).apply(config({ routes: { http: [table], tcp: [], upstreams: [] } }))).outbound[
        'proxy'
      ] ?? 0;
    assert.match(await get(port, '/', `Host: 127.0.0.1:${application.port}\r\n`), /^HTTP\/1\.1 502 /);
  });

  test('are not reached by web pages', async () => {
    const application = await startApplication(cleanup, (_request, response) => void response.end('secret'));
    const port = await proxyTo(application);
    const local = `Host: 127.0.0.1:${application.port}\r\n`;
    for (const header of ['Origin: http://evil.example\r\n', 'Sec-Fetch-Site: cross-site\r\n']) {
      const answer = await get(port, '/', local + header);
      assert.match(answer, /^HTTP\/1\.1 403 /);
      assert.doesNotMatch(answer, /secret/);
    }
    // A service of the mesh may be called with an Origin: browsers behind the proxy send one.
    assert.match(await get(port, '/', 'Host: reviews:9080\r\nOrigin: http://a\r\n'), /secret$/);
  });
});

test('a tcp listener relays both ways with half-close, and counts bytes while open', async () => {
  const server = await startServer(cleanup, (socket) => {
    socket.write('220 ready\r\n');
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.on('end', () => socket.end(`bye ${text}`));
  });
  const proxies = startProxies(cleanup);
  const bound = await proxies.apply(
    config({
      outbound: [{ name: 'db', type: 'tcp', port: 0, routePort: 9090, host: 'db' }],
      routes: routes([], [upstream([endpoint('db-0', server.port, { app: 'db' })], { id: 'tcp-up' })], {
        tcp: [
          {
            port: 9090,
            host: 'db',
            destinations: [destination({ upstream: 'tcp-up', host: 'db.shop', service: 'db' })],
          },
        ],
      }),
    }),
  );
  const client = await RawClient.connect(cleanup, bound.outbound['db'] ?? 0);
  await client.until('220 ready\r\n');
  client.send('12345');
  await eventually(async () => (await proxies.report()).tcp.reduce((sum, delta) => sum + delta.receivedBytes, 0) === 5);
  const whileOpen = (await proxies.report()).tcp;
  assert.deepEqual(
    whileOpen.map(({ opened, closed, labels }) => [
      opened,
      closed,
      labels.destination_service_name,
      labels.destination_app,
    ])[0],
    [1, 0, 'db', 'db'],
  );
  client.socket.end();
  assert.match(await client.untilEnd(), /bye 12345$/);
  await eventually(() => client.closed);
  await eventually(async () => (await proxies.report()).tcp.some(({ closed }) => closed === 1));
  const { tcp, access } = await proxies.report();
  assert.equal(
    tcp.reduce((sum, delta) => sum + delta.sentBytes, 0),
    '220 ready\r\nbye 12345'.length,
  );
  assert.deepEqual(
    access.map(({ requestBytes, responseBytes }) => [requestBytes, responseBytes]),
    [[5, 20]],
  );
});

describe('bodies', () => {
  test('answers of all sizes reach slow readers unmixed', async () => {
    const sizes = [0, 1, 1000, 16_000, 16_383, 16_384, 16_385, 40_000, 65_536, 65_537, 200_000, 1_500_000];
    // Each answer is made of a letter of its own, so that bytes of another one show.
    const letter = (index: number): string => String.fromCharCode(0x61 + index);
    const application = await startApplication(cleanup, (request, response) => {
      const index = Number(request.url?.slice(1));
      response.end(letter(index).repeat(sizes[index] ?? 0));
    });
    const port = await proxyTo(application);
    const readAll = async (start: number): Promise<void> => {
      const client = await RawClient.connect(cleanup, port);
      for (let turn = 0; turn < sizes.length; turn++) {
        const index = (start + turn) % sizes.length;
        const size = sizes[index] ?? 0;
        client.received = '';
        client.socket.pause();
        client.send(`${head('GET', `/${index}`)}\r\n`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        client.socket.resume();
        await eventually(() => client.received.endsWith(`\r\n\r\n${letter(index).repeat(size)}`));
      }
    };
    await Promise.all(sizes.map((_, start) => readAll(start)));
  });
});

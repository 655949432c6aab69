import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { test, type TestContext } from 'node:test';
import type { KubeFailure } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { base64, transportOf } from './access-context.ts';
import { startAccessServer, type AccessServer } from './access-server.ts';
import { TestAuthority } from './test-authority.ts';

const authority = await TestAuthority.create();
const certificate = await authority.issue({ names: ['api.cluster.test'] });

interface TestProxy {
  readonly port: number;
  /** What it was asked for: heads of requests, or SOCKS destinations. */
  readonly seen: string[];
}

async function listen(t: TestContext, server: Server, sockets: Set<Socket>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that speaks CONNECT and takes whole URLs. Whatever the destination is, it leads to `target`. */
async function httpProxy(
  t: TestContext,
  target: AccessServer,
  answer = '200 Connected',
  tls?: object,
): Promise<TestProxy> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (head: Buffer) => {
      seen.push(head.toString());
      if (!head.toString().startsWith('CONNECT')) {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
        return;
      }
      if (!answer.startsWith('200')) {
        socket.end(`HTTP/1.1 ${answer}\r\nContent-Length: 6\r\n\r\ncanary`);
        return;
      }
      const onward = connect(target.port, '127.0.0.1', () => {
        socket.write(`HTTP/1.1 ${answer}\r\n\r\n`);
        socket.pipe(onward).pipe(socket);
      });
      sockets.add(onward);
      onward.on('error', () => socket.destroy());
    });
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  return { port: await listen(t, server, sockets), seen };
}

/** SOCKS version 5 (RFC 1928) with a user and password (RFC 1929) where one is wanted. */
async function socksProxy(t: TestContext, target: AccessServer, login?: string): Promise<TestProxy> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let step: 'greeting' | 'login' | 'request' = 'greeting';
    socket.on('data', (data: Buffer) => {
      if (step === 'greeting') {
        step = login === undefined ? 'request' : 'login';
        socket.write(Buffer.from([5, login === undefined ? 0 : 2]));
      } else if (step === 'login') {
        const name = data.subarray(2, 2 + (data[1] ?? 0)).toString();
        const password = data.subarray(3 + name.length).toString();
        step = 'request';
        socket.write(Buffer.from([1, `${name}:${password}` === login ? 0 : 1]));
      } else {
        socket.removeAllListeners('data');
        const length = data[4] ?? 0;
        seen.push(`${data.subarray(5, 5 + length).toString()}:${data.readUInt16BE(5 + length)}`);
        const onward = connect(target.port, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          socket.pipe(onward).pipe(socket);
        });
        sockets.add(onward);
        onward.on('error', () => socket.destroy());
      }
    });
  });
  return { port: await listen(t, server, sockets), seen };
}

async function target(t: TestContext): Promise<AccessServer> {
  const server = await startAccessServer((_, response) => response.end('ok'), certificate);
  t.after(() => server.close());
  return server;
}

const cluster = { server: 'https://api.cluster.test:6443', 'certificate-authority-data': base64(authority.pem) };
const user = { token: 'canary-token' };

test('an HTTP proxy of the kubeconfig is asked for a tunnel, with its own credentials only', async (t) => {
  const server = await target(t);
  const proxy = await httpProxy(t, server);
  const transport = await transportOf(
    t,
    { ...cluster, 'proxy-url': `http://ana:p%40ss@127.0.0.1:${proxy.port}` },
    user,
  );
  for (let call = 0; call < 3; call += 1) {
    assert.equal((await transport.request({ path: '/api' })).body.toString(), 'ok');
  }
  assert.equal(proxy.seen.length, 1, 'one tunnel is used again');
  assert.match(proxy.seen[0] ?? '', /^CONNECT api\.cluster\.test:6443 HTTP\/1\.1\r\n/);
  assert.match(proxy.seen[0] ?? '', new RegExp(`Proxy-Authorization: Basic ${base64('ana:p@ss')}\r\n`));
  assert.doesNotMatch(proxy.seen[0] ?? '', /canary/);
});

test('a SOCKS proxy looks the name up itself', async (t) => {
  const server = await target(t);
  for (const login of [undefined, 'ana:secret']) {
    const proxy = await socksProxy(t, server, login);
    const url = `socks5://${login === undefined ? '' : `${login}@`}127.0.0.1:${proxy.port}`;
    const transport = await transportOf(t, { ...cluster, 'proxy-url': url }, user);
    assert.equal((await transport.request({ path: '/api' })).body.toString(), 'ok');
    assert.deepEqual(proxy.seen, ['api.cluster.test:6443']);
  }
});

test('a plain server behind an HTTP proxy is asked by whole URLs', async (t) => {
  const proxy = await httpProxy(t, await target(t));
  const transport = await transportOf(t, {
    server: 'http://api.cluster.test',
    'proxy-url': `http://ana:secret@127.0.0.1:${proxy.port}`,
  });
  assert.equal((await transport.request({ path: '/api', query: { a: 1 } })).body.toString(), 'ok');
  assert.match(
    proxy.seen[0] ?? '',
    /^GET http:\/\/api\.cluster\.test\/api\?a=1 HTTP\/1\.1[^]*\r\nhost: api\.cluster\.test\r\n/i,
  );
  assert.match(proxy.seen[0] ?? '', new RegExp(`Proxy-Authorization: Basic ${base64('ana:secret')}`, 'i'));
});

test('the environment names a proxy, and who goes without it', async (t) => {
  const server = await target(t);
  const proxy = await httpProxy(t, server);
  const transport = await transportOf(t, cluster, user, { env: { HTTPS_PROXY: `127.0.0.1:${proxy.port}` } });
  assert.equal((await transport.request({ path: '/api' })).body.toString(), 'ok');
  assert.equal(proxy.seen.length, 1);
  const direct = await transportOf(t, { ...cluster, server: server.url, 'tls-server-name': 'api.cluster.test' }, user, {
    env: { HTTPS_PROXY: 'http://127.0.0.1:1' },
  });
  assert.equal((await direct.request({ path: '/api' })).body.toString(), 'ok', 'loopback needs no proxy');
});

const refusals: readonly (readonly [string, RegExp])[] = [
  ['407 Proxy Authentication Required', /wants a user and a password/],
  ['403 Forbidden', /answered with 403/],
  ['503 Service Unavailable', /answered with 503/],
];
for (const [answer, words] of refusals) {
  test(`a proxy that answers ${answer} is told by name, without its password`, async (t) => {
    const proxy = await httpProxy(t, await target(t), answer);
    const url = `http://ana:canary@127.0.0.1:${proxy.port}`;
    const transport = await transportOf(t, { ...cluster, 'proxy-url': url }, user);
    await assert.rejects(transport.request({ path: '/api' }), (failure: KubeFailure) => {
      assert.equal(failure.reason, 'unreachable');
      assert.match(failure.message, words);
      assert.match(failure.message, new RegExp(`The proxy http://127\\.0\\.0\\.1:${proxy.port} `));
      assert.doesNotMatch(failure.message + String(failure.stack), /canary/);
      return true;
    });
  });
}

test('a proxy that is not there is not taken for the server', async (t) => {
  for (const scheme of ['http', 'https', 'socks5']) {
    const free = await startAccessServer(() => undefined);
    await free.close();
    const transport = await transportOf(t, { ...cluster, 'proxy-url': `${scheme}://127.0.0.1:${free.port}` }, user);
    await assert.rejects(transport.request({ path: '/api' }), /The proxy .* does not lead to the cluster/);
  }
});

test('a proxy whose certificate nobody trusts gets no request', async (t) => {
  const server = await target(t);
  const proxy = await httpProxy(t, server, '200 Connected', await authority.issue());
  const transport = await transportOf(t, { ...cluster, 'proxy-url': `https://127.0.0.1:${proxy.port}` }, user);
  await assert.rejects(transport.request({ path: '/api' }), /does not lead to the cluster/);
  assert.deepEqual(proxy.seen, []);
});

/** The way to an API server: its certificate, ours, and proxies in between. Checked against Node's own TLS and raw sockets. */
import '@abraham/reflection';
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import { afterEach, before, test } from 'node:test';
import type * as tls from 'node:tls';
import * as x509 from '@peculiar/x509';
import { TunnelFailure } from '../../../../src/engine/dataplane/tunnels/tunnel-failure.ts';
import { PodConnector } from '../../../../src/engine/dataplane/tunnels/worker/pod-connector.ts';
import type { WebSocketTarget } from '../../../../src/engine/web-socket-target.ts';
import { until } from '../../until.ts';
import { Cleanup } from '../mesh-kit.ts';
import { podTarget, portBytes, serverOf, startFakeKubelet, type FakeKubelet } from './fake-kubelet.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Pair {
  readonly cert: string;
  readonly key: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function selfSigned(name: string, addresses: readonly x509.JsonGeneralName[]): Promise<Pair> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([...addresses]),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}

let server: Pair;
let other: Pair;
let client: Pair;
before(async () => {
  server = await selfSigned('kubernetes', [
    { type: 'ip', value: '127.0.0.1' },
    { type: 'dns', value: 'kubernetes.local' },
  ]);
  other = await selfSigned('other', [{ type: 'dns', value: 'other.local' }]);
  client = await selfSigned('ana', []);
});

async function start(options: tls.TlsOptions = {}): Promise<FakeKubelet> {
  const kubelet = await startFakeKubelet({
    tls: { ...server, ...options },
    pods: {
      web: {
        serve(webSocket, port) {
          webSocket.send(Buffer.of(0, ...portBytes(port)));
          webSocket.send(Buffer.from('\0hello'));
          webSocket.close(1000);
        },
      },
    },
  });
  cleanup.add(() => kubelet.stop());
  return kubelet;
}

type Way = Partial<WebSocketTarget>;

/** What the pod said, or the failure. */
async function ask(kubelet: { readonly url: string }, way: Way, connector?: PodConnector): Promise<string> {
  const own = new PodConnector({
    dial: (target) => Promise.resolve(serverOf(kubelet, target, way)),
    handshakeMs: 5000,
  });
  try {
    const stream = await (connector ?? own).connect(podTarget('web'), new AbortController().signal);
    let said = '';
    for await (const chunk of stream) said += String(chunk);
    return said;
  } catch (error) {
    assert.ok(error instanceof TunnelFailure, String(error));
    return `${error.reason}: ${error.message}`;
  }
}

test('the server must show a certificate of the authority, for the address or the name that is expected', async () => {
  const kubelet = await start();
  const said = async (settings: Partial<WebSocketTarget['tls']>): Promise<string> =>
    ask(kubelet, { tls: { rejectUnauthorized: true, ...settings } });
  assert.equal(await said({ ca: server.cert }), 'hello');
  assert.equal(await said({ ca: server.cert, servername: 'kubernetes.local' }), 'hello');
  assert.equal(await said({ rejectUnauthorized: false }), 'hello');
  for (const settings of [{}, { ca: other.cert }, { ca: server.cert, servername: 'other.local' }]) {
    assert.match(await said(settings), /^tls: The API server of test cannot be trusted or does not trust us \(/);
  }
  // A server that is not verified once is not trusted the next time.
  assert.match(await said({}), /^tls: /);
  await until('the end of all connections', () => kubelet.sockets === 0);
});

test('a client certificate is shown; sessions are resumed, but never as somebody else', async () => {
  const kubelet = await start({ requestCert: true, rejectUnauthorized: false, ca: [client.cert] });
  // Who connected, and whether the handshake was short.
  const seen: string[] = [];
  const ways: Way[] = [
    { tls: { ca: server.cert, rejectUnauthorized: true, ...client } },
    { tls: { ca: server.cert, rejectUnauthorized: true, ...client } },
    { tls: { ca: server.cert, rejectUnauthorized: true } },
    { tls: { ca: server.cert, rejectUnauthorized: true, ...client } },
  ];
  kubelet.onSecure((socket) => {
    const { subject } = socket.getPeerCertificate();
    seen.push(`${String(subject?.CN ?? 'nobody')} ${socket.isSessionReused() ? 'resumed' : 'full'}`);
  });
  let turn = 0;
  const connector = new PodConnector({
    dial: (target) => Promise.resolve(serverOf(kubelet, target, ways[turn++] ?? {})),
  });
  for (const way of ways) assert.equal(await ask(kubelet, way, connector), 'hello');
  assert.deepEqual(
    seen.map((each) => each.split(' ')[0]),
    ['ana', 'ana', 'nobody', 'ana'],
  );
  assert.deepEqual(
    seen.map((each) => each.split(' ')[1]),
    ['full', 'resumed', 'full', 'resumed'],
  );
});

/** A proxy that speaks one protocol; `asked` gets what it was asked for. */
async function startProxy(
  serve: (socket: net.Socket, asked: string[]) => void,
): Promise<{ port: number; asked: string[]; open: Set<net.Socket> }> {
  const asked: string[] = [];
  const open = new Set<net.Socket>();
  const proxy = net.createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    serve(socket, asked);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  cleanup.add(() => {
    for (const socket of open) socket.destroy();
    proxy.close();
  });
  return { port: (proxy.address() as net.AddressInfo).port, asked, open };
}

function relay(socket: net.Socket, host: string, port: number, greeting: Buffer | string): void {
  const to = net.connect(port, host, () => {
    socket.write(greeting);
    socket.pipe(to).pipe(socket);
  });
  to.on('error', () => socket.destroy());
  socket.on('close', () => to.destroy());
}

const connectProxy = (socket: net.Socket, asked: string[]): void => {
  socket.once('data', (head: Buffer) => {
    asked.push(head.toString());
    const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+) HTTP\/1\.1\r\n/.exec(head.toString()) ?? [];
    // In two packets, with a header of its own.
    socket.write('HTTP/1.1 200 Connection ');
    setTimeout(() => relay(socket, host, Number(port), 'established\r\nVia: proxy\r\n\r\n'), 20);
  });
};

const socksProxy = (socket: net.Socket, asked: string[]): void => {
  socket.once('data', (greeting: Buffer) => {
    asked.push(greeting.toString('hex'));
    socket.write(Buffer.of(5, 2));
    socket.once('data', (credentials: Buffer) => {
      asked.push(credentials.toString('latin1', 2));
      socket.write(Buffer.of(1, 0));
      socket.once('data', (request: Buffer) => {
        asked.push(request.toString('latin1', 5, 5 + (request[4] ?? 0)));
        relay(socket, '127.0.0.1', request.readUInt16BE(request.length - 2), Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 1));
      });
    });
  });
};

test('through an HTTP proxy, with its credentials', async () => {
  const kubelet = await start();
  const proxy = await startProxy(connectProxy);
  const way = {
    tls: { ca: server.cert, rejectUnauthorized: true },
    proxy: `http://ana:s%40cret@127.0.0.1:${proxy.port}`,
  };
  assert.equal(await ask(kubelet, way), 'hello');
  const [head = ''] = proxy.asked;
  assert.equal(
    head,
    `CONNECT 127.0.0.1:${kubelet.port} HTTP/1.1\r\nHost: 127.0.0.1:${kubelet.port}\r\n` +
      // ana:s@cret
      'Proxy-Authorization: Basic YW5hOnNAY3JldA==\r\n\r\n',
  );
  await until('the end of its connections', () => proxy.open.size === 0);
});

test('through a SOCKS5 proxy, which looks the name up', async () => {
  const kubelet = await start();
  const proxy = await startProxy(socksProxy);
  const way = {
    url: `wss://kubernetes.local:${kubelet.port}/api/v1/namespaces/shop/pods/web/portforward?ports=8080`,
    tls: { ca: server.cert, rejectUnauthorized: true },
    proxy: `socks5://ana:secret@127.0.0.1:${proxy.port}`,
  };
  assert.equal(await ask(kubelet, way), 'hello');
  assert.deepEqual(proxy.asked, ['05020002', 'ana\x06secret', 'kubernetes.local']);
});

const refusals: readonly {
  readonly name: string;
  readonly says: RegExp;
  readonly scheme?: string;
  readonly answer: Buffer | string;
}[] = [
  {
    name: 'wants credentials',
    answer: 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n',
    says: /wants other credentials/,
  },
  { name: 'forbids', answer: 'HTTP/1.1 403 Forbidden\r\n\r\n', says: /answered 403/ },
  { name: 'speaks something else', answer: 'SSH-2.0-OpenSSH\r\n\r\n', says: /does not speak HTTP/ },
  { name: 'answers without end', answer: 'x'.repeat(100_000), says: /without end/ },
  {
    name: 'is no SOCKS proxy',
    answer: 'HTTP/1.1 400 Bad Request\r\n\r\n',
    says: /does not speak SOCKS5/,
    scheme: 'socks5',
  },
  { name: 'wants SOCKS credentials', answer: Buffer.of(5, 255), says: /wants other credentials/, scheme: 'socks5' },
];
for (const { name, answer, says, scheme = 'http' } of refusals) {
  test(`a proxy that ${name} is told, without its credentials`, async () => {
    const kubelet = await start();
    const proxy = await startProxy((socket) => void socket.once('data', () => socket.write(answer)));
    const said = await ask(kubelet, { proxy: `${scheme}://canary:canary@127.0.0.1:${proxy.port}` });
    assert.match(said, says);
    assert.doesNotMatch(said, /canary/);
    await until('the end of its connections', () => proxy.open.size === 0);
  });
}

test('a proxy that is not there is told', async () => {
  const kubelet = await start();
  assert.match(
    await ask(kubelet, { proxy: 'http://canary:canary@127.0.0.1:1' }),
    /the proxy 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/,
  );
  assert.match(await ask(kubelet, { proxy: 'ftp://127.0.0.1:1' }), /no http, https or socks5 address/);
});

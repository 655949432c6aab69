import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import { test } from 'node:test';
import * as tls from 'node:tls';
import { CertificateAuthority } from '../../../../src/engine/dataplane/tls/certificate-authority.ts';
import { LinkTls } from '../../../../src/engine/dataplane/tls/link-security.ts';
import {
  certificates,
  closed,
  codeOf,
  connect,
  drained,
  echo,
  productpage,
  rejection,
  reviews,
  serve,
  until,
} from './link-harness.ts';

const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
const stranger = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
const yesterday = await CertificateAuthority.create({
  trustDomain: 'cluster.local',
  now: () => Date.now() - 10 * 24 * 3_600_000,
});
const otherDomain = await CertificateAuthority.create({ trustDomain: 'other.example' });

const serverSecurity = await certificates(authority, reviews);
const clientSecurity = await certificates(authority, productpage);

test('both sides know each other, over TLS 1.3 with AES-GCM', async (t) => {
  const server = await serve(t, serverSecurity);
  const client = new LinkTls(clientSecurity);
  const socket = await connect(client, server.port);
  assert.equal(await echo(socket, 'hello'), 'hello');
  assert.equal(socket.getProtocol(), 'TLSv1.3');
  assert.equal(socket.getCipher()?.standardName, 'TLS_AES_256_GCM_SHA384');
  assert.equal(socket.alpnProtocol, 'istio');
  assert.equal(client.principalOf(socket), reviews);
  const accepted = await server.next();
  assert.equal(accepted.principal, productpage);
  const der = new X509Certificate(clientSecurity.certificatePem).raw;
  assert.equal(accepted.hash, createHash('sha256').update(der).digest('hex'));
  assert.equal(accepted.socket && server.link.principalOf(accepted.socket), productpage);
  socket.destroy();
  await drained(server);
});

test('a megabyte passes both ways', async (t) => {
  const server = await serve(t, serverSecurity);
  const socket = await connect(new LinkTls(clientSecurity), server.port);
  const text = 'x'.repeat(1 << 20);
  assert.equal((await echo(socket, text)).length, text.length);
  socket.destroy();
});

test('half-closed links work where asked for', async (t) => {
  const link = new LinkTls(serverSecurity);
  const server = net.createServer({ allowHalfOpen: true }, (raw) => {
    link.acceptTls(raw, Buffer.alloc(0), (_, socket) => {
      // Answers only after the client has ended its side.
      socket?.resume().on('end', () => socket.end('after the end'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  const socket = await new LinkTls(clientSecurity).connectTls({
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
    expectedPrincipals: [],
    timeoutMs: 5_000,
    allowHalfOpen: true,
  });
  socket.end('bye');
  let answer = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) answer += chunk.toString();
  assert.equal(answer, 'after the end');
});

test('the client refuses a server it did not expect', async (t) => {
  const server = await serve(t, serverSecurity);
  const client = new LinkTls(clientSecurity);
  const error = await rejection(connect(client, server.port, [productpage]));
  assert.equal(error.code, 'wrong-principal');
  assert.match(error.message, /sa\/reviews, not .*sa\/productpage/);
  await drained(server);
  // Any of several will do, and with none named anyone of the trust domain.
  for (const expected of [[productpage, reviews], []]) {
    const socket = await connect(client, server.port, expected);
    assert.equal(await echo(socket, 'hi'), 'hi');
    socket.destroy();
  }
});

const refusals = [
  {
    name: 'an expired client certificate',
    client: await certificates(yesterday, productpage),
    trusted: yesterday,
    code: 'expired-certificate',
  },
  {
    name: 'a client of another authority',
    client: await certificates(stranger, productpage),
    code: 'untrusted-certificate',
  },
  {
    name: 'a client of another trust domain whose authority is trusted',
    client: await certificates(otherDomain, 'spiffe://other.example/ns/bookinfo/sa/productpage'),
    trusted: otherDomain,
    code: 'wrong-trust-domain',
  },
];
for (const { name, client, trusted, code } of refusals) {
  test(`the server refuses ${name}`, async (t) => {
    const bundle = `${authority.trustBundlePem}${trusted ? trusted.trustBundlePem : ''}`;
    const server = await serve(t, { ...serverSecurity, trustBundlePem: bundle });
    // A client that does not care who answers; `LinkTls` would refuse first.
    const socket = tls.connect({
      host: '127.0.0.1',
      port: server.port,
      cert: client.certificatePem,
      key: client.privateKeyPem,
      rejectUnauthorized: false,
    });
    socket.on('error', () => undefined);
    assert.equal(codeOf(await server.next()), code);
    await closed(socket);
    await drained(server);
  });

  test(`the client refuses the same of a server: ${name}`, async (t) => {
    // The roles changed: the server presents the bad certificate, and accepts anything.
    const server = tls.createServer({ cert: client.certificatePem, key: client.privateKeyPem }, (socket) =>
      socket.on('error', () => undefined).resume(),
    );
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    const bundle = `${authority.trustBundlePem}${trusted ? trusted.trustBundlePem : ''}`;
    const link = new LinkTls({ ...clientSecurity, trustBundlePem: bundle });
    const port = typeof address === 'object' && address ? address.port : 0;
    assert.equal((await rejection(connect(link, port, []))).code, code);
  });
}

test('the server refuses a client without certificate', async (t) => {
  const server = await serve(t, serverSecurity);
  const socket = tls.connect({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  assert.equal(codeOf(await server.next()), 'no-certificate');
  await closed(socket);
  await drained(server);
});

test('the server refuses TLS 1.2 and ciphers other than AES-GCM', async (t) => {
  const server = await serve(t, serverSecurity);
  const identity = {
    cert: clientSecurity.certificatePem,
    key: clientSecurity.privateKeyPem,
    rejectUnauthorized: false,
  };
  for (const options of [
    { maxVersion: 'TLSv1.2' as const },
    { ciphers: 'TLS_CHACHA20_POLY1305_SHA256', minVersion: 'TLSv1.3' as const },
  ]) {
    const socket = tls.connect({ host: '127.0.0.1', port: server.port, ...identity, ...options });
    socket.on('error', () => undefined);
    assert.equal(codeOf(await server.next()), 'handshake-failed');
    await closed(socket);
  }
  await drained(server);
});

test('a client that was refused gets no session to come back with', async (t) => {
  const server = await serve(t, serverSecurity);
  const foreign = await certificates(stranger, productpage);
  let session: Buffer | undefined;
  for (let attempt = 0; attempt < 3; attempt++) {
    const socket = tls.connect({
      host: '127.0.0.1',
      port: server.port,
      cert: foreign.certificatePem,
      key: foreign.privateKeyPem,
      rejectUnauthorized: false,
      ...(session ? { session } : {}),
    });
    socket.on('error', () => undefined).resume();
    socket.on('session', (ticket) => (session = ticket));
    assert.equal(codeOf(await server.next()), 'untrusted-certificate');
    await closed(socket);
  }
  await drained(server);
});

test('a session does not outlive the certificate it was made with', async (t) => {
  let later = 0;
  const now = (): number => Date.now() + later;
  const server = await serve(t, serverSecurity, { now });
  let session: Buffer | undefined;
  const open = (): tls.TLSSocket => {
    const socket = tls.connect({
      host: '127.0.0.1',
      port: server.port,
      cert: clientSecurity.certificatePem,
      key: clientSecurity.privateKeyPem,
      rejectUnauthorized: false,
      ...(session ? { session } : {}),
    });
    return socket.on('error', () => undefined).on('session', (ticket) => (session = ticket));
  };
  for (const isReused of [false, true]) {
    const socket = open();
    assert.equal(await echo(socket, 'in time'), 'in time');
    assert.equal(socket.isSessionReused(), isReused);
    assert.equal((await server.next()).principal, productpage);
    socket.destroy();
  }
  later = 25 * 3_600_000;
  const third = open();
  assert.equal(codeOf(await server.next()), 'expired-certificate');
  await closed(third);

  // The client for its part begins afresh when the server's certificate has run out.
  const client = new LinkTls(clientSecurity, { now });
  later = 0;
  for (const [hours, isReused] of [
    [0, false],
    [0, true],
    [25, false],
  ] as const) {
    later = hours * 3_600_000;
    const socket = await connect(client, server.port);
    assert.equal(socket.isSessionReused(), isReused);
    // Resumed, the session stays the same.
    const ticket = isReused ? undefined : once(socket, 'session');
    await echo(socket, 'x');
    await ticket;
    socket.destroy();
  }
});

test('a connection closed by our side during the handshake is reported once', async (t) => {
  const link = new LinkTls(serverSecurity);
  const outcomes: (Error | undefined)[] = [];
  const server = net.createServer((raw) => {
    raw.once('data', (head) => {
      link.acceptTls(raw, head, (error) => void outcomes.push(error));
      setImmediate(() => raw.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const raw = net.connect(port, '127.0.0.1', () => raw.write(Buffer.from([0x16, 3, 1, 2, 0, 1])));
  await closed(raw.on('error', () => undefined).resume());
  await until(() => outcomes.length > 0);
  assert.equal(outcomes.length, 1);
  assert.ok(outcomes[0]);
});

test('an update to the same credentials keeps the sessions; one to others does not', async (t) => {
  const server = await serve(t, serverSecurity);
  const client = new LinkTls(clientSecurity);
  const first = await connect(client, server.port);
  const ticket = once(first, 'session');
  await echo(first, 'hello');
  await ticket;
  first.destroy();
  const isReused = async (): Promise<boolean> => {
    const socket = await connect(client, server.port);
    const reused = socket.isSessionReused();
    await echo(socket, 'hello');
    socket.destroy();
    return reused;
  };
  client.update(structuredClone(clientSecurity));
  server.link.update(structuredClone(serverSecurity));
  assert.equal(await isReused(), true);
  client.update(await certificates(authority, productpage));
  assert.equal(await isReused(), false);
});

test('sessions are resumed, identities still checked', async (t) => {
  const server = await serve(t, serverSecurity);
  const client = new LinkTls(clientSecurity);
  const first = await connect(client, server.port);
  const ticket = once(first, 'session');
  assert.equal(first.isSessionReused(), false);
  await echo(first, 'one');
  await ticket;
  first.destroy();

  const second = await connect(client, server.port);
  assert.equal(second.isSessionReused(), true);
  assert.equal(await echo(second, 'two'), 'two');
  assert.equal(client.principalOf(second), reviews);
  second.destroy();
  assert.deepEqual(
    server.accepted.map(({ principal, hash }) => [principal, hash === server.accepted[0]?.hash]),
    [
      [productpage, true],
      [productpage, true],
    ],
  );
  assert.equal((await rejection(connect(client, server.port, [productpage]))).code, 'wrong-principal');
});

test('plaintext and garbage are refused and closed', async (t) => {
  const server = await serve(t, serverSecurity);
  for (const bytes of [
    'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
    '\x16\x03\x01\x00\x05hello',
    '\x16\x03\x01\x40\x00'.padEnd(20_000, '\0'),
  ]) {
    const raw = net.connect(server.port, '127.0.0.1', () => raw.write(bytes, 'latin1'));
    raw.on('error', () => undefined).resume();
    assert.equal(codeOf(await server.next()), 'handshake-failed');
    await closed(raw);
  }
  await drained(server);
});

test('a handshake that does not get on is given up', async (t) => {
  const server = await serve(t, serverSecurity, { handshakeTimeoutMs: 200 });
  const raw = net.connect(server.port, '127.0.0.1', () => raw.write(Buffer.from([0x16, 3, 1, 2, 0, 1])));
  raw.on('error', () => undefined).resume();
  assert.equal(codeOf(await server.next()), 'timed-out');
  await closed(raw);
  await drained(server);
});

test('a client that leaves during the handshake is noticed', async (t) => {
  const server = await serve(t, serverSecurity);
  for (const [index, leave] of [(raw: net.Socket) => raw.end(), (raw: net.Socket) => raw.resetAndDestroy()].entries()) {
    const raw = net.connect(server.port, '127.0.0.1', () => raw.write(Buffer.from([0x16, 3, 1, 2, 0, 1])));
    raw.on('error', () => undefined).resume();
    await server.begun(index + 1);
    leave(raw);
    assert.equal(codeOf(await server.next()), 'closed');
    await drained(server);
  }
});

test('the client gives up on servers that do not answer, are not there, or speak no TLS', async (t) => {
  const link = new LinkTls(clientSecurity);
  const sockets = new Set<net.Socket>();
  const say = async (answer: string | undefined): Promise<number> => {
    const server = net.createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      if (answer !== undefined) socket.end(answer);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  };
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  const silent = await say(undefined);
  assert.equal((await rejection(connect(link, silent, [], 200))).code, 'timed-out');
  const [left] = sockets;
  if (left) await closed(left.resume());
  assert.equal(
    (await rejection(connect(link, await say('HTTP/1.1 400 Bad Request\r\n\r\n')))).code,
    'handshake-failed',
  );
  assert.equal((await rejection(connect(link, await say('')))).code, 'closed');

  const gone = net.createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const address = gone.address();
  await new Promise((resolve) => gone.close(resolve));
  const refused = await rejection(connect(link, typeof address === 'object' && address ? address.port : 0));
  assert.equal(refused.code, 'connect-failed');
  assert.match(refused.message, /ECONNREFUSED/);
});

test('without credentials nothing is secured', async (t) => {
  const server = await serve(t, { type: 'none' });
  assert.equal(server.link.usable, false);
  const raw = net.connect(server.port, '127.0.0.1', () => raw.write('x'));
  raw.on('error', () => undefined).resume();
  assert.equal(codeOf(await server.next()), 'not-configured');
  assert.equal((await rejection(connect(new LinkTls({ type: 'none' }), server.port))).code, 'not-configured');
  server.link.update(serverSecurity);
  assert.equal(server.link.usable, true);
  const socket = await connect(new LinkTls(clientSecurity), server.port);
  assert.equal(await echo(socket, 'now'), 'now');
  socket.destroy();
});

test('unusable credentials are refused, the ones before stay', async (t) => {
  const server = await serve(t, serverSecurity);
  const other = await certificates(authority, reviews);
  for (const bad of [
    { ...serverSecurity, privateKeyPem: other.privateKeyPem },
    { ...serverSecurity, certificatePem: 'nonsense' },
    { ...serverSecurity, trustBundlePem: '' },
    { ...serverSecurity, certificatePem: authority.trustBundlePem },
  ]) {
    assert.throws(() => server.link.update(bad));
    assert.throws(() => new LinkTls(bad));
  }
  const socket = await connect(new LinkTls(clientSecurity), server.port);
  assert.equal(await echo(socket, 'still there'), 'still there');
  socket.destroy();
});

import assert from 'node:assert/strict';
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
  sharedKey,
} from './link-harness.ts';

test('both sides prove the key, over TLS 1.3 with AES-GCM and an ephemeral exchange', async (t) => {
  const server = await serve(t, sharedKey(reviews));
  const client = new LinkTls(sharedKey(productpage));
  for (let turn = 0; turn < 2; turn++) {
    const socket = await connect(client, server.port);
    assert.equal(await echo(socket, 'hello'), 'hello');
    assert.equal(socket.getProtocol(), 'TLSv1.3');
    assert.equal(socket.getCipher()?.standardName, 'TLS_AES_128_GCM_SHA256');
    // Not only the key: a recorded link stays closed to who learns the key later.
    assert.ok('type' in (socket.getEphemeralKeyInfo() ?? {}));
    assert.equal(socket.getPeerX509Certificate(), undefined);
    assert.equal(client.principalOf(socket), reviews);
    const accepted = await server.next();
    assert.equal(accepted.principal, productpage);
    assert.equal(accepted.hash, undefined);
    socket.destroy();
  }
  await drained(server);
});

test('another key is refused on both sides', async (t) => {
  const server = await serve(t, sharedKey(reviews, 7));
  const error = await rejection(connect(new LinkTls(sharedKey(productpage, 8)), server.port));
  assert.equal(error.code, 'wrong-key');
  assert.equal(codeOf(await server.next()), 'wrong-key');
  await drained(server);
});

test('the client gets to the server it expects, or to none', async (t) => {
  const server = await serve(t, sharedKey(reviews));
  const client = new LinkTls(sharedKey(productpage));
  assert.equal((await rejection(connect(client, server.port, [productpage]))).code, 'wrong-principal');
  assert.equal(codeOf(await server.next()), 'wrong-principal');
  for (const expected of [[productpage, reviews], []]) {
    const socket = await connect(client, server.port, expected);
    assert.equal(await echo(socket, 'hi'), 'hi');
    assert.equal(client.principalOf(socket), undefined);
    assert.equal((await server.next()).principal, productpage);
    socket.destroy();
  }
  const many = Array.from({ length: 30 }, () => reviews);
  assert.equal((await rejection(connect(client, server.port, many))).code, 'invalid-identity');
});

test('another trust domain is refused', async (t) => {
  const server = await serve(t, sharedKey(reviews));
  const client = new LinkTls(sharedKey('spiffe://other.example/ns/bookinfo/sa/productpage'));
  await rejection(connect(client, server.port));
  assert.equal(codeOf(await server.next()), 'wrong-trust-domain');
  await drained(server);
});

test('the identity is bound to the key: an announced one needs the key derived for it', async (t) => {
  const server = await serve(t, sharedKey(reviews));
  const attempts: readonly (readonly [identity: string, code: string])[] = [
    [productpage, 'wrong-key'],
    ['somebody', 'invalid-identity'],
  ];
  for (const [identity, code] of attempts) {
    // It holds the mesh key itself, not what is derived for an identity.
    const socket = tls.connect({
      host: '127.0.0.1',
      port: server.port,
      ciphers: 'TLS_AES_128_GCM_SHA256',
      pskCallback: () => ({ psk: Buffer.alloc(32, 7), identity }),
    });
    socket.on('error', () => undefined);
    assert.equal(codeOf(await server.next()), code);
    await closed(socket);
  }
  await drained(server);
});

test('certificates and shared keys do not mix', async (t) => {
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const keyServer = await serve(t, sharedKey(reviews));
  await rejection(connect(new LinkTls(await certificates(authority, productpage)), keyServer.port));
  assert.equal(codeOf(await keyServer.next()), 'handshake-failed');

  const certificateServer = await serve(t, await certificates(authority, reviews));
  const client = new LinkTls(sharedKey(productpage));
  // The server ignores the key and shows its certificate, which proves nothing to this client.
  assert.ok(
    ['untrusted-certificate', 'wrong-key'].includes((await rejection(connect(client, certificateServer.port))).code),
  );
  await drained(keyServer);
  await drained(certificateServer);
});

test('keys that are too short and identities that are none are refused', () => {
  assert.throws(() => new LinkTls({ type: 'shared-key', identity: reviews, key: Buffer.alloc(15) }), /15 bytes/);
  assert.throws(() => new LinkTls(sharedKey('reviews')), /no SPIFFE id/);
  assert.throws(() => new LinkTls(sharedKey('spiffe://cluster.local')), /no SPIFFE id/);
});

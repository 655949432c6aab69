/** The links against OpenSSL's own command line, an implementation that shares no line with ours but the library below. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { CertificateAuthority } from '../../../../src/engine/dataplane/tls/certificate-authority.ts';
import { LinkTls } from '../../../../src/engine/dataplane/tls/link-security.ts';
import { deriveLinkKey } from '../../../../src/engine/dataplane/tls/shared-key.ts';
import {
  certificates,
  codeOf,
  connect,
  echo,
  productpage,
  rejection,
  reviews,
  serve,
  sharedKey,
} from './link-harness.ts';

const version = spawnSync('openssl', ['version'], { encoding: 'utf8' });
const skip = version.status === 0 && /OpenSSL [3-9]/.test(version.stdout) ? false : 'needs openssl 3 on the PATH';

interface Files {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

async function write(
  t: TestContext,
  security: { readonly certificatePem: string; readonly privateKeyPem: string; readonly trustBundlePem: string },
): Promise<Files> {
  const directory = await mkdtemp(path.join(tmpdir(), 'meshlens-tls-'));
  t.after(() => rm(directory, { recursive: true }));
  const files = {
    cert: path.join(directory, 'cert.pem'),
    key: path.join(directory, 'key.pem'),
    ca: path.join(directory, 'ca.pem'),
  };
  await writeFile(files.cert, security.certificatePem);
  await writeFile(files.key, security.privateKeyPem, { mode: 0o600 });
  await writeFile(files.ca, security.trustBundlePem);
  return files;
}

/** Runs `openssl s_client`, sends a line and ends when it came back or the connection closed; all it printed. */
async function client(port: number, args: readonly string[]): Promise<string> {
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], { stdio: 'pipe' });
  let output = '';
  const onOutput = (chunk: Buffer): void => {
    output += chunk.toString();
    if (output.includes('ping from openssl')) child.stdin.end();
  };
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  child.stdin.on('error', () => undefined);
  child.stdin.write('ping from openssl\n');
  const guard = setTimeout(() => child.kill(), 10_000);
  await once(child, 'close');
  clearTimeout(guard);
  return output;
}

/** Runs `openssl s_server -rev`, which sends lines back reversed; resolves with its port once it listens. */
async function server(t: TestContext, args: readonly string[]): Promise<number> {
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-rev', ...args], { stdio: 'pipe' });
  t.after(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const onOutput = (chunk: Buffer): void => {
      output += chunk.toString();
      const port = /^ACCEPT 127\.0\.0\.1:(\d+)$/m.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.on('close', () => reject(new Error(`s_server ended: ${output}`)));
  });
}

test('openssl reads the leaf as an X.509-SVID and verifies it strictly', { skip }, async (t) => {
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const files = await write(t, await certificates(authority, reviews));
  const text = spawnSync('openssl', ['x509', '-in', files.cert, '-noout', '-text'], { encoding: 'utf8' }).stdout;
  assert.match(
    text,
    /X509v3 Subject Alternative Name: critical\s+URI:spiffe:\/\/cluster\.local\/ns\/bookinfo\/sa\/reviews\n/,
  );
  assert.match(text, /X509v3 Basic Constraints: critical\s+CA:FALSE/);
  assert.match(text, /X509v3 Key Usage: critical\s+Digital Signature\n/);
  assert.match(text, /X509v3 Extended Key Usage:\s+TLS Web Server Authentication, TLS Web Client Authentication/);
  assert.match(text, /Signature Algorithm: ecdsa-with-SHA256/);
  assert.match(text, /NIST CURVE: P-256/);
  assert.match(text, /Subject: *\n/);
  for (const purpose of ['sslserver', 'sslclient']) {
    const verified = spawnSync(
      'openssl',
      ['verify', '-x509_strict', '-CAfile', files.ca, '-purpose', purpose, files.cert],
      { encoding: 'utf8' },
    );
    assert.equal(verified.stdout, `${files.cert}: OK\n`, verified.stderr);
  }
});

test('openssl as a client with certificate: TLS 1.3, AES-GCM', { skip }, async (t) => {
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const link = await serve(t, await certificates(authority, reviews));
  const files = await write(t, await certificates(authority, productpage));
  const identity = ['-cert', files.cert, '-key', files.key, '-CAfile', files.ca, '-verify_return_error'];
  const output = await client(link.port, [...identity, '-alpn', 'istio']);
  assert.match(output, /New, TLSv1\.3, Cipher is TLS_AES_256_GCM_SHA384/);
  assert.match(output, /ALPN protocol: istio/);
  assert.match(output, /Verify return code: 0 \(ok\)/);
  assert.match(output, /ping from openssl/);
  assert.equal((await link.next()).principal, productpage);

  const smaller = await client(link.port, [...identity, '-ciphersuites', 'TLS_AES_128_GCM_SHA256']);
  assert.match(smaller, /Cipher is TLS_AES_128_GCM_SHA256/);
  await link.next();
  for (const refused of [['-tls1_2'], ['-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256'], ['-alpn', 'h2']]) {
    assert.doesNotMatch(await client(link.port, [...identity, ...refused]), /ping from openssl/);
    assert.equal(codeOf(await link.next()), 'handshake-failed');
  }
  assert.doesNotMatch(await client(link.port, ['-CAfile', files.ca]), /ping from openssl/);
  assert.equal(codeOf(await link.next()), 'no-certificate');
});

test('openssl as a server with certificate', { skip }, async (t) => {
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const files = await write(t, await certificates(authority, reviews));
  const port = await server(t, ['-cert', files.cert, '-key', files.key, '-CAfile', files.ca, '-Verify', '1']);
  const socket = await connect(new LinkTls(await certificates(authority, productpage)), port);
  assert.equal(await echo(socket, 'abc\n'), 'cba\n');
  assert.equal(socket.getProtocol(), 'TLSv1.3');
  socket.destroy();
  const wrong = new LinkTls(await certificates(authority, productpage));
  assert.equal((await rejection(connect(wrong, port, [productpage]))).code, 'wrong-principal');
});

test('openssl with a shared key, as client and as server: TLS 1.3 with (EC)DHE, AES-GCM', { skip }, async (t) => {
  const meshKey = Buffer.alloc(32, 7);
  const link = await serve(t, sharedKey(reviews));
  const key = deriveLinkKey(meshKey, productpage).toString('hex');
  const psk = ['-psk_identity', productpage, '-ciphersuites', 'TLS_AES_128_GCM_SHA256'];
  const output = await client(link.port, [...psk, '-psk', key]);
  assert.match(output, /TLSv1\.3, Cipher is TLS_AES_128_GCM_SHA256/);
  assert.match(output, /Server Temp Key: X25519/);
  assert.match(output, /no peer certificate available/);
  assert.match(output, /ping from openssl/);
  assert.equal((await link.next()).principal, productpage);

  assert.doesNotMatch(await client(link.port, [...psk, '-psk', '00'.repeat(32)]), /ping from openssl/);
  assert.equal(codeOf(await link.next()), 'wrong-key');

  const port = await server(t, ['-nocert', '-psk', key, '-psk_identity', productpage, '-tls1_3']);
  const socket = await connect(new LinkTls(sharedKey(productpage)), port, []);
  assert.equal(await echo(socket, 'abc\n'), 'cba\n');
  assert.equal(socket.getCipher()?.standardName, 'TLS_AES_128_GCM_SHA256');
  socket.destroy();
});

test('a wiretap sees no plaintext', async (t) => {
  const link = await serve(t, sharedKey(reviews));
  const seen: Buffer[] = [];
  const tap = net.createServer((near) => {
    const far = net.connect(link.port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => void seen.push(chunk)).on('error', () => undefined);
      from.pipe(to);
    }
  });
  tap.listen(0, '127.0.0.1');
  await once(tap, 'listening');
  t.after(() => tap.close());
  const address = tap.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const socket = await connect(new LinkTls(sharedKey(productpage)), port);
  assert.equal(await echo(socket, 'the secret of the day'), 'the secret of the day');
  socket.destroy();
  const bytes = Buffer.concat(seen).toString('latin1');
  assert.ok(bytes.includes(productpage), 'it does tap: the announced identity is in the clear');
  assert.equal(bytes.includes('the secret of the day'), false);
});

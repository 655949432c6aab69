/** Tokens, certificates and authorities in files, and passwords. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { KubeFailure } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { canary, fails } from './access-failures.ts';
import { base64, temporaryFolder, transportOf } from './access-context.ts';
import { startAccessServer } from './access-server.ts';
import { authority, certificate, trusting } from './secure-server.ts';
import { TestAuthority } from './test-authority.ts';
import { statusOf, TestClock, tokenServer } from './token-server.ts';

/** The credentials could not be had; the words say why and hold no secret. */
const refused = (promise: Promise<unknown>, words: RegExp): Promise<KubeFailure> =>
  fails(promise, 'credentials', words);

test('a token file is read again after a few seconds, and at once when the server refuses it', async (t) => {
  const server = await tokenServer(t, ['one', 'two']);
  const file = path.join(await temporaryFolder(t), 'token');
  await writeFile(file, 'one\n');
  const clock = new TestClock();
  const transport = await transportOf(t, trusting(server), { tokenFile: file, token: 'beside' }, { clock });
  await statusOf(transport);
  await writeFile(file, ' two \n');
  await statusOf(transport);
  clock.pass(4);
  await statusOf(transport);
  assert.deepEqual(server.seen, ['Bearer one', 'Bearer one', 'Bearer two']);
  await writeFile(file, 'three');
  server.valid.clear();
  server.valid.add('three');
  assert.equal(await statusOf(transport), 200);
  assert.deepEqual(server.seen.slice(3), ['Bearer two', 'Bearer three']);
  // The same token again: no use to repeat.
  server.valid.clear();
  assert.equal(await statusOf(transport), 401);
  assert.deepEqual(server.seen.slice(5), ['Bearer three']);
});

test('a WebSocket that was refused gets the credentials that came since, if there are any', async (t) => {
  const file = path.join(await temporaryFolder(t), 'token');
  await writeFile(file, 'one');
  const transport = await transportOf(
    t,
    { server: 'https://127.0.0.1:1' },
    { tokenFile: file },
    { clock: new TestClock() },
  );
  const first = await transport.webSocket('/x');
  assert.deepEqual((await transport.webSocket('/x', undefined, first)).headers, first.headers);
  await writeFile(file, 'two');
  const second = await transport.webSocket('/x', undefined, first);
  assert.equal(second.headers['Authorization'], 'Bearer two');
  assert.deepEqual((await transport.webSocket('/x', undefined, first)).headers, second.headers);
});

test('files that are missing or hold no token are told by name', async (t) => {
  const server = await tokenServer(t, ['beside']);
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'token');
  const missing = await transportOf(t, trusting(server), { tokenFile: file });
  await refused(statusOf(missing), new RegExp(`token file ${file} does not exist`));
  await writeFile(file, `${canary}\nhas lines`);
  await refused(statusOf(missing), /holds no token/);
  const beside = await transportOf(t, trusting(server), { tokenFile: path.join(folder, 'no'), token: 'beside' });
  assert.equal(await statusOf(beside), 200);
  const certificates = await transportOf(t, trusting(server), {
    'client-certificate': file,
    'client-key': `${file}.key`,
  });
  await refused(statusOf(certificates), /client key file .* does not exist/);
  const ca = await transportOf(t, { server: server.url, 'certificate-authority': file }, {});
  await assert.rejects(statusOf(ca), KubeFailure);
  const noAuthority = await transportOf(t, { server: server.url, 'certificate-authority': `${file}.ca` }, {});
  await refused(statusOf(noAuthority), /certificate authority file .* does not exist/);
  const odd = await transportOf(t, trusting(server), { token: `${canary} with blanks` });
  await refused(statusOf(odd), /characters that no token has/);
});

test('certificate files are read again when they were renewed', async (t) => {
  const names: string[] = [];
  const server = await startAccessServer(
    ({ socket }, response) => {
      const name = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : '';
      names.push(name);
      response.writeHead(name === 'late' ? 401 : 200).end();
    },
    { ...certificate, ca: authority.pem, requestCert: true, rejectUnauthorized: false },
  );
  t.after(() => server.close());
  const folder = await temporaryFolder(t);
  const give = async (commonName: string): Promise<void> => {
    const { cert, key } = await authority.issue({ commonName });
    await writeFile(path.join(folder, 'tls.crt'), cert);
    await writeFile(path.join(folder, 'tls.key'), key);
  };
  const user = { 'client-certificate': path.join(folder, 'tls.crt'), 'client-key': path.join(folder, 'tls.key') };
  const clock = new TestClock();
  await give('first');
  const transport = await transportOf(t, trusting(server), user, { clock });
  await statusOf(transport);
  await give('second');
  await statusOf(transport);
  clock.pass(11);
  await statusOf(transport);
  assert.deepEqual(names, ['first', 'first', 'second']);
  // Half written: what was whole before is used on.
  await writeFile(path.join(folder, 'tls.crt'), 'half');
  clock.pass(11);
  assert.equal(await statusOf(transport), 200);
  // Refused, and renewed meanwhile.
  await give('late');
  clock.pass(11);
  const asked = statusOf(transport);
  assert.equal(await asked, 401);
  await give('third');
  assert.equal(await statusOf(transport), 200);
  assert.equal(names.at(-1), 'third');
});

test('a certificate authority in a file is read again when the server was given a new one', async (t) => {
  const other = await TestAuthority.create('the next');
  const server = await startAccessServer((_, response) => response.end(), await other.issue());
  t.after(() => server.close());
  const file = path.join(await temporaryFolder(t), 'ca.crt');
  await writeFile(file, authority.pem);
  const transport = await transportOf(t, { server: server.url, 'certificate-authority': file });
  await assert.rejects(statusOf(transport), /authority that is not the kubeconfig’s/);
  await writeFile(file, other.pem);
  assert.equal(await statusOf(transport), 200);
});

test('a password goes as basic authentication, a certificate beside a token', async (t) => {
  const seen: string[] = [];
  const server = await startAccessServer(
    ({ socket, headers }, response) => {
      const name = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject?.CN) : '';
      seen.push(`${name} ${headers.authorization ?? ''}`);
      response.end();
    },
    { ...certificate, ca: authority.pem, requestCert: true, rejectUnauthorized: false },
  );
  t.after(() => server.close());
  await statusOf(await transportOf(t, trusting(server), { username: 'ana', password: 'pä:ss' }));
  const { cert, key } = await authority.issue({ commonName: 'both' });
  const both = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key), token: 'one' };
  await statusOf(await transportOf(t, trusting(server), both));
  assert.deepEqual(seen, [`undefined Basic ${base64('ana:pä:ss')}`, 'both Bearer one']);
});

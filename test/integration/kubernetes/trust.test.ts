/** Whom the transport trusts, what it shows of itself, and how it tells that nobody can be reached. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { createTransport } from '../../../src/engine/discovery/kubernetes/transport/create-transport.ts';
import type { KubeRequest, KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { canary, failureOf, fails } from './access-failures.ts';
import { base64, contextOf, transportOf } from './access-context.ts';
import { startAccessServer, type AccessServer } from './access-server.ts';
import { authority, certificate, secureServer, trusting } from './secure-server.ts';
import { TestAuthority } from './test-authority.ts';

const clients = await TestAuthority.create('clients');
const ask: KubeRequest = { path: '/api' };
const textOf = async (transport: KubeTransport, request: KubeRequest = ask): Promise<string> =>
  (await transport.request(request)).body.toString();

test('redirects are not followed', async (t) => {
  let arrived = 0;
  const server = await secureServer(t, (_, response) => {
    arrived += 1;
    response.writeHead(302, { location: `https://login.example/?state=${canary}` }).end();
  });
  const transport = await transportOf(t, trusting(server), { token: canary });
  await fails(transport.request(ask), 'protocol', /redirects to login\.example/);
  await fails(transport.stream(ask), 'protocol', /sign-in page/);
  assert.equal(arrived, 2);
});

test('nobody there, no such name, not HTTP: told with the address and a way forward', async (t) => {
  const free = await startAccessServer(() => undefined);
  await free.close();
  const user = { token: canary };
  await fails(
    (await transportOf(t, { server: `https://127.0.0.1:${free.port}` }, user)).request(ask),
    'unreachable',
    new RegExp(`https://127\\.0\\.0\\.1:${free.port}: nothing listens there\\. Check that the cluster runs`),
  );
  await fails(
    (await transportOf(t, { server: 'https://u:canary@api.invalid' }, user)).request(ask),
    'unreachable',
    /api\.invalid: the name/,
  );
  const odd = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('SSH-2.0-OpenSSH\r\n');
  }).listen(0, '127.0.0.1');
  t.after(() => odd.close());
  await once(odd, 'listening');
  const { port } = odd.address() as AddressInfo;
  await fails(
    (await transportOf(t, { server: `http://127.0.0.1:${port}` }, user)).request(ask),
    'protocol',
    /not HTTP/,
  );
  await fails(
    (await transportOf(t, { server: `https://127.0.0.1:${port}` }, user)).request(ask),
    'tls',
    /does not speak TLS/,
  );
});

test('a server that takes the connection and says nothing is given up', async (t) => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  t.after(() => silent.close());
  await once(silent, 'listening');
  const server = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const transport = await transportOf(t, { server }, {}, { connectTimeoutMs: 100 });
  await fails(transport.request(ask), 'unreachable', /did not answer within/);
});

test('certificates that cannot be trusted are told apart', async (t) => {
  const expired = await authority.issue({ notAfter: new Date(Date.now() - 3_600_000) });
  const elsewhere = await authority.issue({ names: ['api.prod.example'] });
  const other = await (await TestAuthority.create('other')).issue();
  const fine = (handle: object): Promise<AccessServer> => secureServer(t, (_, response) => response.end('ok'), handle);
  const [expiredServer, elsewhereServer, otherServer] = [await fine(expired), await fine(elsewhere), await fine(other)];
  const user = { token: canary };
  await fails((await transportOf(t, trusting(expiredServer), user)).request(ask), 'tls', /has expired/);
  await fails(
    (await transportOf(t, trusting(elsewhereServer), user)).request(ask),
    'tls',
    /another name.*tls-server-name/,
  );
  await fails(
    (await transportOf(t, trusting(otherServer), user)).request(ask),
    'tls',
    /authority that is not the kubeconfig’s/,
  );
  await fails((await transportOf(t, { server: otherServer.url }, user)).request(ask), 'tls', /authority/);

  const named = await transportOf(t, { ...trusting(elsewhereServer), 'tls-server-name': 'api.prod.example' });
  assert.equal(await textOf(named), 'ok');
  const wrong = await transportOf(t, { ...trusting(elsewhereServer), 'tls-server-name': 'api.test.example' });
  await fails(wrong.request(ask), 'tls', /another name/);
  const byAddress = await transportOf(t, { ...trusting(await fine(certificate)), 'tls-server-name': '127.0.0.1' });
  assert.equal(await textOf(byAddress), 'ok');
  const insecure = await transportOf(t, { server: otherServer.url, 'insecure-skip-tls-verify': true });
  assert.equal(await textOf(insecure), 'ok');
});

test('a client certificate is shown to who asks for it; a pair that does not fit is told before it is used', async (t) => {
  const client = await clients.issue({ commonName: 'ana' });
  const names: string[] = [];
  const server = await secureServer(
    t,
    ({ socket }, response) => {
      names.push(socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : '');
      response.end('ok');
    },
    { ...certificate, ca: clients.pem, requestCert: true, rejectUnauthorized: true },
  );
  const user = { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) };
  assert.equal(await textOf(await transportOf(t, trusting(server), user)), 'ok');
  assert.deepEqual(names, ['ana']);
  // The server's refusal comes after the handshake of TLS 1.3, where the end of the connection may overtake it.
  const refused = await failureOf((await transportOf(t, trusting(server))).request(ask));
  assert.match(`${refused.reason}: ${refused.message}`, /^tls: .*\(certificate required\)|^unreachable: .*was reset/);
  const stranger = { ...user, 'client-key-data': base64((await clients.issue()).key) };
  await fails((await transportOf(t, trusting(server), stranger)).request(ask), 'credentials', /do not fit each other/);
});

test('credentials go over plain HTTP on this machine only', async (t) => {
  const seen: (string | undefined)[] = [];
  const server = await startAccessServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end('ok');
  });
  t.after(() => server.close());
  await textOf(await transportOf(t, { server: server.url }, { token: canary }));
  await textOf(await transportOf(t, { server: server.url.replace('http://', 'http://ana:canary@') }));
  // The proxy plays the network.
  const far = await transportOf(t, { server: 'http://api.example:8080', 'proxy-url': server.url }, { token: canary });
  await textOf(far);
  assert.deepEqual(seen, [`Bearer ${canary}`, `Basic ${base64('ana:canary')}`, undefined]);
});

test('a WebSocket gets address, credentials and TLS material of the moment', async (t) => {
  const client = await clients.issue();
  const context = {
    server: 'https://api.example:6443/base',
    'certificate-authority-data': base64(authority.pem),
    'tls-server-name': 'other.example',
    'proxy-url': 'http://u:p@proxy.example:3128',
  };
  const transport = await transportOf(t, context, {
    token: canary,
    as: 'ana',
    'as-groups': ['one', 'two'],
    'client-certificate-data': base64(client.cert),
    'client-key-data': base64(client.key),
  });
  assert.deepEqual(await transport.webSocket('/api/v1/namespaces/a/pods/b/portforward', { ports: 8080 }), {
    url: 'wss://api.example:6443/base/api/v1/namespaces/a/pods/b/portforward?ports=8080',
    headers: {
      'User-Agent': 'meshlens',
      'Impersonate-User': 'ana',
      'Impersonate-Group': ['one', 'two'],
      Authorization: `Bearer ${canary}`,
    },
    tls: {
      ca: authority.pem,
      cert: client.cert,
      key: client.key,
      servername: 'other.example',
      rejectUnauthorized: true,
    },
    proxy: 'http://u:p@proxy.example:3128',
  });
  const plain = await transportOf(t, { server: 'http://127.0.0.1:8001' });
  const target = await plain.webSocket('/x');
  assert.equal(target.url, 'ws://127.0.0.1:8001/x');
  assert.equal(target.proxy, undefined);
});

test('the namespace of a context is that of its transport', async (t) => {
  const named = createTransport(await contextOf(t, { server: 'https://x' }, {}, 'shop'));
  const unnamed = createTransport(await contextOf(t, { server: 'https://x' }));
  assert.deepEqual([named.namespace, unnamed.namespace, named.context], ['shop', 'default', 'context']);
  named.dispose();
  unnamed.dispose();
});

/** Every kind of credential against a real API server. */
import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { WebSocket } from 'ws';
import {
  loadKubeconfig,
  type ResolvedContext,
} from '../../../src/engine/discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import {
  createTransport,
  type TransportOptions,
} from '../../../src/engine/discovery/kubernetes/transport/create-transport.ts';
import { KubeFailure, type KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { fieldOf } from '../../../src/shared/untrusted.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { base64, contextOf } from '../kubernetes/access-context.ts';
import { TestAuthority } from '../kubernetes/test-authority.ts';

suite('access to a real cluster', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let admin: ResolvedContext;
  let token: ResolvedContext;
  const secrets: string[] = [];
  const told: string[] = [];
  const transports: KubeTransport[] = [];

  const open = (context: ResolvedContext, options: TransportOptions = {}): KubeTransport => {
    const transport = createTransport(context, { env: { PATH: process.env['PATH'] }, ...options });
    transports.push(transport);
    return transport;
  };
  const failureOf = async (promise: Promise<unknown>): Promise<KubeFailure> => {
    const failure: unknown = await promise.then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(failure instanceof KubeFailure, String(failure));
    told.push(failure.message, String(failure.stack), JSON.stringify(failure));
    return failure;
  };
  const contextNamed = async (name: string): Promise<ResolvedContext> => {
    const kubeconfig = await loadKubeconfig({ setting: cluster.kubeconfig, env: {}, home: cluster.folder });
    const context = kubeconfig.context(name);
    assert.ok(context);
    return context;
  };
  /** Fields of the cluster as its kubeconfig has them. */
  const server = async (): Promise<Record<string, string>> => ({
    server: admin.cluster.server,
    'certificate-authority-data':
      admin.cluster.certificateAuthorityData || (await readFile(admin.cluster.certificateAuthority)).toString('base64'),
  });
  const whoAmI = async (transport: KubeTransport): Promise<unknown> => {
    const answer = await transport.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}',
    });
    assert.equal(answer.status, 201, answer.body.toString());
    return fieldOf(fieldOf(fieldOf(JSON.parse(answer.body.toString()), 'status'), 'userInfo'), 'username');
  };

  before(async () => {
    cluster = await startRealCluster({ nodes: 1, withoutCrds: true });
    admin = await contextNamed('admin');
    token = await contextNamed('token');
    const guest = await contextNamed('guest');
    secrets.push(token.user.token, guest.user.token, admin.user.clientKeyData);
  });
  after(async () => {
    for (const transport of transports) transport.dispose();
    await cluster.stop();
  });

  test('an administrator’s certificate, a token, a guest', async () => {
    assert.equal(await whoAmI(open(admin)), 'admin');
    assert.equal(await whoAmI(open(token)), 'token-admin');
    const guest = open(await contextNamed('guest'));
    assert.equal(await whoAmI(guest), 'guest');
    const forbidden = await guest.request({ path: '/api/v1/pods' });
    assert.equal(forbidden.status, 403);
    assert.equal(fieldOf(JSON.parse(forbidden.body.toString()), 'reason'), 'Forbidden');
  });

  test('one user acts as another', async (t) => {
    const context = await contextOf(t, await server(), {
      token: token.user.token,
      as: 'guest',
      'as-groups': ['one', 'two'],
    });
    const transport = open(context);
    assert.equal(await whoAmI(transport), 'guest');
    assert.equal((await transport.request({ path: '/api/v1/pods' })).status, 403);
  });

  test('an authority that did not sign the server, a token nobody knows', async (t) => {
    const stranger = await TestAuthority.create();
    const wrong = { ...(await server()), 'certificate-authority-data': base64(stranger.pem) };
    const distrusted = open(await contextOf(t, wrong, { token: token.user.token }));
    assert.equal((await failureOf(distrusted.request({ path: '/api' }))).reason, 'tls');
    const unknown = open(await contextOf(t, await server(), { token: 'canary-unknown' }));
    assert.equal((await unknown.request({ path: '/api' })).status, 401);
  });

  test('a program of the kubeconfig gives the token, run once for all who ask', async (t) => {
    const login = path.join(cluster.folder, 'login');
    await writeFile(login, `#!/bin/sh\necho run >>"$0.runs"\ncat "$0.json"\n`);
    await chmod(login, 0o755);
    const says = (text: string): Promise<void> =>
      writeFile(
        `${login}.json`,
        JSON.stringify({
          apiVersion: 'client.authentication.k8s.io/v1',
          kind: 'ExecCredential',
          status: { token: text },
        }),
      );
    await says(token.user.token);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: login, interactiveMode: 'Never' };
    const context = await contextOf(t, await server(), { exec });
    const failure = await failureOf(open(context).request({ path: '/api' }));
    assert.match(failure.message, /Nobody agreed to that yet/);
    const transport = open(context, { consent: () => true });
    assert.deepEqual(await Promise.all([whoAmI(transport), whoAmI(transport), whoAmI(transport)]), [
      'token-admin',
      'token-admin',
      'token-admin',
    ]);
    assert.equal(await readFile(`${login}.runs`, 'utf8'), 'run\n');
  });

  test('a token file that was stale is read again when the server refuses it', async (t) => {
    const file = path.join(cluster.folder, 'token-file');
    await writeFile(file, 'canary-stale');
    const transport = open(await contextOf(t, await server(), { tokenFile: file }));
    assert.equal((await transport.request({ path: '/api' })).status, 401);
    await writeFile(file, token.user.token);
    assert.equal(await whoAmI(transport), 'token-admin');
  });

  test('ten calls take one connection; a restart of the server is not noticed by the eleventh', async (t) => {
    const sockets = new Set<Socket>();
    let connections = 0;
    const { port } = new URL(admin.cluster.server);
    const relay = createServer((socket) => {
      connections += 1;
      const onward = connect(Number(port), '127.0.0.1');
      for (const end of [socket, onward]) {
        sockets.add(end);
        end.on('error', () => undefined);
      }
      socket.on('close', () => onward.destroy());
      onward.on('close', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      relay.close();
    });
    const url = `https://127.0.0.1:${(relay.address() as AddressInfo).port}`;
    const context = await contextOf(t, { ...(await server()), server: url }, { token: token.user.token });
    const transport = open(context);
    for (let call = 0; call < 10; call += 1) await transport.request({ path: '/api/v1/namespaces' });
    assert.equal(connections, 1);
    await cluster.restartApiServer();
    assert.equal((await transport.request({ path: '/api/v1/namespaces' })).status, 200);
    assert.equal(connections, 2);
  });

  test('a long list comes compressed, a watch as it happens', async () => {
    const transport = open(token, { compression: true });
    const document = await transport.request({ path: '/openapi/v2' });
    assert.equal(document.headers['content-encoding'], 'gzip');
    assert.ok(document.body.length > 1_000_000);
    assert.equal((await failureOf(transport.request({ path: '/openapi/v2', maxBytes: 10_000 }))).reason, 'too-large');

    const query = { watch: true, fieldSelector: 'metadata.name=seen' };
    const stream = await transport.stream({ path: '/api/v1/configmaps', query });
    const line = new Promise<string>((resolve) =>
      stream.body.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    const created = await transport.request({
      method: 'POST',
      path: '/api/v1/namespaces/default/configmaps',
      body: '{"metadata":{"name":"seen"}}',
    });
    assert.equal(created.status, 201);
    assert.equal(fieldOf(JSON.parse(await line), 'type'), 'ADDED');
    stream.body.destroy();
  });

  test('a WebSocket is opened with what the transport says', async () => {
    for (const context of [admin, token]) {
      const target = await open(context).webSocket('/api/v1/configmaps', { watch: true });
      const socket = new WebSocket(target.url, {
        headers: { ...target.headers } as Record<string, string>,
        ...target.tls,
        // The server's library for watches wants one; those for tunnels do not.
        origin: admin.cluster.server,
      });
      const message = await new Promise<string>((resolve, reject) => {
        socket.on('message', (data: Buffer) => resolve(data.toString()));
        socket.on('error', reject);
      });
      assert.equal(fieldOf(JSON.parse(message), 'type'), 'ADDED');
      socket.terminate();
    }
  });

  test('no failure told a secret', () => {
    assert.ok(told.length >= 6);
    for (const words of told) {
      assert.doesNotMatch(words, /canary/);
      for (const secret of secrets) if (secret !== '') assert.ok(!words.includes(secret));
    }
  });
});

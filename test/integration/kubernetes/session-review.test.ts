/** A session whose questions about rights get no answer, though the server tells what it serves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeSession } from '../../../src/engine/discovery/kubernetes/session/kube-session.ts';
import { KubeFailure, type KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { FakeApiServer } from '../../kubernetes/fake-api-server.ts';
import { transportTo } from '../../kubernetes/transport-to.ts';
import { until } from '../until.ts';

test('says why it is not known what may be read, and goes on once it is', async (t) => {
  const server = new FakeApiServer();
  await server.start();
  t.after(() => server.stop());
  const way = await transportTo({ server: `http://127.0.0.1:${server.port}` });
  t.after(() => way.dispose());
  const { transport } = way;
  let isRefused = true;
  /** Something on the way lets no POST through. */
  const withoutPosts: KubeTransport = {
    context: transport.context,
    namespace: transport.namespace,
    request: (request) =>
      isRefused && request.method === 'POST'
        ? Promise.reject(new KubeFailure('unreachable', 'The way is closed.'))
        : transport.request(request),
    stream: (request) => transport.stream(request),
    webSocket: (path, query, refused) => transport.webSocket(path, query, refused),
    dispose: () => transport.dispose(),
  };
  const session = new KubeSession({
    transport: withoutPosts,
    namespaces: [],
    openTunnel: () => Promise.reject(new Error('No tunnel is wanted.')),
    readDocuments: () => [],
    bookinfo: () => Promise.resolve(''),
    newId: () => 'id',
  });
  t.after(() => session.dispose());
  session.start();
  await until('the reason', () => session.status.phase === 'unreachable');
  assert.equal(session.status.message, 'The way is closed. It is asked again every few seconds what you may read.');
  isRefused = false;
  session.retry();
  await until('the objects', () => session.status.phase === 'connected');
  assert.equal(session.status.message, undefined);
});

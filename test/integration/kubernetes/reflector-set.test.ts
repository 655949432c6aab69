import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { MeshObject } from '../../../src/engine/model/mesh-object.ts';
import type { KubeRequest, KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { FakeApiServer } from '../../kubernetes/fake-api-server.ts';
import { FaultProxy } from '../../kubernetes/fault-proxy.ts';
import {
  equalToServer,
  messagesOf,
  startRig,
  synced,
  versionsOf,
  type ReflectorRig,
} from '../../kubernetes/reflector-rig.ts';
import { transportTo, type TransportTo } from '../../kubernetes/transport-to.ts';
import { until } from '../until.ts';

const canary = 'c2VjcmV0LWNhbmFyeQ==';

describe('a set of reflectors', { concurrency: false }, () => {
  let server: FakeApiServer;
  let proxy: FaultProxy;
  let way: TransportTo;
  let rig: ReflectorRig;

  const pod = (namespace: string, name: string): void =>
    server.put('pods', { metadata: { name, namespace }, spec: {}, status: { phase: 'Running' } });

  beforeEach(async () => {
    server = new FakeApiServer();
    for (const name of ['shop', 'bank', 'istio-system']) server.put('namespaces', { metadata: { name } });
    for (const namespace of ['shop', 'bank']) for (const name of ['a', 'b']) pod(namespace, name);
    await server.start();
    proxy = new FaultProxy({ port: server.port });
    await proxy.start();
    way = await transportTo({ server: proxy.url });
    rig = startRig(way.transport);
    await synced(rig.set);
  });

  afterEach(async () => {
    rig.set.dispose();
    await way.dispose();
    await proxy.stop();
    await server.stop();
  });

  const names = (kind: string): readonly string[] =>
    rig.store
      .snapshot()
      .ofKind(kind)
      .map(({ namespace, name }) => `${namespace}/${name}`);

  test('reads every kind that is served, and says so of the others', () => {
    const { kinds, serverVersion, forbidden, trouble } = rig.set.status;
    assert.equal(serverVersion, 'v1.37.0');
    assert.equal(trouble, undefined);
    assert.deepEqual(forbidden, []);
    const states = new Map(kinds.map(({ kind, state, objects }) => [kind, `${state} ${objects}`]));
    assert.equal(states.get('core/Pod'), 'synced 4');
    assert.equal(states.get('core/Namespace'), 'synced 3');
    assert.equal(states.get('networking.istio.io/VirtualService'), 'absent 0');
    assert.deepEqual(names('core/Pod'), ['bank/a', 'bank/b', 'shop/a', 'shop/b']);
  });

  test('knows of which kinds it has all there are', () => {
    const { completeKinds } = rig.set;
    assert.ok(completeKinds.includes('core/Pod'));
    assert.ok(completeKinds.includes('core/Service'), 'without a single one, too');
    assert.ok(!completeKinds.includes('networking.istio.io/VirtualService'), 'what is not served may be in files only');
  });

  test('what people look at first is asked for first', () => {
    const asked = server.requests.filter((request) => request.startsWith('watch '));
    assert.deepEqual(asked.slice(0, 2).sort(), ['watch namespaces', 'watch services']);
    assert.ok(asked.length > 2);
  });

  test('changes, comings and goings arrive in order', async () => {
    for (let at = 0; at < 300; at++) {
      pod('shop', `p${at % 7}`);
      if (at % 3 === 0) server.remove('pods', 'shop', `p${(at + 3) % 7}`);
    }
    await equalToServer(rig, 'core/Pod', () => server.objects('pods'));
  });

  test('namespaces can be chosen, changed and given up', async () => {
    rig.set.setNamespaces(['shop']);
    assert.deepEqual(names('core/Pod'), ['shop/a', 'shop/b'], 'what is left is forgotten at once');
    assert.deepEqual(names('core/Namespace').length, 3, 'kinds without namespaces stay');
    await synced(rig.set);
    assert.ok(!rig.set.completeKinds.includes('core/Pod'), 'others may be elsewhere');
    assert.ok(rig.set.completeKinds.includes('core/Namespace'));
    pod('bank', 'unseen');
    pod('shop', 'c');
    await until('the new pod', () => names('core/Pod').includes('shop/c'));
    assert.deepEqual(names('core/Pod'), ['shop/a', 'shop/b', 'shop/c']);
    rig.set.setNamespaces(['bank', 'shop']);
    await until('both namespaces', () => names('core/Pod').length === 6);
    rig.set.setNamespaces([]);
    await synced(rig.set);
    assert.ok(rig.set.completeKinds.includes('core/Pod'));
    await equalToServer(rig, 'core/Pod', () => server.objects('pods'));
  });

  test('what a namespace refuses is told with verb, resource and namespace; the others are read', async () => {
    server.forbids = (_verb, plural, namespace) => plural === 'pods' && namespace !== 'shop';
    rig.set.setNamespaces(['bank', 'shop']);
    await until('the refusal', () => rig.set.status.forbidden.length > 0);
    await until(
      'the pods that may be read',
      () => names('core/Pod').filter((name) => name.startsWith('shop/')).length === 2,
    );
    assert.deepEqual(rig.set.status.forbidden, [{ verb: 'watch', group: '', resource: 'pods', namespace: 'bank' }]);
    const pods = await until('the rest in step', () =>
      rig.set.status.kinds.find(({ kind, state }) => kind === 'core/Pod' && state === 'synced'),
    );
    assert.match(pods.message ?? '', /^You may not watch pods in namespace bank\. Ask an administrator/);
    server.forbids = () => false;
    rig.set.retry();
    await equalToServer(rig, 'core/Pod', () => server.objects('pods'));
    await until('no refusal', () => rig.set.status.forbidden.length === 0);
  });

  test('what stays refused is no longer shown', async () => {
    server.forbids = (_verb, plural) => plural === 'pods';
    proxy.cut();
    await until('forbidden', () => rig.set.status.forbidden.length === 1);
    assert.equal(names('core/Pod').length, 4, 'one refusal may be a hiccup');
    assert.ok(!rig.set.completeKinds.includes('core/Pod'));
    rig.set.retry();
    await until('no pods', () => names('core/Pod').length === 0);
  });

  test('Secrets are known by name, type and number of keys: their data is never sent', async () => {
    let received = '';
    const spied: KubeTransport = {
      context: 'spied',
      namespace: 'default',
      request: async (kube: KubeRequest) => {
        const response = await way.transport.request(kube);
        received += response.body.toString();
        return response;
      },
      stream: async (kube: KubeRequest) => {
        const answer = await way.transport.stream(kube);
        answer.body.on('data', (chunk: Buffer) => (received += chunk.toString()));
        answer.body.pause();
        return answer;
      },
      webSocket: () => Promise.reject(new Error('none')),
      dispose: () => undefined,
    };
    server.put('secrets', {
      metadata: { name: 'cert', namespace: 'shop' },
      type: 'kubernetes.io/tls',
      data: { 'tls.key': canary, 'tls.crt': canary },
    });
    const other = startRig(spied);
    try {
      await synced(other.set);
      const [secret] = other.store.snapshot().ofKind('core/Secret');
      assert.deepEqual(secret?.rest, { type: 'kubernetes.io/tls', keyCount: 2 });
      assert.ok(received.includes('"cert"'));
      assert.ok(!received.includes(canary));
    } finally {
      other.set.dispose();
    }
  });

  test('of ConfigMaps only those of meshes are read whole, and kept in step', async () => {
    const map = (name: string, mesh: string): void =>
      server.put('configmaps', { metadata: { name, namespace: 'istio-system' }, data: { mesh } });
    map('other', 'x: 1');
    map('istio', 'trustDomain: one');
    map('istio-1-31-0', 'trustDomain: two');
    const dataOf = (name: string): unknown =>
      rig.store.snapshot().find('core/ConfigMap', 'istio-system', name)?.rest?.['data'];
    await until('the mesh config', () => dataOf('istio') !== undefined && dataOf('istio-1-31-0') !== undefined);
    assert.deepEqual(dataOf('istio'), { mesh: 'trustDomain: one' });
    assert.equal(dataOf('other'), undefined);
    map('istio', 'trustDomain: three');
    await until('the change', () => JSON.stringify(dataOf('istio'))?.includes('three'));
    server.remove('configmaps', 'istio-system', 'istio');
    await until('its end', () => !names('core/ConfigMap').includes('istio-system/istio'));
  });

  test('of definitions only those of meshes are read whole', async () => {
    const definition = (name: string, scope: string): void =>
      server.put('customresourcedefinitions', { metadata: { name }, spec: { scope }, status: { conditions: [] } });
    definition('servicedefaults.consul.hashicorp.com', 'Namespaced');
    definition('certificates.cert-manager.io', 'Namespaced');
    const find = (name: string): MeshObject | undefined =>
      rig.store.snapshot().find('apiextensions.k8s.io/CustomResourceDefinition', '', name);
    await until('both', () => find('servicedefaults.consul.hashicorp.com') && find('certificates.cert-manager.io'));
    assert.deepEqual(find('servicedefaults.consul.hashicorp.com')?.spec, { scope: 'Namespaced' });
    assert.equal(find('certificates.cert-manager.io')?.spec, undefined);
    definition('servicedefaults.consul.hashicorp.com', 'Cluster');
    await until('the change', () =>
      JSON.stringify(find('servicedefaults.consul.hashicorp.com')?.spec).includes('Cluster'),
    );
  });

  test('a server that forgets its pages is asked for everything at once', async () => {
    server.streamsLists = false;
    for (let at = 0; at < 600; at++) pod('shop', `many-${at}`);
    server.forgetsPages = true;
    const other = startRig(way.transport, { streamsLists: false });
    try {
      await equalToServer(other, 'core/Pod', () => server.objects('pods'));
    } finally {
      other.set.dispose();
    }
  });

  test('after dispose nothing arrives any more', async () => {
    const before = versionsOf(rig.store, 'core/Pod');
    pod('shop', 'late');
    rig.set.dispose();
    await until('the end of every watch', () => server.openWatches === 0);
    pod('shop', 'later');
    assert.deepEqual(versionsOf(rig.store, 'core/Pod'), before);
  });

  test('a server that restarts is read again from where it was', async (context) => {
    await server.stop();
    await until('trouble', () => rig.set.status.trouble !== undefined);
    assert.equal(messagesOf(rig.set.status).length, 1);
    assert.equal(names('core/Pod').length, 4, 'what was last seen is kept');
    pod('shop', 'meanwhile');
    server.remove('pods', 'bank', 'a');
    server.requests.length = 0;
    await server.start();
    context.diagnostic(
      `equal ${Math.round(await equalToServer(rig, 'core/Pod', () => server.objects('pods')))} ms after the start`,
    );
    assert.ok(!server.requests.includes('list pods'), 'nothing is listed anew');
  });

  test('a slow drip neither blocks nor loses', async () => {
    await proxy.begin({ fault: { type: 'drip', bytes: 50 }, matches: (path) => path.includes('/pods') });
    for (let at = 0; at < 40; at++) pod('shop', `drop-${at}`);
    server.put('services', { metadata: { name: 'other', namespace: 'shop' }, spec: {} });
    await until('other kinds', () => names('core/Service').includes('shop/other'));
    await proxy.end();
    await equalToServer(rig, 'core/Pod', () => server.objects('pods'));
  });

  test('deletes during a gap are found by the next list', async () => {
    await proxy.begin({ fault: { type: 'refuse' } });
    server.remove('pods', 'bank', 'a');
    pod('bank', 'new');
    server.compact();
    await proxy.end();
    await equalToServer(rig, 'core/Pod', () => server.objects('pods'));
    assert.deepEqual(names('core/Pod'), ['bank/b', 'bank/new', 'shop/a', 'shop/b']);
  });
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Clock } from '../../../src/engine/discovery/kubernetes/reflector/clock.ts';
import { systemClock } from '../../../src/engine/discovery/kubernetes/reflector/clock.ts';
import { FakeApiServer, type FakeResource } from '../../kubernetes/fake-api-server.ts';
import { equalToServer, startRig, synced, versionsOf, type ReflectorRig } from '../../kubernetes/reflector-rig.ts';
import { transportTo, type TransportTo } from '../../kubernetes/transport-to.ts';
import { until } from '../until.ts';

const virtualService: FakeResource = {
  group: 'networking.istio.io',
  version: 'v1',
  kind: 'VirtualService',
  plural: 'virtualservices',
  namespaced: true,
};
const kind = 'networking.istio.io/VirtualService';

/** Polls come a hundred times as often. */
const impatient: Clock = {
  ...systemClock,
  setTimer: (fn, ms) => systemClock.setTimer(fn, ms >= 30_000 ? ms / 100 : ms),
};

describe('kinds that come and go while connected', { concurrency: false }, () => {
  let server: FakeApiServer;
  let way: TransportTo;
  let rig: ReflectorRig | undefined;

  before(async () => {
    server = new FakeApiServer();
    await server.start();
    way = await transportTo({ server: `http://127.0.0.1:${server.port}` });
  });

  after(async () => {
    rig?.set.dispose();
    await way.dispose();
    await server.stop();
  });

  beforeEach(() => {
    rig?.set.dispose();
    server.forbids = () => false;
    server.aggregatesDiscovery = true;
  });

  const stateOf = (one: ReflectorRig): string | undefined =>
    one.set.status.kinds.find((each) => each.kind === kind)?.state;

  const comeAndGo = async (one: ReflectorRig): Promise<void> => {
    assert.equal(stateOf(one), 'absent');
    server.define(virtualService);
    server.put('virtualservices', { metadata: { name: 'reviews', namespace: 'shop' }, spec: { hosts: ['reviews'] } });
    await equalToServer(one, kind, () => server.objects('virtualservices'));
    assert.equal(stateOf(one), 'synced');
    server.undefine(virtualService);
    await until(
      'no objects of a kind that is gone',
      () => versionsOf(one.store, kind).length === 0 && stateOf(one) === 'absent',
    );
    // And once more: a definition may be taken away and given again by an upgrade.
    server.define(virtualService);
    server.put('virtualservices', { metadata: { name: 'ratings', namespace: 'shop' }, spec: {} });
    await equalToServer(one, kind, () => server.objects('virtualservices'));
    server.undefine(virtualService);
    await until('absence', () => stateOf(one) === 'absent');
  };

  test('definitions are watched', async () => {
    rig = startRig(way.transport);
    await synced(rig.set);
    await comeAndGo(rig);
  });

  test('where definitions may not be read, what is served is asked again and again', async () => {
    server.forbids = (_verb, plural) => plural === 'customresourcedefinitions';
    rig = startRig(way.transport, { clock: impatient });
    await synced(rig.set);
    await comeAndGo(rig);
  });

  test('servers without aggregated discovery', async () => {
    server.aggregatesDiscovery = false;
    rig = startRig(way.transport);
    await synced(rig.set);
    await comeAndGo(rig);
  });

  test('a kind that moves to another version is followed there', async () => {
    rig = startRig(way.transport);
    await synced(rig.set);
    server.define({ ...virtualService, version: 'v1beta1' });
    server.put('virtualservices', { metadata: { name: 'old', namespace: 'shop' }, spec: {} });
    const { store, set } = rig;
    await until(
      'the object',
      () => store.snapshot().find(kind, 'shop', 'old')?.apiVersion === 'networking.istio.io/v1beta1',
    );
    server.define(virtualService);
    await until(
      'the object in the new version',
      () => store.snapshot().find(kind, 'shop', 'old')?.apiVersion === 'networking.istio.io/v1',
    );
    assert.equal(set.status.kinds.find((each) => each.kind === kind)?.version, 'v1');
  });
});

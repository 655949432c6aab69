import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { declarersOf, routersOf } from '../../../src/engine/model/indexes/hosts.ts';
import { podsOf, workloadOf } from '../../../src/engine/model/indexes/owners.ts';
import { selectedBy, selecting, servicesOf } from '../../../src/engine/model/indexes/selectors.ts';
import { Kinds } from '../../../src/engine/model/kinds.ts';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import {
  displayName,
  refOf,
  type Labels,
  type MeshObject,
  type OwnerReference,
} from '../../../src/engine/model/mesh-object.ts';
import { createSnapshot, type Snapshot } from '../../../src/engine/model/snapshot.ts';
import { meshObject } from './model-objects.ts';

const domain = 'cluster.local';
const names = (objects: readonly MeshObject[]): readonly string[] =>
  objects.map((object) => displayName(refOf(object)));
const object = (kind: string, place: string, spec: unknown = {}, given: Partial<MeshObject> = {}): MeshObject => {
  const [namespace = '', name = ''] = place.split('/');
  return meshObject(kind, [namespace, name], { spec, ...given });
};
const controlledBy = (
  kind: string,
  name: string,
  apiVersion = 'apps/v1',
): { readonly owners: readonly OwnerReference[] } => ({
  owners: [
    { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'n', controller: false },
    { apiVersion, kind, name, uid: name, controller: true },
  ],
});

test('hosts: who declares one and who routes it, the very host before wildcards', () => {
  const snapshot = createSnapshot([
    object('Service', 'shop/reviews'),
    object('ServiceEntry', 'shop/one', { hosts: ['API.example.com', 'other.org'] }),
    object('ServiceEntry', 'infra/wide', { hosts: ['*.example.com', '*.com'] }),
    object('VirtualService', 'shop/short', { hosts: ['reviews'] }),
    object('VirtualService', 'infra/full', { hosts: ['reviews.shop.svc.cluster.local', 'reviews'] }),
    object('VirtualService', 'infra/all', { hosts: ['*'] }),
    object('HTTPRoute', 'shop/web', { hostnames: ['api.example.com'] }),
    object('VirtualService', 'shop/broken', { hosts: 'reviews' }),
  ]);
  const reviews = 'reviews.shop.svc.cluster.local';
  assert.deepEqual(names(declarersOf(snapshot, reviews, domain)), ['Service shop/reviews']);
  assert.deepEqual(names(declarersOf(snapshot, 'api.example.com', domain)), [
    'ServiceEntry shop/one',
    'ServiceEntry infra/wide',
  ]);
  assert.deepEqual(names(declarersOf(snapshot, 'example.com', domain)), ['ServiceEntry infra/wide'], 'by *.com');
  assert.deepEqual(names(declarersOf(snapshot, 'example.net', domain)), []);
  assert.deepEqual(names(routersOf(snapshot, reviews, domain)), [
    'VirtualService infra/full',
    'VirtualService shop/short',
    'VirtualService infra/all',
  ]);
  assert.deepEqual(names(routersOf(snapshot, 'api.example.com', domain)), [
    'HTTPRoute shop/web',
    'VirtualService infra/all',
  ]);
  assert.deepEqual(names(declarersOf(snapshot, 'reviews.shop.svc.example.org', 'example.org')), [
    'Service shop/reviews',
  ]);
});

test('selectors: a Service without one selects nobody, a policy without one everybody, a targeted policy nobody', () => {
  const pod = object('Pod', 'shop/reviews-1', {}, { labels: { app: 'reviews', version: 'v1' } });
  const snapshot = createSnapshot([
    pod,
    object('Pod', 'shop/ratings-1', {}, { labels: { app: 'ratings', version: 'v1' } }),
    object('Pod', 'bank/reviews-1', {}, { labels: { app: 'reviews' } }),
    object('Service', 'shop/reviews', { selector: { app: 'reviews' } }),
    object('Service', 'shop/reviews-v2', { selector: { app: 'reviews', version: 'v2' } }),
    object('Service', 'shop/v1', { selector: { version: 'v1' } }),
    object('Service', 'shop/external'),
    object('Service', 'shop/empty', { selector: {} }),
    object('Service', 'bank/reviews', { selector: { app: 'reviews' } }),
    object('AuthorizationPolicy', 'shop/all'),
    object('AuthorizationPolicy', 'shop/ratings', { selector: { matchLabels: { app: 'ratings' } } }),
    object('AuthorizationPolicy', 'shop/waypoint', { targetRefs: [{ kind: 'Service', group: '', name: 'reviews' }] }),
    object('Sidecar', 'shop/own', { workloadSelector: { labels: { app: 'reviews' } } }),
  ]);
  assert.deepEqual(names(servicesOf(snapshot, pod)), ['Service shop/reviews', 'Service shop/v1']);
  assert.deepEqual(names(selecting(snapshot, Kinds.authorizationPolicy, 'shop', pod.labels)), [
    'AuthorizationPolicy shop/all',
  ]);
  assert.deepEqual(names(selecting(snapshot, Kinds.sidecar, 'shop', pod.labels)), ['Sidecar shop/own']);
  assert.deepEqual(names(selectedBy(snapshot, Kinds.pod, 'shop', { app: 'reviews' })), ['Pod shop/reviews-1']);
  assert.deepEqual(names(selectedBy(snapshot, Kinds.pod, 'shop', { app: 'reviews', version: 'v2' })), []);
  assert.equal(selectedBy(snapshot, Kinds.pod, 'shop', {}).length, 2);
  assert.deepEqual(names(selectedBy(snapshot, Kinds.pod, 'shop', { toString: 'x' })), []);
});

test('owners: the workload behind a ReplicaSet, a Job or nobody', () => {
  const labelled = (name: string, owner: Partial<MeshObject>, labels: Labels = {}): MeshObject =>
    object('Pod', `shop/${name}`, {}, { labels, ...owner });
  const known = labelled('known', controlledBy('ReplicaSet', 'odd-name'));
  const guessed = labelled('guessed', controlledBy('ReplicaSet', 'reviews-v1-5d8f9'), { 'pod-template-hash': '5d8f9' });
  const argo = labelled('argo', controlledBy('ReplicaSet', 'canary-77'), { 'rollouts-pod-template-hash': '77' });
  const unhashed = labelled('unhashed', controlledBy('ReplicaSet', 'plain'));
  const stateful = labelled('db-0', controlledBy('StatefulSet', 'db'));
  const nightly = labelled('nightly', controlledBy('Job', 'backup-28712345', 'batch/v1'));
  const once = labelled('once', controlledBy('Job', 'migrate', 'batch/v1'));
  const bare = labelled('bare', {});
  const snapshot = createSnapshot([
    ...[known, guessed, argo, unhashed, stateful, nightly, once, bare],
    object('ReplicaSet', 'shop/odd-name', {}, controlledBy('Deployment', 'reviews-v2')),
  ]);
  const told = (pod: MeshObject): string => displayName(workloadOf(snapshot, pod));
  assert.deepEqual([known, guessed, argo, unhashed, stateful, nightly, once, bare].map(told), [
    'Deployment shop/reviews-v2',
    'Deployment shop/reviews-v1',
    'Rollout shop/canary',
    'ReplicaSet shop/plain',
    'StatefulSet shop/db',
    'CronJob shop/backup',
    'Job shop/migrate',
    'Pod shop/bare',
  ]);
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'reviews-v2' };
  assert.deepEqual(names(podsOf(snapshot, deployment)), ['Pod shop/known']);
  assert.deepEqual(names(podsOf(snapshot, refOf(bare))), ['Pod shop/bare']);
  assert.deepEqual(names(podsOf(snapshot, { ...deployment, namespace: 'bank' })), []);
});

const labels = fc.dictionary(fc.constantFrom('app', 'version', 'tier', '__proto__'), fc.constantFrom('a', 'b', 'c'), {
  maxKeys: 3,
  noNullPrototype: true,
});
const labelled = fc.record({
  kind: fc.constantFrom('Pod', 'Service'),
  name: fc.constantFrom('1', '2', '3', '4', '5'),
  labels,
});

test('after any edits, indexes answer what looking at every object answers', () => {
  const matches = (selector: Labels, own: Labels): boolean =>
    Object.entries(selector).every(([key, value]) => Object.hasOwn(own, key) && own[key] === value);
  const check = (snapshot: Snapshot, selector: Labels): void => {
    const [pods, services] = [snapshot.ofKind(Kinds.pod), snapshot.ofKind(Kinds.service)];
    assert.deepEqual(
      selectedBy(snapshot, Kinds.pod, 'shop', selector),
      pods.filter((pod) => matches(selector, pod.labels)),
    );
    assert.deepEqual(
      selecting(snapshot, Kinds.service, 'shop', selector),
      services.filter(({ spec }) => {
        const own = (spec as { readonly selector: Labels }).selector;
        return Object.keys(own).length > 0 && matches(own, selector);
      }),
    );
    for (const service of services) {
      const host = `${service.name}.shop.svc.${domain}`;
      assert.deepEqual(declarersOf(snapshot, host, domain), [service]);
    }
  };
  fc.assert(
    fc.property(fc.array(fc.tuple(labelled, fc.boolean(), labels), { maxLength: 25 }), (edits) => {
      const store = createObjectStore();
      for (const [{ kind, name, labels: own }, isRemoved, selector] of edits) {
        if (isRemoved) store.remove(kind === 'Pod' ? Kinds.pod : Kinds.service, 'shop', name);
        else if (kind === 'Pod') store.put(object('Pod', `shop/${name}`, {}, { labels: own }));
        else store.put(object('Service', `shop/${name}`, { selector: own }));
        check(store.snapshot(), selector);
      }
    }),
    { numRuns: 200 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAggregatedDiscovery } from '../../../../../src/engine/discovery/kubernetes/resources/aggregated-discovery.ts';
import { negotiateResource } from '../../../../../src/engine/discovery/kubernetes/resources/negotiate-resource.ts';
import { ServedResources } from '../../../../../src/engine/discovery/kubernetes/resources/served-resources.ts';
import { acceptOf, wantedKinds } from '../../../../../src/engine/discovery/kubernetes/resources/wanted-kinds.ts';

const version = (name: string, freshness: string, kinds: readonly string[]) => ({
  version: name,
  freshness,
  resources: kinds.map((kind) => ({
    resource: `${kind.toLowerCase()}s`,
    responseKind: { group: 'networking.istio.io', version: name, kind },
    scope: 'Namespaced',
    verbs: ['list', 'watch', 'get'],
  })),
});

const served = (...versions: readonly unknown[]): ServedResources =>
  new ServedResources(
    readAggregatedDiscovery({
      kind: 'APIGroupDiscoveryList',
      items: [{ metadata: { name: 'networking.istio.io' }, versions }],
    }) ?? [],
  );

const kindOf = (key: string) => {
  const kind = wantedKinds.find((one) => one.key === key);
  assert.ok(kind);
  return kind;
};
const virtualService = kindOf('networking.istio.io/VirtualService');

test('the best version that is served is taken', () => {
  const cases: readonly (readonly [readonly unknown[], string | undefined])[] = [
    [
      [
        version('v1alpha3', 'Current', ['VirtualService']),
        version('v1beta1', 'Current', ['VirtualService']),
        version('v1', 'Current', ['VirtualService']),
      ],
      'v1',
    ],
    [[version('v1', 'Current', ['Sidecar']), version('v1beta1', 'Current', ['VirtualService'])], 'v1beta1'],
    [[version('v2', 'Current', ['VirtualService'])], undefined],
    [[], undefined],
  ];
  for (const [versions, expected] of cases)
    assert.equal(negotiateResource(virtualService, served(...versions))?.version, expected);
});

test('what cannot be watched is not served', () => {
  const unwatchable = version('v1', 'Current', ['VirtualService']);
  const only = {
    ...unwatchable,
    resources: unwatchable.resources.map((resource) => ({ ...resource, verbs: ['list'] })),
  };
  assert.equal(negotiateResource(virtualService, served(only)), undefined);
});

test('a group whose server is away keeps what it had', () => {
  const before = served(version('v1', 'Current', ['VirtualService']));
  const now = served(version('v1', 'Stale', []));
  assert.ok(now.isStale('networking.istio.io'));
  assert.equal(negotiateResource(virtualService, now), undefined);
  assert.equal(negotiateResource(virtualService, now.withEarlier(before))?.version, 'v1');
  assert.equal(negotiateResource(virtualService, served(version('v1', 'Current', [])).withEarlier(before)), undefined);
});

test('something else than a list of groups is none', () => {
  for (const value of [undefined, null, [], { kind: 'APIGroupList' }, '<html>'])
    assert.equal(readAggregatedDiscovery(value), undefined);
  assert.deepEqual(readAggregatedDiscovery({ kind: 'APIGroupDiscoveryList', items: [null, { versions: [3] }] }), []);
});

test('every wanted kind is named once, as its group and kind say', () => {
  assert.equal(new Set(wantedKinds.map(({ key }) => key)).size, wantedKinds.length);
  for (const { key, group, kind, versions } of wantedKinds) {
    assert.equal(key, `${group === '' ? 'core' : group}/${kind}`);
    assert.ok(versions.length > 0);
  }
});

test('Secrets are never asked for whole', () => {
  const { representation } = kindOf('core/Secret');
  for (const form of ['list', 'watch'] as const)
    assert.equal(acceptOf(representation, form), 'application/json;as=Table;g=meta.k8s.io;v=v1');
});

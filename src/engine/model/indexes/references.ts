/** Who refers to an object. */
import { compareText } from '../../../shared/compare.ts';
import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';
import type { KindObjects } from '../kind-objects.ts';
import { kindKey, type MeshObject } from '../mesh-object.ts';
import type { Snapshot } from '../snapshot.ts';
import { hostsOf } from './hosts.ts';
import { referenceReaders, type Reference, type ReferenceTarget } from './named-references.ts';
import { perPartAnd } from './per-part.ts';

/** What an object refers to, in the order of its fields' readers. Targets need not exist. */
const referencesOf = perPartAnd((object: MeshObject, clusterDomain): readonly Reference[] => {
  const read = referenceReaders.get(kindKey(object));
  return read ? read(object, clusterDomain).map((found) => ({ from: object, ...found })) : [];
});

interface ReferenceIndex {
  readonly objects: ReadonlyMap<string, readonly Reference[]>;
  readonly hosts: ReadonlyMap<string, readonly Reference[]>;
}

const keyOf = (target: ReferenceTarget & { readonly type: 'object' }): string =>
  JSON.stringify([target.kind, target.namespace, target.name]);

const byTarget = perPartAnd((objects: KindObjects, clusterDomain): ReferenceIndex => {
  const index = { objects: new Map<string, Reference[]>(), hosts: new Map<string, Reference[]>() };
  for (const object of objects.all) {
    for (const reference of referencesOf(object, clusterDomain)) {
      const { target } = reference;
      const [map, key] = target.type === 'host' ? [index.hosts, target.host] : [index.objects, keyOf(target)];
      const references = map.get(key);
      if (references) references.push(reference);
      else map.set(key, [reference]);
    }
  }
  return index;
});

/** References to a host, also where an entry declares it by a wildcard. */
function toHost(hosts: ReferenceIndex['hosts'], host: string): readonly Reference[] {
  if (!host.startsWith('*')) return hosts.get(host) ?? [];
  const suffix = host.slice(1);
  return [...hosts].flatMap(([named, references]) => (named.endsWith(suffix) ? references : []));
}

/**
 * References to an object: by its name; to a Service or ServiceEntry also by a host it declares; to a DestinationRule by
 * the subsets of its host. The referring kinds come sorted; those by name come before those by host.
 */
export function referrersOf(snapshot: Snapshot, object: MeshObject, clusterDomain: string): readonly Reference[] {
  const { namespace, name } = object;
  const key = keyOf({ type: 'object', kind: kindKey(object), namespace, name });
  const isRule = object.kind === 'DestinationRule';
  const subsets = new Set(
    isRule ? listOf(fieldOf(object.spec, 'subsets')).flatMap((item) => stringOf(fieldOf(item, 'name')) ?? []) : [],
  );
  const declares = object.kind === 'Service' || object.kind === 'ServiceEntry';
  const ruled = referencesOf(object, clusterDomain).flatMap(({ target }) =>
    target.type === 'host' ? target.host : [],
  );
  const hosts = declares ? hostsOf(object, clusterDomain) : isRule ? ruled : [];
  return [...referenceReaders.keys()].sort(compareText).flatMap((kind) => {
    const index = byTarget(snapshot.objectsOf(kind), clusterDomain);
    const byHost = hosts
      .flatMap((host) => toHost(index.hosts, host))
      .filter(
        ({ target }) =>
          !isRule || (target.type === 'host' && target.subset !== undefined && subsets.has(target.subset)),
      );
    return [...new Set([...(index.objects.get(key) ?? []), ...byHost])];
  });
}

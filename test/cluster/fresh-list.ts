import { isDeepStrictEqual } from 'node:util';
import type { WatchedKind } from '../../src/shared/cluster.ts';
import { wantedKinds } from '../../src/engine/discovery/kubernetes/resources/wanted-kinds.ts';
import type { MeshObject } from '../../src/engine/model/mesh-object.ts';
import type { Snapshot } from '../../src/engine/model/snapshot.ts';
import type { ApiClient, RawObject } from './api-client.ts';

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;
const rawKey = ({ metadata }: RawObject): string => keyOf(metadata.namespace ?? '', metadata.name);

/** Where the model of a kind is not what the API server lists now: what is missing, what is too much, what differs. */
async function differencesOfKind(
  client: ApiClient,
  { kind, version }: WatchedKind,
  model: Snapshot,
): Promise<string[]> {
  const wanted = wantedKinds.find(({ key }) => key === kind);
  if (!wanted) throw new Error(`${kind} is not wanted`);
  const { group, plural, representation, decode } = wanted;
  const listed = await client.list(`${group === '' ? '/api' : `/apis/${group}`}/${version}/${plural}`);
  const there = new Map(listed.map((raw) => [rawKey(raw), raw]));
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const compare = (object: MeshObject): string[] => {
    const key = keyOf(object.namespace, object.name);
    const raw = there.get(key);
    there.delete(key);
    if (!raw) return [`${kind} ${key} is not in the cluster`];
    const { resourceVersion, uid } = raw.metadata;
    if (object.resourceVersion !== resourceVersion || object.uid !== uid) {
      return [`${kind} ${key} is at ${object.resourceVersion ?? ''} instead of ${resourceVersion ?? ''}`];
    }
    const fresh =
      representation === 'whole' ? decode(raw, { apiVersion, kind: wanted.kind, origin: object.origin }) : object;
    return isDeepStrictEqual(fresh, object) ? [] : [`${kind} ${key} has another content`];
  };
  const wrong = model.ofKind(kind).flatMap(compare);
  return [...wrong, ...[...there.keys()].map((key) => `${kind} ${key} is missing in the model`)];
}

/** Compares a model, object for object, with lists made now by a way of their own. Only kinds that are in step. */
export async function differencesFromServer(
  client: ApiClient,
  kinds: readonly WatchedKind[],
  snapshot: () => Snapshot,
): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const kind of kinds) {
    if (kind.state === 'synced') differences.push(...(await differencesOfKind(client, kind, snapshot())));
    else if (kind.state !== 'absent') differences.push(`${kind.kind} is ${kind.state}: ${kind.message ?? ''}`);
  }
  return differences;
}

import assert from 'node:assert/strict';
import type { ReflectorTarget } from '../../../../../src/engine/discovery/kubernetes/reflector/target.ts';
import { wantedKinds } from '../../../../../src/engine/discovery/kubernetes/resources/wanted-kinds.ts';

/** All objects of a kind that the product follows, in the version that it likes best. */
export function targetOf(key: string): ReflectorTarget {
  const kind = wantedKinds.find((one) => one.key === key);
  assert.ok(kind);
  const { group, kind: name, plural, namespaced, versions } = kind;
  const resource = { group, version: versions[0] ?? '', kind: name, plural, namespaced };
  return { kind, resource, namespace: undefined, origin: { layer: 'cluster', source: 'test' } };
}

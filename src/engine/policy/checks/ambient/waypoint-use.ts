import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, Labels, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { wishedWaypoint } from '../../semantics/waypoints.ts';
import { podKinds, podTemplatePath, readWorkload } from '../../semantics/workloads.ts';
import type { Index } from '../check.ts';

const kinds: readonly KindKey[] = [Kinds.namespace, Kinds.service, Kinds.serviceEntry, ...podKinds];

/** Labels that say which waypoint is used: those of pods, where the object makes some. */
export function waypointLabels(object: MeshObject): Labels {
  return podTemplatePath(kindKey(object)) ? (readWorkload(object)?.labels ?? {}) : object.labels;
}

function usesWaypoint(object: MeshObject): boolean {
  const wish = wishedWaypoint(waypointLabels(object), object.namespace);
  return wish !== undefined && wish !== 'none';
}

/** Namespaces with anything that sends its traffic through a waypoint. */
export const waypointUse: Index<ReadonlySet<string>> = {
  inputs: kinds,
  relevant: usesWaypoint,
  build: (objects) => {
    const users = kinds.flatMap((kind) => objects.ofKind(kind).filter(usesWaypoint));
    return new Set(users.map(({ kind, name, namespace }) => (kind === 'Namespace' ? name : namespace)));
  },
};

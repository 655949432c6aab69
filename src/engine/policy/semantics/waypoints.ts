/** Which waypoint traffic to a workload or service of the ambient mesh takes, as labels say. */
import type { Labels } from '../../model/mesh-object.ts';

export const useWaypoint = 'istio.io/use-waypoint';

export interface WaypointName {
  readonly name: string;
  readonly namespace: string;
}

/** `none`: it refuses that of its namespace. Undefined: it leaves it to its namespace. */
export function wishedWaypoint(labels: Labels, ownNamespace: string): WaypointName | 'none' | undefined {
  const name = labels[useWaypoint];
  if (name === undefined || name === '') return undefined;
  return name === 'none' ? 'none' : { name, namespace: labels['istio.io/use-waypoint-namespace'] ?? ownNamespace };
}

/** Labels of the object count before those of its namespace. */
export function hasWaypoint(labels: Labels, namespace: Labels): boolean {
  const wish = wishedWaypoint(labels, '') ?? wishedWaypoint(namespace, '');
  return wish !== undefined && wish !== 'none';
}

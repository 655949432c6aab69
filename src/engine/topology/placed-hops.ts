import type { Hop } from './hops.ts';
import type { NodeIdentity, NodeNaming } from './node-identity.ts';

/** A hop and the nodes of this type of graph that it runs between. */
export interface PlacedHop {
  readonly hop: Hop;
  readonly source: NodeIdentity;
  readonly target: NodeIdentity;
  readonly edgeId: string;
}

/** One edge for each source, target and protocol. */
export function edgeIdOf(source: string, target: string, protocol: string): string {
  return `${source}>${target}:${protocol}`;
}

export function placeHops(hops: readonly Hop[], naming: NodeNaming): PlacedHop[] {
  return hops.map((hop) => {
    const source = naming.source(hop.call);
    const target = naming.target(hop.call);
    return { hop, source, target, edgeId: edgeIdOf(source.id, target.id, hop.call.protocol) };
  });
}

/** Lists by key, in order of first appearance. */
export function groupBy<T>(list: Iterable<T>, keyOf: (element: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const element of list) {
    const key = keyOf(element);
    const group = groups.get(key);
    if (group) group.push(element);
    else groups.set(key, [element]);
  }
  return groups;
}

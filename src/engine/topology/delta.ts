import type { TopologyDelta, TopologyGraph } from '../../shared/topology.ts';

interface Identified {
  readonly id: string;
}

/** What turns one graph into the next: new and changed elements whole, and ids of those that went. Undefined: nothing. */
export function diffTopology(previous: TopologyGraph, next: TopologyGraph): TopologyDelta | undefined {
  const nodes = diffList(previous.nodes, next.nodes);
  const edges = diffList(previous.edges, next.edges);
  const boxes = diffList(previous.boxes, next.boxes);
  const unchanged =
    [nodes, edges, boxes].every(({ changed, removed }) => changed.length === 0 && removed.length === 0) &&
    previous.asOf === next.asOf &&
    previous.window === next.window &&
    sameValue(previous.summary, next.summary) &&
    sameValue(previous.warnings, next.warnings);
  if (unchanged) return undefined;
  return {
    from: previous.version,
    to: next.version,
    nodes: nodes.changed,
    edges: edges.changed,
    boxes: boxes.changed,
    removed: { nodes: nodes.removed, edges: edges.removed, boxes: boxes.removed },
    summary: next.summary,
    asOf: next.asOf,
    window: next.window,
    warnings: next.warnings,
  };
}

function diffList<T extends Identified>(
  previous: readonly T[],
  next: readonly T[],
): { changed: readonly T[]; removed: readonly string[] } {
  const before = new Map(previous.map((element) => [element.id, element]));
  const changed = next.filter((element) => !sameValue(before.get(element.id), element));
  for (const element of next) before.delete(element.id);
  return { changed, removed: [...before.keys()].sort() };
}

/** Equality of plain data; a field that is `undefined` counts as absent, as JSON leaves it out. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => sameValue(one, b[i]));
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(left)) if (!sameValue(ownValue(left, key), ownValue(right, key))) return false;
  for (const key of Object.keys(right)) if (!Object.hasOwn(left, key) && right[key] !== undefined) return false;
  return true;
}

function ownValue(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

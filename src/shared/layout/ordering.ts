import { numberAt, type LayeredGraph } from './layout-graph.ts';

/**
 * Orders the items of each layer so that few edges cross: the median heuristic, swept to the right and to the left, and
 * the best order seen is kept. Members of a group stay side by side in their layer.
 */
export function orderLayers(graph: LayeredGraph, sweeps: number): void {
  const position = new Array<number>(graph.group.length).fill(0);
  setInitialOrder(graph, position);
  let best = graph.layers.map((layer) => [...layer]);
  let fewest = countCrossings(graph, position);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const right = sweep % 2 === 0;
    const neighbours = right ? graph.before : graph.after;
    for (let step = 1; step < graph.layers.length; step++) {
      const index = right ? step : graph.layers.length - 1 - step;
      const layer = graph.layers[index] ?? [];
      graph.layers[index] = sortLayer(layer, graph.group, (item) => medianOf(neighbours[item] ?? [], position));
      setPositions(graph.layers[index], position);
    }
    const crossings = countCrossings(graph, position);
    if (crossings < fewest) {
      fewest = crossings;
      best = graph.layers.map((layer) => [...layer]);
    }
  }
  best.forEach((layer, index) => (graph.layers[index] = layer));
}

function setPositions(layer: readonly number[], position: number[]): void {
  layer.forEach((item, index) => (position[item] = index));
}

/** Depth first from the left: what hangs together starts together. */
function setInitialOrder(graph: LayeredGraph, position: number[]): void {
  const visit = new Array<number>(graph.group.length).fill(-1);
  let visited = 0;
  for (const layer of graph.layers) {
    for (const start of layer) {
      const stack = [start];
      for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
        if (visit[item] !== -1) continue;
        visit[item] = visited++;
        const next = graph.after[item] ?? [];
        for (let index = next.length - 1; index >= 0; index--) stack.push(numberAt(next, index));
      }
    }
  }
  graph.layers.forEach((layer, index) => {
    layer.sort((a, b) => numberAt(visit, a) - numberAt(visit, b));
    const sorted = blocksOf(layer, graph.group).flat();
    graph.layers[index] = sorted;
    setPositions(sorted, position);
  });
}

/** Items of one group become one block, at the place of its first member. */
function blocksOf(layer: readonly number[], group: readonly number[]): number[][] {
  const blocks: number[][] = [];
  const byGroup = new Map<number, number[]>();
  for (const item of layer) {
    const id = numberAt(group, item);
    const present = id < 0 ? undefined : byGroup.get(id);
    if (present) present.push(item);
    else {
      const block = [item];
      blocks.push(block);
      if (id >= 0) byGroup.set(id, block);
    }
  }
  return blocks;
}

/** -1: no neighbours, keep the place. */
function medianOf(neighbours: readonly number[], position: readonly number[]): number {
  if (neighbours.length === 0) return -1;
  const places = neighbours.map((item) => numberAt(position, item)).sort((a, b) => a - b);
  const middle = places.length >> 1;
  return places.length % 2 === 1
    ? numberAt(places, middle)
    : (numberAt(places, middle - 1) + numberAt(places, middle)) / 2;
}

function sortLayer(layer: readonly number[], group: readonly number[], key: (item: number) => number): number[] {
  const blocks = blocksOf(layer, group).map((items) => {
    const keys = new Map(items.map((item) => [item, key(item)]));
    const known = [...keys.values()].filter((value) => value >= 0);
    const mean = known.length === 0 ? -1 : known.reduce((sum, value) => sum + value, 0) / known.length;
    return { items: sortKeepingPlaces(items, (item) => keys.get(item) ?? -1), mean };
  });
  return sortKeepingPlaces(blocks, (block) => block.mean).flatMap((block) => block.items);
}

/** Sorts by key, stable; those with a negative key stay where they are. */
function sortKeepingPlaces<T>(list: readonly T[], key: (element: T) => number): T[] {
  const moving = list
    .map((element) => ({ element, key: key(element) }))
    .filter((entry) => entry.key >= 0)
    .sort((a, b) => a.key - b.key)
    .map((entry) => entry.element);
  let next = 0;
  return list.map((element) => (key(element) < 0 ? element : (moving[next++] ?? element)));
}

/** Crossings between neighbouring layers: inversions, counted with a Fenwick tree. */
function countCrossings(graph: LayeredGraph, position: readonly number[]): number {
  let crossings = 0;
  for (let index = 0; index + 1 < graph.layers.length; index++) {
    const size = graph.layers[index + 1]?.length ?? 0;
    const tree = new Int32Array(size + 1);
    let inserted = 0;
    for (const item of graph.layers[index] ?? []) {
      const targets = (graph.after[item] ?? []).map((target) => numberAt(position, target));
      // Edges from one item do not cross each other: all are counted before the first is inserted.
      for (const target of targets) {
        let notBelow = 0;
        for (let at = target + 1; at > 0; at -= at & -at) notBelow += tree[at] ?? 0;
        crossings += inserted - notBelow;
      }
      for (const target of targets) {
        for (let at = target + 1; at <= size; at += at & -at) tree[at] = (tree[at] ?? 0) + 1;
      }
      inserted += targets.length;
    }
  }
  return crossings;
}

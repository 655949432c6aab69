import { numberAt, type LayeredGraph } from './layout-graph.ts';

/** Distances down a layer: half heights and gaps, between an item and the one above it. */
export type Separation = (above: number, below: number) => number;

const sweeps = 12;
/** Bends pull harder than nodes, so that long edges run straight. */
const bendWeight = 4;
/** An item without neighbours on the side looked at would rather stay, but gives way to all others. */
const stayWeight = 0.01;

/**
 * Vertical centre of each item. Every item wants to be at the mean of its neighbours; each layer is solved exactly (least
 * squares under the order and the separations, by pooling adjacent violators), swept to the right and to the left in turn, the
 * last time to the left: callers stand in the middle of what they call.
 */
export function placeItems(graph: LayeredGraph, separation: Separation): number[] {
  const y = new Array<number>(graph.group.length).fill(0);
  for (const layer of graph.layers) {
    let at = 0;
    layer.forEach((item, index) => {
      if (index > 0) at += separation(numberAt(layer, index - 1), item);
      y[item] = at;
    });
    for (const item of layer) y[item] = numberAt(y, item) - at / 2;
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const right = sweep % 2 === 0;
    for (let step = 0; step < graph.layers.length; step++) {
      const layer = graph.layers[right ? step : graph.layers.length - 1 - step] ?? [];
      const side = right ? graph.before : graph.after;
      placeLayer(layer, separation, y, (item) => side[item] ?? []);
    }
  }
  return y;

  function placeLayer(
    layer: readonly number[],
    separate: Separation,
    places: number[],
    neighboursOf: (item: number) => readonly number[],
  ): void {
    // With the separations taken out, the places only have to be non-decreasing.
    const pools: { sum: number; weight: number; size: number }[] = [];
    const offsets: number[] = [];
    let offset = 0;
    layer.forEach((item, index) => {
      if (index > 0) offset += separate(numberAt(layer, index - 1), item);
      offsets.push(offset);
      const neighbours = neighboursOf(item);
      const wanted =
        neighbours.length === 0
          ? numberAt(places, item)
          : neighbours.reduce((sum, other) => sum + numberAt(places, other), 0) / neighbours.length;
      const weight = neighbours.length === 0 ? stayWeight : item >= graph.real ? bendWeight : 1;
      let pool = { sum: (wanted - offset) * weight, weight, size: 1 };
      for (let last = pools.at(-1); last && last.sum / last.weight > pool.sum / pool.weight; last = pools.at(-1)) {
        pools.pop();
        pool = { sum: pool.sum + last.sum, weight: pool.weight + last.weight, size: pool.size + last.size };
      }
      pools.push(pool);
    });
    let index = 0;
    for (const pool of pools) {
      for (let member = 0; member < pool.size; member++, index++) {
        places[numberAt(layer, index)] = pool.sum / pool.weight + numberAt(offsets, index);
      }
    }
  }
}

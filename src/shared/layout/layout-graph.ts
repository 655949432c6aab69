/** A layered graph by number, as the steps of the layered layout pass it on. */
export interface LayeredGraph {
  /** Items of each layer from top to bottom. Items below `real` are nodes, the others are bends of long edges. */
  readonly layers: number[][];
  /** Neighbours one layer to the left, by item. */
  readonly before: readonly (readonly number[])[];
  /** Neighbours one layer to the right, by item. */
  readonly after: readonly (readonly number[])[];
  /** Number of the group of each item; -1: none. */
  readonly group: readonly number[];
  readonly real: number;
}

/** An edge between two items or units, by number. */
export type NumberedEdge = readonly [source: number, target: number];

/** The element at a position known to exist; the layout works on dense arrays of numbers. */
export function numberAt(list: readonly number[], index: number): number {
  const value = list[index];
  if (value === undefined) throw new RangeError(`No element ${index} in a list of ${list.length}.`);
  return value;
}

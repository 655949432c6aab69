import type { LayoutEdge } from '../../shared/layered-layout.ts';
import type { Point } from './geometry.ts';

/** A card as the layout sees it. */
export interface PlacedNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** The app frame, if any. */
  readonly group?: string;
  /** The namespace area, if any. */
  readonly area?: string;
}

/** To the layout worker. `id` comes back with the answer. */
export interface LayoutQuestion {
  readonly id: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly LayoutEdge[];
}

/** From the layout worker: the centre of every card. */
export interface LayoutAnswer {
  readonly id: number;
  readonly positions: readonly (readonly [string, Point])[];
}

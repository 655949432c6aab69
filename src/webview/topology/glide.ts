import type { Core } from 'cytoscape';
import type { Point } from '../view-model/geometry.ts';
import type { Scene } from '../view-model/scene.ts';
import { syncCurves } from './graph-elements.ts';
import { ease, motionTime } from './motion.ts';

interface Way {
  readonly from: Point;
  readonly start: number;
}

/** Cards on the way from an old place to their new one, which the scene knows already. */
export class Glide {
  readonly #cy: Core;
  readonly #scene: Scene;
  readonly #ways = new Map<string, Way>();

  constructor(cy: Core, scene: Scene) {
    this.#cy = cy;
    this.#scene = scene;
  }

  start(id: string, from: Point, now: number): void {
    this.#ways.set(id, { from, start: now });
  }

  /** The card is elsewhere by now: dragged, or laid out. */
  stop(id: string): void {
    this.#ways.delete(id);
  }

  /** Puts the cards where they are at this moment. True while one is on its way. */
  step(now: number): boolean {
    for (const [id, { from, start }] of this.#ways) {
      const to = this.#scene.positions.get(id);
      const part = ease((now - start) / motionTime);
      if (part === 1) this.#ways.delete(id);
      if (to === undefined || !this.#scene.cards.has(id)) continue;
      const at = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
      const changed = this.#scene.show(id, at);
      this.#cy.$id(id).position(at);
      syncCurves(this.#cy, this.#scene, changed);
    }
    return this.#ways.size > 0;
  }
}

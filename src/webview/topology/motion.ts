import type { Card } from '../view-model/card.ts';
import type { Scene, SceneEdge } from '../view-model/scene.ts';

/** Changes are shown for this long, then the picture is still again. Milliseconds. */
export const motionTime = 300;

interface Count {
  readonly from: { readonly share: number | undefined; readonly rate: number };
  readonly start: number;
}

interface Fade {
  readonly from: Card;
  readonly start: number;
}

/** Remembers what changed a moment ago: numbers that count to their new value, cards that fade to their new state. */
export class Motion {
  readonly #counts = new Map<string, Count>();
  readonly #fades = new Map<string, Fade>();

  /** Compares the scene before and after an update; `before` holds the old entries by id. */
  note(
    before: { readonly cards: ReadonlyMap<string, Card>; readonly edges: ReadonlyMap<string, SceneEdge> },
    scene: Scene,
    now: number,
  ): void {
    for (const [id, { edge }] of scene.edges) {
      const old = before.edges.get(id)?.edge;
      if (old === undefined) continue;
      if (old.share === edge.share && Math.abs(old.traffic.requests - edge.traffic.requests) < 0.5) continue;
      this.#counts.set(id, { from: { share: old.share, rate: old.traffic.requests }, start: now });
    }
    for (const [id, { card }] of scene.cards) {
      const old = before.cards.get(id);
      if (old === undefined || old.key === card.key) continue;
      if (old.health !== card.health || old.marks.join() !== card.marks.join()) {
        this.#fades.set(id, { from: old, start: now });
      }
    }
  }

  /** True while something moves; forgets what has arrived. */
  isMoving(now: number): boolean {
    for (const [id, { start }] of this.#counts) if (now - start >= motionTime) this.#counts.delete(id);
    for (const [id, { start }] of this.#fades) if (now - start >= motionTime) this.#fades.delete(id);
    return this.#counts.size + this.#fades.size > 0;
  }

  /** The numbers an edge shows at this moment. */
  valuesOf(entry: SceneEdge, now: number): { readonly share: number | undefined; readonly rate: number } {
    const { share, traffic, id } = entry.edge;
    const count = this.#counts.get(id);
    if (count === undefined) return { share, rate: traffic.requests };
    const part = ease((now - count.start) / motionTime);
    const between = (from: number, to: number): number => from + (to - from) * part;
    return {
      share: share === undefined ? undefined : between(count.from.share ?? share, share),
      rate: between(count.from.rate, traffic.requests),
    };
  }

  /** The card as it was, and how much of the new one is seen, 0 to 1. */
  fadeOf(id: string, now: number): { readonly from: Card; readonly part: number } | undefined {
    const fade = this.#fades.get(id);
    return fade === undefined ? undefined : { from: fade.from, part: ease((now - fade.start) / motionTime) };
  }
}

/** Fast at first, then slower; 0 to 1. */
export function ease(t: number): number {
  const part = Math.min(1, Math.max(0, t));
  return 1 - (1 - part) ** 3;
}

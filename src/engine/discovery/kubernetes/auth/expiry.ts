import type { Clock } from './credential.ts';

const earlyMs = 30_000;

/**
 * When a credential ends. A clock that jumps back, or a machine that sleeps, does not make it last longer: it is over as soon
 * as either clock says so.
 */
export class Expiry {
  readonly #clock: Clock;
  readonly #wall: number;
  readonly #steady: number;
  readonly #early: number;

  /** `end` in milliseconds since 1970. */
  constructor(end: number, clock: Clock) {
    const lifetime = Math.max(0, end - clock.wall());
    this.#clock = clock;
    this.#wall = end;
    this.#steady = clock.steady() + lifetime;
    // A tenth of what is left, so that a token of one minute is not renewed with every call.
    this.#early = Math.min(earlyMs, lifetime / 10);
  }

  /** It ends soon or has ended: a new one is due. */
  get isDue(): boolean {
    return this.#left() <= this.#early;
  }

  get isOver(): boolean {
    return this.#left() <= 0;
  }

  #left(): number {
    return Math.min(this.#wall - this.#clock.wall(), this.#steady - this.#clock.steady());
  }
}

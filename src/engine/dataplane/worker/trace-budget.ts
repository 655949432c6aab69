/**
 * Every request is traced, as long as it can be afforded: beyond `limit` a report, traces are thinned by their id, so that
 * all hops of a trace are kept or dropped together, on every worker alike.
 */
export class TraceBudget {
  readonly #limit: number;
  #kept = 0;
  #dropped = 0;
  /** Traces whose low bits are not all zero under this mask are dropped. */
  #mask = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Decides on one hop of a trace. */
  keeps(traceId: string): boolean {
    if (this.#mask !== 0 && (Number.parseInt(traceId.slice(-4), 16) & this.#mask) !== 0) {
      this.#dropped++;
      return false;
    }
    if (++this.#kept > this.#limit) {
      this.#mask = Math.min((this.#mask << 1) | 1, 0xffff);
      this.#kept = this.#limit >> 1;
    }
    return true;
  }

  /** Starts the next period; returns the hops dropped in this one. */
  next(): number {
    const dropped = this.#dropped;
    if (this.#kept < this.#limit >> 1) this.#mask >>= 1;
    this.#kept = 0;
    this.#dropped = 0;
    return dropped;
  }
}

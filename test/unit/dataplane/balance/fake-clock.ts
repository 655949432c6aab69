/** A clock that moves only when told to, with the timers that go by it. */
export class FakeClock {
  #now = 0;
  #sequence = 0;
  readonly #timers = new Map<number, { readonly due: number; readonly fn: () => void }>();

  readonly now = (): number => this.#now;

  readonly setTimer = (fn: () => void, ms: number): { cancel(): void } => {
    const id = this.#sequence++;
    this.#timers.set(id, { due: this.#now + ms, fn });
    return { cancel: () => void this.#timers.delete(id) };
  };

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Time passes and no timer notices: what falls due later still takes as long, as on a machine that slept. */
  sleep(ms: number): void {
    this.#now += ms;
    for (const [id, timer] of this.#timers) this.#timers.set(id, { ...timer, due: timer.due + ms });
  }

  /** Runs what falls due, in order, timers that these set included. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: [number, { readonly due: number; readonly fn: () => void }] | undefined;
      for (const entry of this.#timers) {
        if (entry[1].due <= end && (!next || entry[1].due < next[1].due)) next = entry;
      }
      if (!next) break;
      this.#timers.delete(next[0]);
      this.#now = Math.max(this.#now, next[1].due);
      next[1].fn();
    }
    this.#now = end;
  }
}

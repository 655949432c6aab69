import type { EngineNotifications } from '../../shared/engine-protocol.ts';

type Lines = EngineNotifications['mesh/log']['lines'];

const gatherMs = 100;
const maximumLines = 2000;

/** Under load thousands of access log lines come a second: they go out in bundles, and the newest ones when too many. */
export class LogBatches {
  readonly #send: (lines: Lines) => void;
  #lines: Lines[number][] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (lines: Lines) => void) {
    this.#send = send;
  }

  add(lines: Lines): void {
    this.#lines.push(...lines);
    if (this.#lines.length > maximumLines) this.#lines.splice(0, this.#lines.length - maximumLines);
    this.#timer ??= setTimeout(() => this.flush(), gatherMs);
  }

  /** Sends now what is there. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) this.#send(lines);
  }
}

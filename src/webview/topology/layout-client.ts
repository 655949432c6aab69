import type { Point } from '../view-model/geometry.ts';
import type { LayoutAnswer, LayoutQuestion } from '../view-model/layout-messages.ts';

/** Asks the worker for layouts. Where no worker can be started the answer is empty: every card finds a place by itself. */
export class LayoutClient {
  readonly #scriptUri: string;
  #worker: Promise<Worker | undefined> | undefined;
  #last = 0;

  constructor(scriptUri: string) {
    this.#scriptUri = scriptUri;
  }

  /** Loads the worker ahead of the first question. */
  start(): void {
    this.#worker ??= this.#open();
  }

  async #open(): Promise<Worker | undefined> {
    try {
      // A webview may start workers only from a blob of its own origin.
      const answer = await fetch(this.#scriptUri);
      if (!answer.ok) return undefined;
      const url = URL.createObjectURL(new Blob([await answer.text()], { type: 'text/javascript' }));
      const worker = new Worker(url);
      URL.revokeObjectURL(url);
      return worker;
    } catch {
      return undefined;
    }
  }

  /** Centres of all cards; `undefined` when a newer question was asked meanwhile. */
  async layout(question: Omit<LayoutQuestion, 'id'>): Promise<ReadonlyMap<string, Point> | undefined> {
    const id = ++this.#last;
    this.start();
    const worker = await this.#worker;
    if (worker === undefined) return new Map();
    const positions = await new Promise<ReadonlyMap<string, Point>>((resolve) => {
      const done = (positions: ReadonlyMap<string, Point>): void => {
        worker.removeEventListener('message', onMessage);
        worker.removeEventListener('error', onError);
        resolve(positions);
      };
      const onMessage = ({ data }: MessageEvent<LayoutAnswer>): void => {
        if (data.id === id) done(new Map(data.positions));
      };
      const onError = (): void => done(new Map());
      worker.addEventListener('message', onMessage);
      worker.addEventListener('error', onError);
      worker.postMessage({ id, ...question } satisfies LayoutQuestion);
    });
    return id === this.#last ? positions : undefined;
  }

  dispose(): void {
    void this.#worker?.then((worker) => worker?.terminate());
  }
}

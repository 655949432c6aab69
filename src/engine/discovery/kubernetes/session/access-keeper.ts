import { accessQuestions, type AccessQuestions } from '../access/access-questions.ts';
import { reviewAccess, type AccessReview, type WantedResource } from '../access/access-review.ts';
import type { Clock, Timer } from '../reflector/clock.ts';
import { KubeFailure, type KubeTransport } from '../transport/kube-transport.ts';

export interface AccessKeeperOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly wanted: () => Promise<readonly WantedResource[]>;
  /** Empty: all namespaces. */
  readonly chosen: () => readonly string[];
  /** Read beside the chosen ones where it is allowed. */
  readonly alsoRead: readonly string[];
  readonly onReview: (review: AccessReview) => void;
  /** There is no answer; it is asked again soon. */
  readonly onFailure: (failure: KubeFailure) => void;
}

/** Rights come and go without a word. */
const againMs = 5 * 60_000;
const soonMs = 2_000;
const afterFailureMs = 5_000;
/** How often the rules of the namespaces are compared with those of the last review: one question a namespace. */
const compareMs = 5_000;
const maximumCompared = 5;

/** Keeps knowing what may be read. One review at a time; what is asked for meanwhile is one more. */
export class AccessKeeper {
  readonly #options: AccessKeeperOptions;
  readonly #abort = new AbortController();
  readonly #questions: AccessQuestions;
  #isAsking = false;
  #isWantedAgain = false;
  #timer: Timer | undefined;
  #comparing: Timer | undefined;
  #rules: string | undefined;

  constructor(options: AccessKeeperOptions) {
    this.#options = options;
    this.#questions = accessQuestions(options.transport, this.#abort.signal);
  }

  /** The choice of namespaces changed, or the session begins. */
  reviewNow(): void {
    this.#timer?.cancel();
    if (this.#isAsking) this.#isWantedAgain = true;
    else void this.#review();
  }

  /** Something was refused that was thought to be allowed, or a kind is new: many such come in one moment. */
  reviewSoon(): void {
    if (!this.#isAsking) this.#schedule(soonMs);
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#comparing?.cancel();
    this.#abort.abort();
  }

  async #review(): Promise<void> {
    this.#isAsking = true;
    let next = againMs;
    do {
      this.#isWantedAgain = false;
      try {
        const { wanted, chosen, alsoRead, transport, onReview } = this.#options;
        const options = { wanted, chosen: chosen(), contextNamespace: transport.namespace, alsoRead };
        // Asked first: what is given while the review goes on shows as a difference afterwards.
        const [rules, review] = await Promise.all([this.#presentRules(), reviewAccess(this.#questions, options)]);
        if (this.#abort.signal.aborted) return;
        this.#rules = rules;
        if (!this.#isWantedAgain) onReview(review);
        if (review.forbidden.length > 0) this.#compareLater();
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (!(error instanceof KubeFailure)) throw error;
        this.#options.onFailure(error);
        next = afterFailureMs;
      }
    } while (this.#isWantedAgain);
    this.#isAsking = false;
    this.#schedule(next);
  }

  #schedule(milliseconds: number): void {
    if (this.#abort.signal.aborted) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimer(() => this.reviewNow(), milliseconds);
  }

  #compareLater(): void {
    this.#comparing?.cancel();
    this.#comparing = this.#options.clock.setTimer(() => void this.#compare(), compareMs);
  }

  /** Somebody who waits for a right sees it soon, without hundreds of questions each time. */
  async #compare(): Promise<void> {
    try {
      const rules = await this.#presentRules();
      if (this.#abort.signal.aborted) return;
      const isOther = this.#rules !== rules;
      if (isOther) this.reviewNow();
      else this.#compareLater();
    } catch {
      if (!this.#abort.signal.aborted) this.#compareLater();
    }
  }

  /** The rules of the namespaces as one text. */
  async #presentRules(): Promise<string> {
    const { chosen, transport } = this.#options;
    const namespaces = chosen().length > 0 ? chosen().slice(0, maximumCompared) : [transport.namespace];
    const answers = await Promise.all(namespaces.map((name) => this.#questions.rulesIn(name)));
    // The server lists them in any order.
    return answers
      .map(({ rules }) =>
        rules
          .map((rule) => JSON.stringify(rule))
          .sort()
          .join('\n'),
      )
      .join('\n\n');
  }
}

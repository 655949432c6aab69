/** Worst last. `idle`: nothing flowed in the window; `unknown`: nothing is known. */
export type Health = 'unknown' | 'idle' | 'healthy' | 'degraded' | 'failing';

/** A health and the sentence that says why, always together. */
export interface HealthState {
  readonly health: Health;
  /** One short sentence: "4.1 % of inbound requests answer 503 (UH)". */
  readonly reason: string;
}

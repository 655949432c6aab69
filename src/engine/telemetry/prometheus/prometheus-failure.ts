/** Why a question to a Prometheus has no answer. */
export type PrometheusFailureReason =
  /** No connection, or it broke. */
  | 'unreachable'
  | 'timeout'
  /** The answer is longer than allowed. */
  | 'too-large'
  /** The credentials are missing or refused. */
  | 'unauthorized'
  /** The query itself is wrong (`bad_data`) or could not be executed (422). */
  | 'query'
  /** It is there, but starting, overloaded or out of memory (503, 429, 5xx). */
  | 'unavailable'
  /** Whoever answers is no Prometheus. */
  | 'not-prometheus'
  /** The caller's signal. */
  | 'aborted';

/** A question without an answer; `message` is for people, says what to do next and holds no secret. */
export class PrometheusFailure extends Error {
  override readonly name = 'PrometheusFailure';
  readonly reason: PrometheusFailureReason;

  constructor(reason: PrometheusFailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

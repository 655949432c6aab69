/** Why there is no way into a pod, or why it ended. */
export type TunnelFailureReason =
  /** Nothing listens on that port in the pod. */
  | 'refused'
  /** The pod does not exist, or not any more. */
  | 'pod-gone'
  /** The pod exists but does not run (yet), or its node cannot be reached. */
  | 'pod-unavailable'
  | 'forbidden'
  | 'unauthorized'
  /** The address or the credentials of the API server could not be had. */
  | 'credentials'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  /** The connection broke after it stood. */
  | 'lost'
  /** The other side does not keep to the protocol. */
  | 'protocol'
  /** The caller gave up. */
  | 'aborted';

/** A port-forward that failed; `message` is for people, says what to do next and holds no secret. */
export class TunnelFailure extends Error {
  override readonly name = 'TunnelFailure';
  readonly reason: TunnelFailureReason;

  constructor(reason: TunnelFailureReason, message: string) {
    super(message);
    this.reason = reason;
  }

  /** May be over in a moment, without a change of pods or rights. */
  get passes(): boolean {
    return this.reason === 'unreachable' || this.reason === 'timeout' || this.reason === 'pod-unavailable';
  }

  /** The kubelet said so before any byte reached a program in the pod: the same bytes may be sent to another pod. */
  get beforeApplication(): boolean {
    return this.reason === 'refused' || this.reason === 'pod-gone' || this.reason === 'pod-unavailable';
  }
}

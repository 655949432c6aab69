import type { WebSocketTarget } from '../../../web-socket-target.ts';
import type { PodDialer, PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';
import { ApiServerSockets } from './api-server-socket.ts';
import { openPortForward } from './open-port-forward.ts';
import { portForwardTimes, type PortForwardStream, type PortForwardTimes } from './port-forward-stream.ts';

export interface PodConnectorOptions {
  readonly dial: PodDialer;
  readonly times?: PortForwardTimes;
  /** Default 10 s, for finding the server, and again for the handshake. */
  readonly handshakeMs?: number;
}

/** Opens port-forwards to pods. Credentials that are refused are asked for anew, once. */
export class PodConnector {
  readonly #dial: PodDialer;
  readonly #times: PortForwardTimes;
  readonly #handshakeMs: number;
  readonly #sockets = new ApiServerSockets();

  constructor({ dial, times = portForwardTimes, handshakeMs = 10_000 }: PodConnectorOptions) {
    this.#dial = dial;
    this.#times = times;
    this.#handshakeMs = handshakeMs;
  }

  /** Rejects with a `TunnelFailure` only. */
  async connect(pod: PodTarget, signal: AbortSignal): Promise<PortForwardStream> {
    const server = await this.#find(pod, signal);
    try {
      return await this.#open(pod, server, signal);
    } catch (error) {
      if (!(error instanceof TunnelFailure) || error.reason !== 'unauthorized') throw error;
      return this.#open(pod, await this.#find(pod, signal, server), signal);
    }
  }

  #open(pod: PodTarget, server: WebSocketTarget, signal: AbortSignal): Promise<PortForwardStream> {
    return openPortForward(pod, server, {
      sockets: this.#sockets,
      times: this.#times,
      handshakeMs: this.#handshakeMs,
      signal,
    });
  }

  /** A program of the kubeconfig may ask a person, and hang: who asked does not wait for it without end. */
  async #find(pod: PodTarget, signal: AbortSignal, refused?: WebSocketTarget): Promise<WebSocketTarget> {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(this.#handshakeMs)]);
    const tooLate = new Promise<never>((_, reject) => {
      inTime.addEventListener('abort', () => reject(new Error(`the credentials of ${pod.context} take too long`)), {
        once: true,
      });
    });
    try {
      signal.throwIfAborted();
      return await Promise.race([this.#dial(pod, refused), tooLate]);
    } catch (error) {
      if (signal.aborted) throw new TunnelFailure('aborted', 'The connection was given up.');
      const message = error instanceof Error ? error.message : String(error);
      throw new TunnelFailure('credentials', `Pod ${pod.pod} cannot be dialled: ${message}`);
    }
  }
}

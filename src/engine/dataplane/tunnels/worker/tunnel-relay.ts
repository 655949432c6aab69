import type { Socket } from 'node:net';
import process from 'node:process';
import { freeChunk } from '../../free-chunk.ts';
import { targetKey, type PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';
import { tunnelFailed, tunnelStands } from '../tunnel-announcement.ts';
import type { PortForwardStream } from './port-forward-stream.ts';

/** Bytes of a client kept for the next target, until the pod answers: a refused connection is told after the tunnel stands. */
const longestReplay = 128 * 1024;
/** What a client still sends after the pod has ended is dropped; one that goes on does not keep its socket for ever. */
const lingerMs = 5000;
/** A client that ended its side may have left altogether; only a write tells. */
const firstProbeMs = 10;
const longestProbePauseMs = 1000;

/**
 * An API server that is started again, or a node that is not reached, is dialled again for so long; less than the 10 s
 * a proxy waits for a connect.
 */
const patienceMs = 8000;
const firstPauseMs = 100;
const longestPauseMs = 1000;

export interface RelayObserver {
  /** A target that could not be dialled: the next is tried. `again`: this client's dials of all failed before. */
  readonly onUndialed: (target: PodTarget, failure: TunnelFailure, again: boolean) => void;
  readonly onOpened: (target: PodTarget) => void;
  /** Once for each that was opened. */
  readonly onClosed: (target: PodTarget, failure: TunnelFailure | undefined) => void;
  /** Once, when nothing is left. */
  readonly onFinished: () => void;
}

export interface RelayOptions {
  /** Accepted with `pauseOnConnect` and `allowHalfOpen`: nothing is read before a tunnel stands. */
  readonly client: Socket;
  /** Those of the moment, in the order they are tried. */
  readonly targets: () => readonly PodTarget[];
  /** Says first how it went, as `announcingPath` promises. */
  readonly announces: boolean;
  readonly connect: (target: PodTarget, signal: AbortSignal) => Promise<PortForwardStream>;
  readonly observer: RelayObserver;
}

/** One connection of a client, carried into the first pod that can be reached. */
export class TunnelRelay {
  readonly #client: Socket;
  readonly #targets: RelayOptions['targets'];
  readonly #announces: boolean;
  readonly #patience = performance.now() + patienceMs;
  readonly #connect: RelayOptions['connect'];
  readonly #observer: RelayObserver;
  readonly #abort = new AbortController();
  #stream: PortForwardStream | undefined;
  #announced = false;
  #clientEnded = false;
  /** The pod has said something, or more was sent than is kept. */
  #committed = false;
  #replay: Buffer[] = [];
  #replayBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #finished = false;

  constructor({ client, targets, announces, connect, observer }: RelayOptions) {
    this.#client = client;
    this.#targets = targets;
    this.#announces = announces;
    this.#connect = connect;
    this.#observer = observer;
    client.on('error', () => undefined);
    client.once('close', () => this.#onClientClosed());
    client.on('data', (chunk: Buffer) => this.#onClientData(chunk));
    client.on('end', () => this.#onClientEnd());
    client.on('drain', () => this.#stream?.resume());
    client.pause();
    void this.#dial(new Map());
  }

  /** Breaks off. */
  destroy(): void {
    this.#client.destroy();
  }

  /** Tries all that were not tried yet; then, where that may help, all again. */
  async #dial(tried: Map<string, TunnelFailure>): Promise<void> {
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      for (let target = this.#next(tried); target !== undefined; target = this.#next(tried)) {
        try {
          const stream = await this.#connect(target, this.#abort.signal);
          if (this.#finished) stream.destroy();
          else this.#attach(stream, tried);
          return;
        } catch (error) {
          if (this.#finished) return;
          const failure = asFailure(error);
          tried.set(targetKey(target), failure);
          this.#observer.onUndialed(target, failure, pause > firstPauseMs);
        }
      }
      const failures = [...tried.values()];
      const passing = failures.some(({ passes }) => passes);
      if (!passing || performance.now() + pause > this.#patience) {
        this.#giveUp(failures.at(-1));
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
      if (this.#finished) return;
      for (const [key, failure] of [...tried]) if (failure.passes) tried.delete(key);
    }
  }

  #next(tried: ReadonlyMap<string, TunnelFailure>): PodTarget | undefined {
    return this.#targets().find((target) => !tried.has(targetKey(target)));
  }

  #giveUp(failure: TunnelFailure | undefined): void {
    if (!this.#announces || this.#announced) {
      this.#client.destroy();
      return;
    }
    const message = failure?.message ?? 'There is no pod to connect to.';
    this.#client.end(Buffer.concat([Buffer.of(tunnelFailed), Buffer.from(message)]));
    this.#discard();
  }

  #attach(stream: PortForwardStream, tried: Map<string, TunnelFailure>): void {
    this.#stream = stream;
    if (this.#announces && !this.#announced) this.#client.write(Buffer.of(tunnelStands));
    this.#announced = true;
    this.#observer.onOpened(stream.target);
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
      this.#commit();
      if (this.#client.destroyed) return;
      const isTaken = this.#client.write(chunk, (error) => {
        if (!error) stream.giveBack(chunk);
      });
      if (!isTaken) stream.pause();
    });
    stream.on('drain', () => {
      if (this.#stream === stream) this.#client.resume();
    });
    stream.once('end', () => this.#onStreamEnd(stream, tried));
    stream.once('close', () => this.#onStreamClosed(stream));
    for (const chunk of this.#replay) stream.write(chunk);
    if (this.#clientEnded) this.#endStream(stream);
    else if (!stream.writableNeedDrain) this.#client.resume();
  }

  #onClientData(chunk: Buffer): void {
    const stream = this.#stream;
    // The pod has ended, or there is none: nobody hears it.
    if (stream === undefined || stream.readableEnded) return;
    const isKept = !this.#committed;
    if (isKept) {
      this.#replay.push(chunk);
      this.#replayBytes += chunk.length;
      if (this.#replayBytes > longestReplay) this.#commit();
    }
    const isTaken = stream.write(chunk, (error) => {
      if (!error && !isKept) freeChunk(chunk);
    });
    if (!isTaken) this.#client.pause();
  }

  #onClientEnd(): void {
    this.#clientEnded = true;
    if (this.#stream !== undefined) this.#endStream(this.#stream);
  }

  #endStream(stream: PortForwardStream): void {
    stream.end();
    this.#watchDeparture();
  }

  #commit(): void {
    this.#committed = true;
    this.#replay = [];
  }

  #onStreamEnd(stream: PortForwardStream, tried: Map<string, TunnelFailure>): void {
    const { failure } = stream;
    clearTimeout(this.#timer);
    if (failure !== undefined) {
      this.#onStreamFailed(stream, failure, tried);
      return;
    }
    this.#client.end();
    this.#discard();
  }

  #discard(): void {
    // Bytes that wait would reset the connection as it closes, and could take the pod's last words along.
    this.#client.resume();
    this.#client.once('finish', () => {
      this.#timer = setTimeout(() => this.#client.destroy(), lingerMs);
    });
  }

  #onStreamFailed(stream: PortForwardStream, failure: TunnelFailure, tried: Map<string, TunnelFailure>): void {
    this.#stream = undefined;
    this.#observer.onClosed(stream.target, failure);
    tried.set(targetKey(stream.target), failure);
    if (this.#committed || !failure.beforeApplication || this.#next(tried) === undefined) {
      this.#client.destroy();
      return;
    }
    this.#client.pause();
    void this.#dial(tried);
  }

  #onStreamClosed(stream: PortForwardStream): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#observer.onClosed(stream.target, undefined);
    // Broken off by us.
    if (!stream.readableEnded) this.#client.destroy();
    this.#finishIfDone();
  }

  #onClientClosed(): void {
    clearTimeout(this.#timer);
    this.#finished = true;
    this.#abort.abort();
    const stream = this.#stream;
    if (stream === undefined || stream.destroyed) {
      this.#finishIfDone();
    } else if (this.#clientEnded) {
      // All it said still reaches the pod.
      stream.hangUp();
      stream.resume();
    } else {
      stream.destroy();
    }
  }

  #finishIfDone(): void {
    if (!this.#finished || this.#stream !== undefined) return;
    this.#replay = [];
    this.#observer.onFinished();
  }

  /**
   * The end of a client's side is read alike whether it waits for an answer or closed its socket, and the pod cannot be
   * told. A write of nothing fails on a Unix socket whose other side is closed.
   */
  #watchDeparture(pauseMs = firstProbeMs): void {
    if (process.platform === 'win32') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#client.writableEnded) return;
      if (this.#client.writableLength === 0) this.#client.write(Buffer.alloc(0));
      this.#watchDeparture(Math.min(pauseMs * 2, longestProbePauseMs));
    }, pauseMs);
  }
}

function asFailure(error: unknown): TunnelFailure {
  if (error instanceof TunnelFailure) return error;
  return new TunnelFailure('protocol', error instanceof Error ? error.message : String(error));
}

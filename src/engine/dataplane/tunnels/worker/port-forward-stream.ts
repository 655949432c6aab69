import { Duplex, type DuplexOptions } from 'node:stream';
import { freeChunk } from '../../free-chunk.ts';
import type { PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';
import { slabs } from '../websocket/slab-pool.ts';
import { WebSocketConnection, type OpenSocket } from '../websocket/web-socket.ts';
import { brokenOff, failureOfClose, failureOfErrorChannel, podName, startOf } from './failure-words.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import type { PortForwardEvents, PortForwardProtocol } from './port-forward-protocol.ts';

/** The kubelet sends what it read at once, 32 KiB at most. */
const longestMessage = 4 * 1024 * 1024;
const longestErrorText = 16 * 1024;
/** The server ends right after it said what is wrong; one that does not is left. */
const errorLingerMs = 2000;
/** After our last word the pod's side ends, too: kubelets give it a second. */
const hangUpMs = 5000;
/** Bytes that may wait in the WebSocket before the writer is held back. */
const sendWindow = 256 * 1024;

export interface PortForwardTimes {
  /** Between pings; load balancers on the way cut what is silent for a minute or more. */
  readonly pingMs: number;
  /** So many in a row without any sign of life: the other side is dead. Counted, for a clock jumps when a laptop sleeps. */
  readonly deadPings: number;
  /**
   * After our end, without a byte of the other side for so long, the stream is closed: the protocol cannot tell the pod
   * that we have ended, so it may wait for ever.
   */
  readonly halfOpenMs: number;
}

export const portForwardTimes: PortForwardTimes = { pingMs: 20_000, deadPings: 3, halfOpenMs: 30_000 };

/**
 * While bytes of ours may be unread the kubelet answers no pings: it reads the next message when the pod took the last. A
 * program that stands at a breakpoint is not dead.
 */
const patienceWithUnread = 3;

/** Beyond these a slow reader pauses the WebSocket, and a slow WebSocket the writer. */
const streamOptions: DuplexOptions = {
  allowHalfOpen: true,
  readableHighWaterMark: 128 * 1024,
  writableHighWaterMark: 128 * 1024,
};

/**
 * The bytes of one port-forward over an open WebSocket. A reader that is slow pauses the WebSocket, a WebSocket that is slow
 * holds the writer back. Ends when the pod's side does, or the server closes; where it says why something failed, or breaks
 * off, what came before is still read, `failure` is set at 'end', and an 'error' with it follows.
 */
export class PortForwardStream extends Duplex {
  readonly target: PodTarget;
  failure: TunnelFailure | undefined;
  readonly #webSocket: WebSocketConnection;
  readonly #protocol: PortForwardProtocol;
  readonly #times: PortForwardTimes;
  readonly #ping: NodeJS.Timeout;
  readonly #events: PortForwardEvents = {
    onData: (bytes) => this.#onData(bytes),
    onErrorText: (text) => this.#onErrorText(text),
    onReady: () => this.#release(),
    onLastByte: () => void (this.#errorTimer ??= setTimeout(() => this.#onPodEnd(false), errorLingerMs)),
    onEnd: (isReset) => this.#onPodEnd(isReset),
    onReply: (message) => this.#webSocket.sendMessage(message),
    onNonsense: (why) =>
      this.#break(new TunnelFailure('protocol', `${startOf(podName(this.target))} sent what is no SPDY: ${why}.`)),
  };
  readonly #gathered = new GatheredBytes((bytes) => {
    if (!this.push(bytes)) this.#webSocket.pause();
  });
  /** A write that came before the server was ready. */
  #held: (() => void) | undefined;
  /** Of a write whose bytes wait behind too many. */
  #waiting: ((error?: Error | null) => void) | undefined;
  #errorText = '';
  #errorTimer: NodeJS.Timeout | undefined;
  #halfOpenTimer: NodeJS.Timeout | undefined;
  #hangUpTimer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #sentSincePong = false;
  #hungUp = false;
  #closed = false;

  /** Made in the event that told the end of the handshake; `head` is what came with it. */
  constructor(
    socket: OpenSocket,
    head: Buffer,
    target: PodTarget,
    protocol: PortForwardProtocol,
    times: PortForwardTimes = portForwardTimes,
  ) {
    super(streamOptions);
    this.target = target;
    this.#protocol = protocol;
    this.#times = times;
    this.#webSocket = new WebSocketConnection(socket, longestMessage, {
      onBytes: (bytes, begins) => this.#onBytes(bytes, begins),
      onText: () =>
        this.#break(
          new TunnelFailure('protocol', `${startOf(podName(target))} answered with text where bytes were expected.`),
        ),
      onPong: () => {
        this.#sentSincePong = false;
        this.#unanswered = 0;
      },
      onWritten: () => this.#onWritten(),
      onViolation: (why) => {
        this.failure ??= new TunnelFailure(
          'protocol',
          `${startOf(podName(target))} sent what is no WebSocket: ${why}.`,
        );
      },
      onClose: (code) => this.#onClose(code),
    });
    for (const message of protocol.opening) this.#webSocket.sendMessage(message);
    this.#ping = setInterval(() => this.#checkLife(), times.pingMs);
    this.#webSocket.start(head);
  }

  /** The bytes of a 'data' event were copied or written, and nobody looks at them any more. */
  giveBack(chunk: Buffer): void {
    if (!slabs.giveBack(chunk)) freeChunk(chunk);
  }

  /** Closes in an orderly way after what was written; what still comes is dropped. */
  hangUp(): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    this.#webSocket.resume();
    const { ending, isReady } = this.#protocol;
    if (this.#closed || ending === undefined || !isReady) {
      this.#webSocket.close(1000);
      return;
    }
    // What was written is read before this, not so before a close.
    this.#webSocket.sendMessage(ending);
    this.#hangUpTimer = setTimeout(() => this.#webSocket.close(1000), hangUpMs);
  }

  override _read(): void {
    if (!this.#webSocket.isPaused || this.#closed) return;
    // Nothing could be heard while it was paused.
    this.#unanswered = 0;
    this.#webSocket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send([chunk], chunk.length, callback);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    const parts = chunks.map(({ chunk }) => chunk);
    this.#send(
      parts,
      parts.reduce((sum, part) => sum + part.length, 0),
      callback,
    );
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (!this.#closed) this.#startHalfOpen();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stopTimers();
    this.#gathered.drop();
    if (!this.#closed) this.#webSocket.terminate();
    callback(error);
  }

  #send(parts: readonly Buffer[], length: number, callback: (error?: Error | null) => void): void {
    // What a pod that has ended is still told is lost, as on any connection; what it said before must still be read.
    if (this.#closed || this.#hungUp || !this.#webSocket.isOpen) {
      callback();
      return;
    }
    if (!this.#protocol.isReady) {
      this.#held = () => this.#send(parts, length, callback);
      return;
    }
    this.#sentSincePong = true;
    this.#webSocket.send(this.#protocol, parts, length);
    if (this.#webSocket.waiting > sendWindow) this.#waiting = callback;
    else callback();
  }

  /** A connection that breaks tells it by its close. */
  #onWritten(): void {
    if (this.#waiting === undefined || (this.#webSocket.waiting > sendWindow && this.#webSocket.isOpen)) return;
    const callback = this.#waiting;
    this.#waiting = undefined;
    callback();
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  #onBytes(bytes: Buffer, begins: boolean): void {
    this.#unanswered = 0;
    if (!this.#closed && !this.destroyed) this.#protocol.receive(bytes, begins, this.#events);
  }

  #onData(bytes: Buffer): void {
    if (this.#hungUp || this.#closed || this.destroyed) return;
    this.#halfOpenTimer?.refresh();
    this.#gathered.add(bytes);
  }

  #onErrorText(text: string): void {
    this.#errorText = (this.#errorText + text).slice(0, longestErrorText);
    this.#errorTimer ??= setTimeout(() => this.#webSocket.terminate(), errorLingerMs);
  }

  #break(failure: TunnelFailure): void {
    this.failure ??= failure;
    this.#webSocket.terminate();
  }

  #onPodEnd(isReset: boolean): void {
    this.#finish(isReset ? brokenOff(this.target) : undefined);
    // It is heard out, so that its close is read.
    this.#webSocket.resume();
    this.#webSocket.close(1000);
  }

  #onClose(code: number): void {
    this.#finish(failureOfClose(this.target, code));
  }

  /** `failure`: unless there are words of the server. */
  #finish(failureWithoutWords: TunnelFailure | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTimers();
    this.#release();
    this.#onWritten();
    if (this.destroyed) return;
    if (!this.#hungUp) {
      if (this.#errorText !== '') this.failure ??= failureOfErrorChannel(this.target, this.#errorText);
      this.failure ??= failureWithoutWords;
    }
    const { failure } = this;
    this.#gathered.flush();
    // Bytes that came before are read first; only then it fails.
    if (failure !== undefined) this.once('end', () => this.destroy(failure));
    this.push(null);
    if (!this.writableEnded) this.end();
  }

  #startHalfOpen(): void {
    this.#halfOpenTimer = setTimeout(() => {
      // A reader that does not read holds back what there may be.
      if (this.#webSocket.isPaused) this.#startHalfOpen();
      else this.hangUp();
    }, this.#times.halfOpenMs);
  }

  #checkLife(): void {
    if (!this.#webSocket.isOpen) return;
    if (!this.#webSocket.isPaused) {
      const patience = this.#times.deadPings * (this.#sentSincePong ? patienceWithUnread : 1);
      if (this.#unanswered >= patience) {
        this.#break(
          new TunnelFailure('lost', `The connection to ${podName(this.target)} is dead: nothing comes back any more.`),
        );
        return;
      }
      this.#unanswered++;
    }
    this.#webSocket.ping();
  }

  #stopTimers(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#errorTimer);
    clearTimeout(this.#halfOpenTimer);
    clearTimeout(this.#hangUpTimer);
  }
}

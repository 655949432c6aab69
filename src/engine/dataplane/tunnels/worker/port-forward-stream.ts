import { Duplex, type DuplexOptions } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import type { PodTarget } from '../tunnels.ts';
import { TunnelFailure } from '../tunnel-failure.ts';
import { failureOfClose, failureOfErrorChannel, podName, startOf } from './failure-words.ts';

/** Channels of `v4.channel.k8s.io` for the first port of a port-forward; the first byte of every message. */
const dataChannel = 0;
const errorChannel = 1;
/** Each of both begins with the number of the port, little-endian, in as many messages as the server likes. */
const portBytes = 2;

const longestErrorText = 16 * 1024;
/** The server closes right after it said what is wrong; one that does not is left. */
const errorLingerMs = 2000;
/** Measured: the kubelet's reader is slower with less, and with more. */
const longestMessage = 64 * 1024;
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
 * holds the writer back. Ends when the server closes; where it says why something failed, or breaks off, what came
 * before is still read, `failure` is set at 'end', and an 'error' with it follows.
 */
export class PortForwardStream extends Duplex {
  readonly target: PodTarget;
  failure: TunnelFailure | undefined;
  readonly #webSocket: WebSocket;
  readonly #times: PortForwardTimes;
  readonly #ping: NodeJS.Timeout;
  /** Bytes of the port's number still to come. */
  readonly #prefixLeft = [portBytes, portBytes];
  #errorText = '';
  #errorTimer: NodeJS.Timeout | undefined;
  #halfOpenTimer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #sentSincePong = false;
  #hungUp = false;
  #closed = false;

  /** Made in the 'open' event of the WebSocket, or messages that came with it are lost. */
  constructor(webSocket: WebSocket, target: PodTarget, times: PortForwardTimes = portForwardTimes) {
    super(streamOptions);
    this.target = target;
    this.#webSocket = webSocket;
    this.#times = times;
    webSocket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    webSocket.on('pong', () => {
      this.#sentSincePong = false;
      this.#unanswered = 0;
    });
    webSocket.on('error', (error) => this.#onError(error));
    webSocket.once('close', (code) => this.#onClose(code));
    this.#ping = setInterval(() => this.#checkLife(), times.pingMs);
  }

  /** Closes in an orderly way after what was written; what still comes is dropped. */
  hangUp(): void {
    this.#hungUp = true;
    this.#webSocket.resume();
    this.#webSocket.close(1000);
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
    if (!this.#closed) this.#webSocket.terminate();
    callback(error);
  }

  /** One message a call: servers read a message frame by frame, and take a fragment for a message of its own. */
  #send(parts: readonly Buffer[], length: number, callback: (error?: Error | null) => void): void {
    // What a pod that has ended is still told is lost, as on any connection; what it said before must still be read.
    if (this.#closed || this.#hungUp || this.#webSocket.readyState !== WebSocket.OPEN) {
      callback();
      return;
    }
    const messages = messagesOf(parts, length);
    this.#sentSincePong = true;
    const last = messages.pop();
    if (last === undefined) {
      callback();
      return;
    }
    for (const message of messages) this.#webSocket.send(message);
    // Failures arrive as 'close'.
    const waits = this.#webSocket.bufferedAmount + last.length > sendWindow;
    this.#webSocket.send(last, () => {
      if (waits) callback();
    });
    if (!waits) callback();
  }

  #onMessage(raw: RawData, isBinary: boolean): void {
    this.#unanswered = 0;
    if (this.#hungUp || this.destroyed) return;
    if (!isBinary || !Buffer.isBuffer(raw)) {
      this.#break(
        new TunnelFailure('protocol', `${startOf(podName(this.target))} answered with text where bytes were expected.`),
      );
      return;
    }
    const channel = raw[0];
    // Others are not ours; 255 closes a stream in the protocol's version 5, which is not spoken here.
    if (channel !== dataChannel && channel !== errorChannel) return;
    const skip = 1 + Math.min(this.#prefixLeft[channel] ?? 0, raw.length - 1);
    this.#prefixLeft[channel] = (this.#prefixLeft[channel] ?? 0) - (skip - 1);
    if (raw.length === skip) return;
    if (channel === errorChannel) {
      this.#onErrorText(raw.toString('utf8', skip));
      return;
    }
    this.#halfOpenTimer?.refresh();
    if (!this.push(raw.subarray(skip))) this.#webSocket.pause();
  }

  #onErrorText(text: string): void {
    this.#errorText = (this.#errorText + text).slice(0, longestErrorText);
    this.#errorTimer ??= setTimeout(() => this.#webSocket.terminate(), errorLingerMs);
  }

  #onError(error: Error): void {
    const { code = '' } = error as NodeJS.ErrnoException;
    // Of the socket: 'close' says the same better.
    if (!code.startsWith('WS_ERR')) return;
    this.failure ??= new TunnelFailure(
      'protocol',
      `${startOf(podName(this.target))} sent what is no WebSocket: ${error.message}.`,
    );
  }

  #break(failure: TunnelFailure): void {
    this.failure ??= failure;
    this.#webSocket.terminate();
  }

  #onClose(code: number): void {
    this.#closed = true;
    this.#stopTimers();
    if (this.destroyed) return;
    if (!this.#hungUp) {
      if (this.#errorText !== '') this.failure ??= failureOfErrorChannel(this.target, this.#errorText);
      this.failure ??= failureOfClose(this.target, code);
    }
    const { failure } = this;
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
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
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
  }
}

/** Small chunks are put together, for each message has a price. */
function messagesOf(parts: readonly Buffer[], length: number): Buffer[] {
  const messages: Buffer[] = [];
  let left = length;
  let message: Buffer | undefined;
  let at = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length;) {
      if (message === undefined) {
        message = Buffer.allocUnsafe(1 + Math.min(left, longestMessage));
        message[0] = dataChannel;
        at = 1;
      }
      const copied = part.copy(message, at, from);
      from += copied;
      at += copied;
      left -= copied;
      if (at === message.length) {
        messages.push(message);
        message = undefined;
      }
    }
  }
  return messages;
}

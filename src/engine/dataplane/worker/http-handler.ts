import type { Socket } from 'node:net';
import type { RequestHead } from '../http/message-head.ts';
import {
  ServerConnection,
  type ConnectionPeer,
  type ServerExchange,
  type ServerHandler,
  type ServerTimeouts,
} from '../http/server-connection.ts';
import type { SyntaxProblem } from '../http/syntax-problem.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeSide } from './request-plan.ts';
import { epochTime } from './runtime.ts';

/** Opens exchanges for methods that are not ordinary requests; undefined: none of its business. */
export type SpecialExchange = (connection: ServerConnection, head: RequestHead) => ServerExchange | undefined;

const serverTimeouts: ServerTimeouts = { head: 10_000, idle: 3_600_000, linger: 2000 };

/** The HTTP connections of one listener. */
export class HttpHandler implements ServerHandler {
  readonly #side: ExchangeSide;
  readonly #special: SpecialExchange | undefined;
  readonly #timeouts: ServerTimeouts;
  readonly #connections = new Set<ServerConnection>();
  #draining = false;

  constructor(side: ExchangeSide, special?: SpecialExchange, timeouts: ServerTimeouts = serverTimeouts) {
    this.#side = side;
    this.#special = special;
    this.#timeouts = timeouts;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Speaks HTTP on a socket from now on. `head`: bytes read of it already. */
  accept(socket: Socket, peer: ConnectionPeer, head: Buffer): void {
    const connection = new ServerConnection(socket, {
      handler: this,
      peer,
      timeouts: this.#timeouts,
      now: this.#side.runtime.now(),
    });
    this.#connections.add(connection);
    if (this.#draining) connection.drain();
    // Before the bytes read ahead are looked at, as they may be a reason to pause again.
    socket.resume();
    connection.start(head);
  }

  open(connection: ServerConnection, head: RequestHead): ServerExchange {
    return this.#special?.(connection, head) ?? new Exchange(this.#side, connection, head);
  }

  onMalformed(connection: ServerConnection, problem: SyntaxProblem, status: number): void {
    const { recorder, runtime, direction } = this.#side;
    recorder.access({
      time: epochTime(runtime.now()),
      instance: recorder.identity.instance,
      direction,
      method: '-',
      path: '-',
      protocol: 'HTTP/1.1',
      status,
      flags: status === 408 ? '-' : 'DPE',
      requestBytes: 0,
      responseBytes: 0,
      duration: 0,
      requestId: '-',
      authority: '-',
      downstreamLocalAddress: connection.localAddress,
      downstreamRemoteAddress: connection.remoteAddress,
      routeName: problem,
    });
  }

  onClosed(connection: ServerConnection): void {
    this.#connections.delete(connection);
  }

  sweep(now: number): void {
    for (const connection of this.#connections) connection.sweep(now);
  }

  /** Lets requests under way finish; every connection closes after its current one. */
  drain(): void {
    this.#draining = true;
    for (const connection of [...this.#connections]) connection.drain();
  }

  close(): void {
    for (const connection of [...this.#connections]) connection.destroy();
  }
}

import { request as startRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { ConnectionPool } from './connection-pool.ts';
import { codeOf, failureOf } from './failure-words.ts';
import type { KubeFailure } from './kube-transport.ts';

export interface ExchangeRequest {
  readonly method: string;
  /** Path and query, or a whole URL for an HTTP proxy. */
  readonly target: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
}

export type ExchangeResult =
  | { readonly answer: IncomingMessage }
  | {
      readonly failure: KubeFailure;
      /** Error as Node gave it, for its code. */
      readonly error: unknown;
      /** A kept-alive connection turned out to be closed before anything was answered. */
      readonly isStale: boolean;
    };

/** Sends one request over the pool and resolves with the head of its answer. `signal` ends it, then and later. */
export function exchange(
  pool: ConnectionPool,
  { method, target, headers, body }: ExchangeRequest,
  signal: AbortSignal,
): Promise<ExchangeResult> {
  const { shown } = pool.dialer.plan.server;
  // Node sends the body of a DELETE without a length unless it is told: the server would take it for the next request.
  const framed = body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const fail = (error: unknown, isStale: boolean): void =>
      resolve({ failure: failureOf(signal.aborted ? signal.reason : error, shown), error, isStale });
    try {
      const call = startRequest({ agent: pool, method, path: target, headers: framed, signal, setHost: false });
      call.on('error', (error) =>
        fail(error, call.reusedSocket && ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(codeOf(error))),
      );
      call.on('response', (answer) => resolve({ answer }));
      // The API server upgrades only WebSockets, which are not made here.
      call.on('upgrade', (_answer, socket) => {
        socket.destroy();
        fail(new Error('upgraded'), false);
      });
      call.end(body);
    } catch (error) {
      fail(error, false);
    }
  });
}

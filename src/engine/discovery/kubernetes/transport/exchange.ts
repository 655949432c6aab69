import { request as startRequest } from 'node:http';
import { constants } from 'node:http2';
import { http1Answer, http2Answer } from './answer.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { ExchangeRequest, ExchangeResult } from './exchange-request.ts';
import { codeOf, failureOf } from './failure-words.ts';
import { exchangeAlone } from './own-connection.ts';
import type { Place } from './shared-connections.ts';

/** Sends one request over the pool and resolves with the head of its answer. `signal` ends it, then and later. */
export async function exchange(
  pool: ConnectionPool,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<ExchangeResult> {
  const { shown } = pool.dialer.plan.server;
  if (request.ownConnection === true && request.body === undefined) {
    const result = await exchangeAlone(pool, request, signal);
    if (result) return result;
  }
  try {
    const place = await placeUnlessAborted(pool.shared(), signal);
    return await (place ? exchangeShared(place, request, signal, shown) : exchangePooled(pool, request, signal, shown));
  } catch (error) {
    return { failure: failureOf(signal.aborted ? signal.reason : error, shown), error, isStale: false };
  }
}

/** A connection that is being made is made on, for others; a place that comes too late is given back. */
function placeUnlessAborted(taking: Promise<Place | undefined>, signal: AbortSignal): Promise<Place | undefined> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    taking
      .then((place) => {
        if (signal.aborted) place?.leave();
        resolve(place);
      }, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

function exchangeShared(
  { connection, leave, gather }: Place,
  { method, target, headers, body }: ExchangeRequest,
  signal: AbortSignal,
  shown: string,
): Promise<ExchangeResult> {
  const { host: authority, ...others } = headers;
  return new Promise((resolve) => {
    let isAnswered = false;
    const fail = (error: unknown): void => {
      const failure = failureOf(signal.aborted ? signal.reason : (error ?? {}), shown);
      // Whether it carries anything at all is not known then.
      if (signal.aborted && failure.reason === 'timeout') connection.suspect();
      resolve({ failure, error: error ?? {}, isStale: !signal.aborted });
    };
    try {
      const stream = connection.session.request(
        { ...others, ':method': method, ':path': target, ':authority': String(authority) },
        { endStream: body === undefined },
      );
      const abort = (): void => {
        stream.close(constants.NGHTTP2_CANCEL);
        stream.destroy();
      };
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      stream.on('response', (answered) => {
        isAnswered = true;
        // All of an answer may come with its head. Node throws away what nobody has begun to read when it ends.
        stream.pause();
        connection.heard();
        resolve({ answer: http2Answer(stream, answered, gather) });
      });
      stream.on('error', (error) => {
        if (!isAnswered) fail(error);
      });
      stream.on('close', () => {
        leave();
        signal.removeEventListener('abort', abort);
        if (!isAnswered) fail(undefined);
      });
      if (body !== undefined) stream.end(body);
    } catch (error) {
      leave();
      fail(error);
    }
  });
}

function exchangePooled(
  pool: ConnectionPool,
  { method, target, headers, body }: ExchangeRequest,
  signal: AbortSignal,
  shown: string,
): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    const fail = (error: unknown, isStale: boolean): void =>
      resolve({ failure: failureOf(signal.aborted ? signal.reason : error, shown), error, isStale });
    try {
      const call = startRequest({ agent: pool, method, path: target, headers, signal, setHost: false });
      call.on('error', (error) =>
        fail(error, call.reusedSocket && ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(codeOf(error))),
      );
      call.on('response', (answer) => resolve({ answer: http1Answer(answer) }));
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

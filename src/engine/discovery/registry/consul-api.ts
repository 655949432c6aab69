/**
 * The registry's HTTP server: the part of Consul's API that registration, look-up, health checks and blocking queries
 * need. Listens on 127.0.0.1 only and answers programs, not web pages.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenOnLoopback, type LoopbackServer } from '../../loopback-server.ts';
import { blockingQuery } from './blocking-query.ts';
import type { Catalog } from './catalog.ts';
import { ConsulError, readJson, sendJson, sendText } from './consul-exchange.ts';
import { findReadRoute } from './consul-read-routes.ts';
import { findWriteRoute } from './consul-write-routes.ts';
import type { HealthChecks } from './health-checks.ts';

export interface ConsulApiOptions {
  readonly catalog: Catalog;
  /** Runs the checks that are registered; TTL checks are reported to it. */
  readonly checks: HealthChecks;
  /** 0: any free port. */
  readonly port: number;
  /** When set, writes need it in `X-Consul-Token` or as a bearer token. */
  readonly token?: string;
  readonly random?: () => number;
}

/** More open watches than this mean a client that leaks them. */
const maxWaiting = 1024;

/** Rejects where the port cannot be had. */
export async function startConsulApi(options: ConsulApiOptions): Promise<LoopbackServer> {
  const closing = new AbortController();
  const server = await listenOnLoopback(
    (request, response) => void answer(options, closing.signal, request, response),
    options.port,
    { maxHeaderSize: 16 * 1024, keepAliveTimeout: 65_000 },
  );
  return {
    url: server.url,
    close: () => {
      closing.abort();
      return server.close();
    },
  };
}

async function answer(
  options: ConsulApiOptions,
  closing: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => response.destroy());
  try {
    checkCaller(request);
    const url = new URL(request.url ?? '/', 'http://registry');
    const datacenter = url.searchParams.get('dc');
    if (datacenter !== null && datacenter !== '' && datacenter !== 'local') {
      throw new ConsulError(500, `No path to datacenter`);
    }
    const method = request.method ?? 'GET';
    if (method === 'GET' || method === 'HEAD') await read(options, closing, url, response);
    else await write(options, method, url, request, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else if (error instanceof ConsulError) sendText(response, error.status, error.message);
    else sendText(response, 500, 'Internal error of the registry');
    // What is left of a refused body is not read: the connection could not be used again.
    if (!request.complete) request.destroy();
  }
}

async function read(
  options: ConsulApiOptions,
  closing: AbortSignal,
  url: URL,
  response: ServerResponse,
): Promise<void> {
  const { catalog } = options;
  const route = findReadRoute(url.pathname);
  if (!route) throw unknownPath(url.pathname);
  let index: number | undefined;
  if (route.topic !== undefined) {
    if (catalog.waiting >= maxWaiting) throw new ConsulError(429, 'Too many blocking queries wait already');
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing]);
    index = await blockingQuery(catalog, route.topic, url.searchParams, signal, options.random ?? Math.random);
    if (gone.signal.aborted) return;
  }
  const value = route.answer(catalog, url.searchParams);
  const pretty = url.searchParams.has('pretty') && url.searchParams.get('pretty') !== 'false';
  sendJson(response, value, pretty, index);
}

async function write(
  options: ConsulApiOptions,
  method: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = findWriteRoute(url.pathname);
  if (!route) {
    if (findReadRoute(url.pathname)) throw new ConsulError(405, `method ${method} not allowed`);
    throw unknownPath(url.pathname);
  }
  if (method !== 'PUT') throw new ConsulError(405, `method ${method} not allowed`);
  if (options.token !== undefined && !carriesToken(request, options.token)) {
    throw new ConsulError(403, 'Permission denied: the registry needs its token for this');
  }
  const value = route(options, url.searchParams, await readJson(request));
  if (value === undefined) {
    response.writeHead(200);
    response.end();
  } else sendJson(response, value, false);
}

const unknownPath = (path: string): ConsulError => new ConsulError(404, `Invalid URL path: not found: ${path}`);

/** A page in a browser must not reach the registry across origins; the server itself looks at the Host header. */
function checkCaller(request: IncomingMessage): void {
  const { origin, host = '' } = request.headers;
  const isForeign = origin !== undefined && origin !== `http://${host.toLowerCase()}`;
  if (isForeign || request.headers['sec-fetch-site'] === 'cross-site') {
    throw new ConsulError(403, 'Web pages cannot use the registry');
  }
}

function carriesToken(request: IncomingMessage, token: string): boolean {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const header = request.headers['x-consul-token'];
  const given = typeof header === 'string' && header !== '' ? header : (bearer ?? '');
  // Hashes have one length, which the comparison in constant time needs.
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(given), digest(token));
}

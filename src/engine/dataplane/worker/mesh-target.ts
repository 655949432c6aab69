import type { Socket } from 'node:net';
import { HeaderList } from '../http/header-list.ts';
import { plaintextPeer } from '../http/server-connection.ts';
import type { HttpHandler } from './http-handler.ts';
import type { OutboundContext, OutboundRoutes } from './outbound-side.ts';
import { unknownService, type ServiceLabels } from './request-series.ts';
import type { HostPort } from './request-target.ts';
import type { Runtime } from './runtime.ts';
import { proxyTcp } from './tcp-proxy.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';

/** What a connection to a host and port, of which no request was seen yet, is for. */
export interface ConnectionTarget {
  readonly upstream: UpstreamRuntime | undefined;
  readonly upstreamName: string;
  readonly service: ServiceLabels;
  /** The mesh has HTTP routes for it: plain HTTP follows them. */
  readonly http: boolean;
  /** Sent before what the client sends: a CONNECT to a proxy, which answers the client itself. */
  readonly preface?: Buffer;
}

/** The mesh's target for a connection, or its policy for hosts that it does not know. */
export function meshTarget(
  routes: OutboundRoutes,
  runtime: Runtime,
  wanted: HostPort,
): ConnectionTarget | 'passthrough' | 'refuse' {
  const { random } = runtime;
  const tcp = routes.router.tcp(wanted.port, wanted.host, random)?.destination;
  const result = routes.router.route(
    {
      port: wanted.port,
      method: 'GET',
      authority: `${wanted.host}:${wanted.port}`,
      path: '/',
      scheme: 'http',
      headers: new HeaderList(),
    },
    random,
  );
  const http = result.kind !== 'unknown-host';
  const destination = tcp ?? (result.kind === 'forward' ? result.destination : undefined);
  if (destination === undefined) {
    if (result.kind === 'unknown-host') return result.policy;
    return { upstream: undefined, upstreamName: 'unknown', service: unknownService, http };
  }
  return {
    upstream: routes.upstreams.get(destination.upstream),
    upstreamName: destination.upstream,
    service: { host: destination.host, name: destination.service, namespace: destination.namespace },
    http,
  };
}

/**
 * Serves a raw connection: as requests where it has HTTP routes and looks like HTTP, else byte by byte. `head`: bytes of it
 * that were read already.
 */
export function serveConnection(
  context: OutboundContext,
  target: ConnectionTarget,
  socket: Socket,
  head: Buffer,
  http: () => HttpHandler,
): void {
  const relay = (first: Buffer): void => {
    const { runtime, recorder } = context;
    const bytes = target.preface ? Buffer.concat([target.preface, first]) : first;
    const { upstreamName, service } = target;
    const relayed = (upstream: UpstreamRuntime | undefined): void =>
      proxyTcp(
        { runtime, recorder, direction: 'outbound', client: socket, head: bytes, upstream, upstreamName, service },
        () => undefined,
      );
    if (target.upstream?.upstream.onDemand !== true) {
      relayed(target.upstream);
      return;
    }
    void context.demand(upstreamName).then(() => relayed(context.routes().upstreams.get(upstreamName)));
  };
  const decide = (first: Buffer): void => {
    socket.pause();
    socket.removeListener('data', decide);
    socket.removeListener('close', onGone);
    if (looksLikeHttp(first)) http().accept(socket, plaintextPeer, first);
    else relay(first);
  };
  const onGone = (): void => void socket.destroy();
  socket.on('error', () => undefined);
  if (!target.http) {
    socket.pause();
    relay(head);
  } else if (head.length > 0) decide(head);
  else {
    socket.once('data', decide);
    socket.once('close', onGone);
    socket.resume();
  }
}

/** A method and a space, or the start of one; not HTTP/2's preface and not TLS. */
function looksLikeHttp(head: Buffer): boolean {
  const start = head.toString('latin1', 0, 8);
  return /^[A-Z]{1,8}(?: |$)|^[A-Z]{8}$/.test(start) && !start.startsWith('PRI ');
}

import { HeaderList } from '../http/header-list.ts';
import type { RequestHead } from '../http/message-head.ts';
import { reasonPhrase } from '../http/reason-phrases.ts';
import { plaintextPeer, type ServerConnection, type ServerExchange } from '../http/server-connection.ts';
import type { HttpHandler } from './http-handler.ts';
import { localReplyHeaders } from './local-replies.ts';
import type { OutboundContext, OutboundRoutes } from './outbound-side.ts';
import { passthroughRefusals } from './passthrough.ts';
import { unknownService, type ServiceLabels } from './request-series.ts';
import { splitAuthority, type HostPort } from './request-target.ts';
import { proxyTcp } from './tcp-proxy.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';

interface TunnelTarget {
  readonly upstream: UpstreamRuntime | undefined;
  readonly upstreamName: string;
  readonly service: ServiceLabels;
  /** The mesh has HTTP routes for it: plain HTTP inside the tunnel follows them. */
  readonly http: boolean;
}

/**
 * CONNECT on a `proxy` listener: tools that use the proxy for everything, and TLS. A host of the mesh is reached by its TCP
 * route; plain HTTP inside the tunnel to a host with HTTP routes is routed like any request.
 */
export class ConnectTunnel implements ServerExchange {
  readonly #context: OutboundContext;
  readonly #connection: ServerConnection;
  readonly #head: RequestHead;
  readonly #httpHandler: (port: number) => HttpHandler;
  #closed = false;

  constructor(
    context: OutboundContext,
    connection: ServerConnection,
    head: RequestHead,
    httpHandler: (port: number) => HttpHandler,
  ) {
    this.#context = context;
    this.#connection = connection;
    this.#head = head;
    this.#httpHandler = httpHandler;
  }

  begin(): void {
    // The tunnel starts with the end of the request.
  }

  onRequestBody(): void {
    // CONNECT has no body (RFC 9110, 9.3.6).
  }

  onRequestEnd(): void {
    const wanted = splitAuthority(this.#head.target, 0);
    if (wanted === undefined || wanted.port === 0 || this.#head.bodyLength !== 0) {
      this.#refuse(400, 'CONNECT needs a host and a port.');
      return;
    }
    const routes = this.#context.routes();
    const target = this.#meshTarget(routes, wanted);
    if (typeof target !== 'string') {
      this.#open(target, wanted.port);
      return;
    }
    if (target === 'refuse') {
      this.#refuse(502, '');
      return;
    }
    if (this.#head.headers.has('origin')) {
      this.#refuse(403, 'Web pages may not open tunnels to hosts that the mesh does not know.');
      return;
    }
    void routes.passthrough.upstream(wanted.host, wanted.port).then((upstream) => {
      if (this.#closed) return;
      if (typeof upstream === 'string') this.#refuse(502, passthroughRefusals[upstream]);
      else {
        const service = { ...unknownService, name: 'PassthroughCluster' };
        this.#open({ upstream, upstreamName: 'PassthroughCluster', service, http: false }, wanted.port);
      }
    });
  }

  onRequestReadDone(): void {
    // Nothing is streamed before the tunnel stands.
  }

  onDownstreamDrain(): void {
    // As above.
  }

  onDownstreamClosed(): void {
    this.#closed = true;
  }

  #meshTarget(routes: OutboundRoutes, wanted: HostPort): TunnelTarget | 'passthrough' | 'refuse' {
    const { random } = this.#context.runtime;
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

  #open(target: TunnelTarget, port: number): void {
    this.#connection.startResponse(200, 'Connection Established', new HeaderList(), 0);
    const { socket, rest } = this.#connection.detach();
    const relay = (head: Buffer): void => {
      const { runtime, recorder } = this.#context;
      proxyTcp({ ...target, runtime, recorder, direction: 'outbound', client: socket, head }, () => undefined);
    };
    const decide = (head: Buffer): void => {
      socket.pause();
      socket.removeListener('data', decide);
      socket.removeListener('close', onGone);
      if (looksLikeHttp(head)) this.#httpHandler(port).accept(socket, plaintextPeer, head);
      else relay(head);
    };
    const onGone = (): void => void socket.destroy();
    socket.on('error', () => undefined);
    if (!target.http) {
      socket.pause();
      relay(rest);
    } else if (rest.length > 0) decide(rest);
    else {
      socket.once('data', decide);
      socket.once('close', onGone);
    }
  }

  #refuse(status: number, body: string): void {
    const payload = Buffer.from(body, 'utf8');
    this.#connection.startResponse(status, reasonPhrase(status), localReplyHeaders(body !== ''), payload.length);
    this.#connection.writeResponse(payload);
    this.#connection.endResponse(undefined);
  }
}

/** A method and a space, or the start of one; not HTTP/2's preface and not TLS. */
function looksLikeHttp(head: Buffer): boolean {
  const start = head.toString('latin1', 0, 8);
  return /^[A-Z]{1,8}(?: |$)|^[A-Z]{8}$/.test(start) && !start.startsWith('PRI ');
}

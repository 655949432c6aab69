import type { ForwardProxy } from '../data-plane.ts';
import { HeaderList } from '../http/header-list.ts';
import type { RequestHead } from '../http/message-head.ts';
import { reasonPhrase } from '../http/reason-phrases.ts';
import type { ServerConnection, ServerExchange } from '../http/server-connection.ts';
import type { HttpHandler } from './http-handler.ts';
import { asLine, localReplyHeaders } from './local-replies.ts';
import { meshTarget, serveConnection, type ConnectionTarget } from './mesh-target.ts';
import type { OutboundContext } from './outbound-side.ts';
import { passthroughRefusals } from './passthrough.ts';
import { unknownService } from './request-series.ts';
import { splitAuthority } from './request-target.ts';
import { unknownHostRefusal } from './unknown-host.ts';

/**
 * CONNECT on a `proxy` listener: tools that use the proxy for everything, and TLS. A host of the mesh is reached by its TCP
 * route; plain HTTP inside the tunnel to a host with HTTP routes is routed like any request.
 */
export class ConnectTunnel implements ServerExchange {
  readonly #context: OutboundContext;
  readonly #connection: ServerConnection;
  readonly #head: RequestHead;
  readonly #guarded: boolean;
  readonly #httpHandler: (port: number) => HttpHandler;
  #closed = false;

  constructor(
    context: OutboundContext,
    connection: ServerConnection,
    head: RequestHead,
    guarded: boolean,
    httpHandler: (port: number) => HttpHandler,
  ) {
    this.#context = context;
    this.#guarded = guarded;
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
    const target = meshTarget(routes, this.#context.runtime, wanted);
    if (typeof target !== 'string') {
      this.#open(target, wanted.port);
      return;
    }
    const refusal = unknownHostRefusal(routes.router, target, wanted, this.#guarded);
    if (refusal !== undefined) {
      this.#refuse(502, refusal);
      return;
    }
    if (this.#head.headers.has('origin')) {
      this.#refuse(403, 'Web pages may not open tunnels to hosts that the mesh does not know.');
      return;
    }
    void routes.passthrough.target(wanted.host, wanted.port, 'tunnel').then((found) => {
      if (this.#closed) return;
      if (typeof found === 'string') {
        this.#refuse(502, passthroughRefusals[found]);
        return;
      }
      const { upstream, proxy } = found;
      const service = { ...unknownService, name: 'PassthroughCluster' };
      const preface = proxy && { preface: connectHead(this.#head.target, proxy) };
      this.#open({ upstream, upstreamName: 'PassthroughCluster', service, http: false, ...preface }, wanted.port);
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

  #open(target: ConnectionTarget, port: number): void {
    // A proxy on the way answers the client itself.
    if (target.preface === undefined)
      this.#connection.startResponse(200, 'Connection Established', new HeaderList(), 0);
    const { socket, rest } = this.#connection.detach();
    serveConnection(this.#context, target, socket, rest, () => this.#httpHandler(port));
  }

  #refuse(status: number, words: string): void {
    const payload = Buffer.from(asLine(words), 'utf8');
    this.#connection.startResponse(status, reasonPhrase(status), localReplyHeaders(words !== ''), payload.length);
    this.#connection.writeResponse(payload);
    this.#connection.endResponse(undefined);
  }
}

function connectHead(authority: string, { authorization }: ForwardProxy): Buffer {
  const credentials = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`;
  return Buffer.from(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`, 'latin1');
}

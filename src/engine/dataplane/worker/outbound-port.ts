import type { Socket } from 'node:net';
import { plaintextPeer } from '../http/server-connection.ts';
import type { OutboundListener } from '../data-plane.ts';
import { BoundListener } from './bound-listener.ts';
import { ConnectTunnel } from './connect-tunnel.ts';
import { HttpHandler } from './http-handler.ts';
import { meshTarget, serveConnection } from './mesh-target.ts';
import { OutboundSide, type OutboundContext } from './outbound-side.ts';

/** One outbound listener of a proxy. */
export class OutboundPort {
  readonly listener: BoundListener;
  readonly #context: OutboundContext;
  #http: HttpHandler;
  /** HTTP inside CONNECT tunnels, by the port that was asked for. */
  readonly #tunnelled = new Map<number, HttpHandler>();
  #config: OutboundListener;

  private constructor(listener: BoundListener, config: OutboundListener, context: OutboundContext) {
    this.listener = listener;
    this.#config = config;
    this.#context = context;
    this.#http = this.#createHandler(config);
  }

  static async open(config: OutboundListener, port: number, context: OutboundContext): Promise<OutboundPort> {
    const accept: { by?: OutboundPort } = {};
    const listener = await BoundListener.bind(port, (socket) => {
      if (accept.by) accept.by.#accept(socket);
      else socket.destroy();
    });
    accept.by = new OutboundPort(listener, config, context);
    return accept.by;
  }

  /** Applies a new config; connections of another kind of listener close after their current request. */
  update(config: OutboundListener): void {
    const before = this.#config;
    this.#config = config;
    const isSame =
      before.type === config.type &&
      before.routePort === config.routePort &&
      before.host === config.host &&
      before.guarded === config.guarded;
    if (isSame) return;
    this.#http.drain();
    this.#http = this.#createHandler(config);
  }

  sweep(now: number): void {
    this.#http.sweep(now);
    for (const handler of this.#tunnelled.values()) handler.sweep(now);
  }

  drain(): void {
    this.listener.stop();
    this.#http.drain();
    for (const handler of this.#tunnelled.values()) handler.drain();
  }

  get busy(): boolean {
    return this.listener.size > 0;
  }

  close(): void {
    this.listener.close();
    this.#http.close();
    for (const handler of this.#tunnelled.values()) handler.close();
  }

  #accept(socket: Socket): void {
    if (this.#config.type !== 'tcp' && this.#config.type !== 'service') {
      this.#http.accept(socket, plaintextPeer, Buffer.alloc(0));
      return;
    }
    socket.pause();
    const { routePort = 0, host = '' } = this.#config;
    const context = this.#context;
    if (this.#config.type === 'service') {
      const target = meshTarget(context.routes(), context.runtime, { host, port: routePort });
      if (typeof target === 'string') socket.destroy();
      else serveConnection(context, target, socket, Buffer.alloc(0), () => this.#http);
      return;
    }
    const destination = context.routes().router.tcp(routePort, host, context.runtime.random)?.destination;
    const target = {
      upstream: destination && context.routes().upstreams.get(destination.upstream),
      upstreamName: destination?.upstream ?? 'unknown',
      service: {
        host: destination?.host ?? host,
        name: destination?.service ?? 'unknown',
        namespace: destination?.namespace ?? 'unknown',
      },
      http: false,
    };
    serveConnection(context, target, socket, Buffer.alloc(0), () => this.#http);
  }

  #createHandler(config: OutboundListener): HttpHandler {
    const context = this.#context;
    return new HttpHandler(new OutboundSide(context, config), (connection, head) =>
      config.type === 'proxy' && head.method === 'CONNECT'
        ? new ConnectTunnel(context, connection, head, config.guarded === true, (port) => this.#tunnelHandler(port))
        : undefined,
    );
  }

  #tunnelHandler(port: number): HttpHandler {
    let handler = this.#tunnelled.get(port);
    if (handler === undefined) {
      handler = new HttpHandler(new OutboundSide(this.#context, this.#config, port));
      this.#tunnelled.set(port, handler);
    }
    return handler;
  }
}

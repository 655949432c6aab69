import type { Socket } from 'node:net';
import { plaintextPeer } from '../http/server-connection.ts';
import type { OutboundListener } from '../data-plane.ts';
import { BoundListener } from './bound-listener.ts';
import { ConnectTunnel } from './connect-tunnel.ts';
import { HttpHandler } from './http-handler.ts';
import { OutboundSide, type OutboundContext } from './outbound-side.ts';
import { proxyTcp } from './tcp-proxy.ts';

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
    if (before.type === config.type && before.routePort === config.routePort) return;
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
    if (this.#config.type !== 'tcp') {
      this.#http.accept(socket, plaintextPeer, Buffer.alloc(0));
      return;
    }
    socket.pause();
    const { runtime, recorder } = this.#context;
    const { router, upstreams } = this.#context.routes();
    const { routePort = 0, host = '' } = this.#config;
    const found = router.tcp(routePort, host, runtime.random);
    const destination = found?.destination;
    proxyTcp(
      {
        runtime,
        recorder,
        direction: 'outbound',
        client: socket,
        head: Buffer.alloc(0),
        upstream: destination && upstreams.get(destination.upstream),
        upstreamName: destination?.upstream ?? 'unknown',
        service: {
          host: destination?.host ?? host,
          name: destination?.service ?? 'unknown',
          namespace: destination?.namespace ?? 'unknown',
        },
      },
      () => undefined,
    );
  }

  #createHandler(config: OutboundListener): HttpHandler {
    const context = this.#context;
    return new HttpHandler(new OutboundSide(context, config), (connection, head) =>
      config.type === 'proxy' && head.method === 'CONNECT'
        ? new ConnectTunnel(context, connection, head, (port) => this.#tunnelHandler(port))
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

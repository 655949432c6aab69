import type { Socket } from 'node:net';
import { plaintextPeer, type ConnectionPeer } from '../http/server-connection.ts';
import type { InboundListener } from '../data-plane.ts';
import type { LinkTls } from '../tls/link-security.ts';
import { singleAddressUpstream } from './application-upstream.ts';
import { BoundListener } from './bound-listener.ts';
import { readFirstBytes, type FirstBytes } from './first-bytes.ts';
import { HttpHandler } from './http-handler.ts';
import { InboundSide, type InboundContext } from './inbound-side.ts';
import { proxyTcp } from './tcp-proxy.ts';
import { UpstreamRuntime } from './upstream-runtime.ts';

/** How long a client may stay silent on a TCP port before the server is taken to speak first. */
const serverFirstMs = 1000;

/** The inbound side of a sidecar for one port: takes mutual TLS or plaintext as the policy says, and goes on in plaintext. */
export class InboundPort {
  readonly listener: BoundListener;
  readonly #context: InboundContext;
  readonly #link: LinkTls;
  #config: InboundListener;
  #application: UpstreamRuntime;
  #http: HttpHandler;

  private constructor(listener: BoundListener, config: InboundListener, context: InboundContext, link: LinkTls) {
    this.listener = listener;
    this.#config = config;
    this.#context = context;
    this.#link = link;
    this.#application = this.#createApplication(config);
    this.#http = new HttpHandler(new InboundSide(context, config, this.#application));
  }

  static async open(
    config: InboundListener,
    port: number,
    context: InboundContext,
    link: LinkTls,
  ): Promise<InboundPort> {
    const accept: { by?: InboundPort } = {};
    const listener = await BoundListener.bind(port, (socket) => {
      if (accept.by) accept.by.#accept(socket);
      else socket.destroy();
    });
    accept.by = new InboundPort(listener, config, context, link);
    return accept.by;
  }

  /** Applies a new config; connections stay, unless the policy does not allow them any more. */
  update(config: InboundListener): void {
    const before = this.#config;
    this.#config = config;
    const moved =
      before.application.address !== config.application.address || before.application.port !== config.application.port;
    const renamed = JSON.stringify(before.service) !== JSON.stringify(config.service);
    if (moved) {
      this.#application.update(applicationUpstream(config, this.#context.recorder.identity.instance));
    }
    if (renamed || before.mtls !== config.mtls) {
      // Connections that were accepted under another policy close after their current request.
      this.#http.drain();
      this.#http = new HttpHandler(new InboundSide(this.#context, config, this.#application));
    }
  }

  sweep(now: number): void {
    this.#http.sweep(now);
    this.#application.sweep(now);
  }

  drain(): void {
    this.listener.stop();
    this.#http.drain();
    this.#application.drain();
  }

  get busy(): boolean {
    return this.listener.size > 0;
  }

  close(): void {
    this.#application.close();
    this.listener.close();
    this.#http.close();
  }

  #createApplication(config: InboundListener): UpstreamRuntime {
    const { runtime, recorder } = this.#context;
    return new UpstreamRuntime(applicationUpstream(config, recorder.identity.instance), {
      runtime,
      recorder,
      link: this.#link,
      reportsEndpoints: false,
    });
  }

  #accept(socket: Socket): void {
    const { mtls, protocol } = this.#config;
    if (protocol === 'tcp' && mtls === 'DISABLE') {
      socket.pause();
      this.#serve(socket, Buffer.alloc(0), plaintextPeer);
      return;
    }
    const silence = protocol === 'tcp' && mtls === 'PERMISSIVE' ? serverFirstMs : undefined;
    readFirstBytes(socket, silence, (what, head) => this.#admit(socket, what, head));
  }

  #admit(socket: Socket, what: FirstBytes, head: Buffer): void {
    const { mtls, protocol } = this.#config;
    const speaksMesh = what.type === 'mesh-tls' || (what.type === 'other-tls' && protocol === 'http');
    if (speaksMesh && mtls !== 'DISABLE') {
      this.#link.acceptTls(socket, head, (error, secured, principal, certificateHash) => {
        // What failed is closed already; destroying the raw socket here would crash Node.
        if (!error && secured) this.#serve(secured, Buffer.alloc(0), { secure: true, principal, certificateHash });
      });
      return;
    }
    // A TLS connection of the application's own passes a TCP port, but is no HTTP.
    const plaintext = what.type === 'plaintext' || protocol === 'tcp';
    if (mtls === 'STRICT' || !plaintext || socket.destroyed) socket.destroy();
    else this.#serve(socket, head, plaintextPeer);
  }

  #serve(socket: Socket, head: Buffer, peer: ConnectionPeer): void {
    if (this.#config.protocol === 'http') {
      this.#http.accept(socket, peer, head);
      return;
    }
    const { runtime, recorder } = this.#context;
    const { host, name, namespace } = this.#config.service;
    proxyTcp(
      {
        runtime,
        recorder,
        direction: 'inbound',
        client: socket,
        head,
        upstream: this.#application,
        upstreamName: this.#application.upstream.id,
        service: { host, name, namespace },
        source: peer,
      },
      () => undefined,
    );
  }
}

function applicationUpstream(config: InboundListener, instance: string): ReturnType<typeof singleAddressUpstream> {
  const { host, name, namespace, port } = config.service;
  const { address, port: applicationPort } = config.application;
  return singleAddressUpstream(
    `inbound|${applicationPort}||`,
    { host, service: name, namespace, port },
    { id: instance, address, port: applicationPort },
  );
}

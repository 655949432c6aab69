/** Small pieces to build proxies, upstreams and clients from, on real loopback sockets. */
import * as http from 'node:http';
import * as net from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { BoundListeners, ProxyConfig, ProxyIdentity } from '../../../src/engine/dataplane/data-plane.ts';
import type { DataPlaneReport } from '../../../src/engine/dataplane/report.ts';
import { systemRuntime, type Runtime } from '../../../src/engine/dataplane/worker/runtime.ts';
import { WorkerHost } from '../../../src/engine/dataplane/worker/worker-host.ts';
import type { WorkerReply } from '../../../src/engine/dataplane/worker-messages.ts';
import {
  noHeaderOperations,
  type CompiledDestination,
  type CompiledForward,
  type CompiledRetry,
  type CompiledRule,
  type CompiledRoutes,
  type Upstream,
  type UpstreamEndpoint,
} from '../../../src/engine/policy/semantics/routing/compiled.ts';

const unlimited = 2 ** 32 - 1;

export const noRetry: CompiledRetry = {
  attempts: 0,
  retryOn: [],
  retriableStatusCodes: [],
  backoffMs: 25,
  avoidPreviousHosts: true,
};

/** What Istio gives a route that says nothing about retries. */
export const istioRetry: CompiledRetry = {
  ...noRetry,
  attempts: 2,
  retryOn: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled'],
};

export function endpoint(id: string, port: number, over: Partial<UpstreamEndpoint> = {}): UpstreamEndpoint {
  return {
    id,
    address: '127.0.0.1',
    port,
    weight: 1,
    health: 'healthy',
    workload: `${id}-workload`,
    namespace: 'shop',
    app: 'reviews',
    version: 'v1',
    labels: {},
    principal: '',
    inboundTls: 'none',
    ...over,
  };
}

export const reviews = 'outbound|9080||reviews.shop.svc.cluster.local';

export function upstream(endpoints: readonly UpstreamEndpoint[], over: Partial<Upstream> = {}): Upstream {
  return {
    id: reviews,
    host: 'reviews.shop.svc.cluster.local',
    namespace: 'shop',
    service: 'reviews',
    port: 9080,
    protocol: 'http',
    loadBalancer: { type: 'round-robin' },
    pool: {
      maxConnections: unlimited,
      connectTimeoutMs: 2000,
      maxPendingRequests: unlimited,
      maxRequests: unlimited,
      maxRequestsPerConnection: 0,
      maxRetries: unlimited,
      idleTimeoutMs: 0,
    },
    tls: { mode: 'auto' },
    endpoints,
    ...over,
  };
}

export function destination(over: Partial<CompiledDestination> = {}): CompiledDestination {
  return {
    upstream: reviews,
    host: 'reviews.shop.svc.cluster.local',
    namespace: 'shop',
    service: 'reviews',
    port: 9080,
    weight: 100,
    request: noHeaderOperations,
    response: noHeaderOperations,
    ...over,
  };
}

export function forward(over: Partial<CompiledForward> = {}): CompiledForward {
  return { type: 'forward', destinations: [destination()], mirrors: [], timeoutMs: 0, retry: noRetry, ...over };
}

export function rule(over: Partial<CompiledRule> = {}): CompiledRule {
  return {
    name: 'http[0]',
    matches: [],
    action: forward(),
    request: noHeaderOperations,
    response: noHeaderOperations,
    ...over,
  };
}

/** Routes of the host `reviews` on port 9080. */
export function routes(
  rules: readonly CompiledRule[],
  upstreams: readonly Upstream[],
  over: Partial<CompiledRoutes> = {},
): CompiledRoutes {
  return {
    http: [
      {
        port: 9080,
        virtualHosts: [
          {
            name: 'reviews.shop.svc.cluster.local:9080',
            domains: ['reviews', 'reviews:9080', 'reviews.shop.svc.cluster.local'],
            rules,
          },
        ],
        unknownHosts: 'passthrough',
      },
    ],
    tcp: [],
    upstreams,
    ...over,
  };
}

export function identity(over: Partial<ProxyIdentity> = {}): ProxyIdentity {
  return {
    instance: 'shop/productpage-0',
    workload: 'productpage-v1',
    namespace: 'shop',
    app: 'productpage',
    version: 'v1',
    labels: {},
    principal: 'spiffe://cluster.local/ns/shop/sa/productpage',
    cluster: 'local',
    ...over,
  };
}

export function config(over: Partial<ProxyConfig> = {}): ProxyConfig {
  return {
    identity: identity(),
    kind: 'sidecar',
    generation: 1,
    inbound: [],
    outbound: [{ name: 'proxy', type: 'proxy', port: 0 }],
    routes: { http: [], tcp: [], upstreams: [] },
    healthChecks: [],
    security: { type: 'none' },
    ...over,
  };
}

/** Something to dispose at the end of a test, in reverse order. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

export interface RunningProxies {
  /** What was reported so far, report by report. */
  readonly reports: readonly DataPlaneReport[];
  apply(config: ProxyConfig): Promise<BoundListeners>;
  remove(instance: string, drainMs: number): Promise<void>;
  /** Everything reported so far, merged; asks for a report first. */
  report(): Promise<Required<Omit<DataPlaneReport, 'time' | 'early' | 'waiting' | 'dropped' | 'problems' | 'demands'>>>;
}

/** Proxies in this thread, with a clock and chance of the test's own if wanted. */
export function startProxies(cleanup: Cleanup, runtime: Partial<Runtime> = {}): RunningProxies {
  const reports: DataPlaneReport[] = [];
  const waiting = new Map<number, { resolve(bound: BoundListeners): void; reject(error: Error): void }>();
  let nextId = 1;
  const host = new WorkerHost({ ...systemRuntime, ...runtime }, (message: WorkerReply) => {
    if (message.type === 'report') reports.push(structuredClone(message.report));
    else if (message.type === 'done') waiting.get(message.id)?.resolve(message.bound ?? { inbound: {}, outbound: {} });
    else waiting.get(message.id)?.reject(new Error(message.message));
  });
  const ask = (request: { type: string; [name: string]: unknown }): Promise<BoundListeners> => {
    const id = nextId++;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      void host.handle({ ...request, id } as Parameters<WorkerHost['handle']>[0]);
    });
  };
  cleanup.add(() => ask({ type: 'close' }));
  return {
    reports,
    apply: (wanted) => ask({ type: 'apply', config: structuredClone(wanted) }),
    remove: async (instance, drainMs) => {
      await ask({ type: 'remove', instance, drainMs });
    },
    report: async () => {
      await ask({ type: 'flush' });
      return {
        requests: reports.flatMap((report) => report.requests),
        tcp: reports.flatMap((report) => report.tcp),
        spans: reports.flatMap((report) => report.spans),
        access: reports.flatMap((report) => report.access),
        endpoints: reports.flatMap((report) => report.endpoints),
      };
    },
  };
}

export interface TestServer {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Breaks everything at once, as a killed process does. */
  kill(): Promise<void>;
}

async function listening(server: net.Server, cleanup: Cleanup, port: number): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  server.on('connection', (socket: net.Socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const kill = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  cleanup.add(kill);
  return { port: (server.address() as AddressInfo).port, connections: () => accepted, kill };
}

/** An HTTP application (Node's own server). */
export function startApplication(cleanup: Cleanup, handler: http.RequestListener, port = 0): Promise<TestServer> {
  const server = http.createServer(handler);
  server.keepAliveTimeout = 0;
  return listening(server, cleanup, port);
}

/** A server that speaks what the test wants. */
export function startServer(cleanup: Cleanup, onSocket: (socket: net.Socket) => void, port = 0): Promise<TestServer> {
  return listening(net.createServer({ allowHalfOpen: true, noDelay: true }, onSocket), cleanup, port);
}

/** A port nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: NodeJS.Dict<string>;
}

export interface CallOptions {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly agent?: http.Agent;
}

/** Sends a request through a `proxy` listener (origin form) with Node's client. */
export function call(port: number, options: CallOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        method: options.method ?? 'GET',
        path: options.path ?? '/',
        headers: { host: options.host ?? 'reviews:9080', ...options.headers },
        agent: options.agent ?? false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
            trailers: response.trailers,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

/** A raw client: what it received so far, and waiting for it. */
export class RawClient {
  readonly socket: net.Socket;
  received = '';
  closed = false;
  ended = false;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => (this.received += data.toString('latin1')));
    socket.on('end', () => (this.ended = true));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => undefined);
  }

  static async connect(cleanup: Cleanup, port: number): Promise<RawClient> {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    await once(socket, 'connect');
    cleanup.add(() => socket.destroy());
    return new RawClient(socket);
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  async until(expected: string | RegExp): Promise<string> {
    await eventually(() =>
      typeof expected === 'string' ? this.received.includes(expected) : expected.test(this.received),
    );
    return this.received;
  }

  async untilEnd(): Promise<string> {
    await eventually(() => this.ended || this.closed);
    return this.received;
  }
}

/** Waits for a state; fails after twenty seconds with what it saw last. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within twenty seconds: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

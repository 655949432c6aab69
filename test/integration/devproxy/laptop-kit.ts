/** A cluster by hand: objects in a store, pods that are servers of this process, and tunnels over local sockets. */
import { mkdtemp, rm } from 'node:fs/promises';
import * as http from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  announcingPath,
  tunnelFailed,
  tunnelStands,
} from '../../../src/engine/dataplane/tunnels/tunnel-announcement.ts';
import {
  targetKey,
  type PodTarget,
  type TunnelEvent,
  type Tunnels,
} from '../../../src/engine/dataplane/tunnels/tunnels.ts';
import { DevProxy, type DevProxyOptions } from '../../../src/engine/devproxy/dev-proxy.ts';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import type { Labels, MeshObject } from '../../../src/engine/model/mesh-object.ts';
import { EventLog } from '../../../src/engine/telemetry/event-log.ts';
import { MetricsStore } from '../../../src/engine/telemetry/metrics-store.ts';
import { TraceStore } from '../../../src/engine/telemetry/trace-store.ts';
import type { ClusterStatus } from '../../../src/shared/cluster.ts';
import type { DevProxyStatus } from '../../../src/shared/dev-proxy.ts';
import type { LogLine } from '../../../src/shared/engine-protocol.ts';
import { resolveMeshSettings, type MeshSettings } from '../../../src/shared/mesh-settings.ts';
import type { Cleanup } from '../dataplane/mesh-kit.ts';

export const context = 'kitchen';

export function object(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  rest: Partial<MeshObject> = {},
): MeshObject {
  return {
    apiVersion,
    kind,
    namespace,
    name,
    labels: {},
    annotations: {},
    spec: {},
    origin: { layer: 'cluster', source: context },
    ...rest,
  };
}

export function service(
  namespace: string,
  name: string,
  port: { readonly port: number; readonly name: string },
  spec: Readonly<Record<string, unknown>> = {},
): MeshObject {
  return object('v1', 'Service', namespace, name, {
    spec: { selector: { app: name }, clusterIP: '10.96.0.1', ports: [{ ...port, protocol: 'TCP' }], ...spec },
  });
}

/** One EndpointSlice of a service, with its pods: name → whether it is ready. */
export function slice(
  namespace: string,
  name: string,
  port: { readonly port: number; readonly name: string },
  pods: Readonly<Record<string, boolean>>,
): MeshObject {
  return object('discovery.k8s.io/v1', 'EndpointSlice', namespace, `${name}-1`, {
    labels: { 'kubernetes.io/service-name': name },
    rest: {
      addressType: 'IPv4',
      ports: [{ name: port.name, port: port.port, protocol: 'TCP' }],
      endpoints: Object.entries(pods).map(([pod, ready], index) => ({
        addresses: [`10.244.0.${index + 1}`],
        conditions: { ready },
        targetRef: { kind: 'Pod', namespace, name: pod },
      })),
    },
  });
}

export function pod(namespace: string, name: string, deployment: string, labels: Labels, sidecar = false): MeshObject {
  return object('v1', 'Pod', namespace, name, {
    uid: name,
    labels: { ...labels, 'pod-template-hash': 'abc' },
    owners: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${deployment}-abc`, uid: deployment, controller: true },
    ],
    spec: { containers: [{ name: 'app' }, ...(sidecar ? [{ name: 'istio-proxy' }] : [])] },
  });
}

export function deployment(namespace: string, name: string, labels: Labels, containerPort: number): MeshObject {
  return object('apps/v1', 'Deployment', namespace, name, {
    spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'app', ports: [{ containerPort }] }] } } },
  });
}

export interface PodServer {
  readonly port: number;
  /** Breaks everything at once, as a pod that is killed does. */
  kill(): Promise<void>;
}

/** An HTTP server that answers with its name. */
export async function serve(cleanup: Cleanup, name: string, listener?: http.RequestListener): Promise<PodServer> {
  const sockets = new Set<net.Socket>();
  const server = http.createServer(listener ?? ((_request, response) => response.end(name)));
  server.keepAliveTimeout = 0;
  let isKilled = false;
  server.on('connection', (socket) => {
    // Accepted before, and told after the end.
    if (isKilled) socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const kill = async (): Promise<void> => {
    if (!server.listening) return;
    isKilled = true;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  cleanup.add(kill);
  return { port: typeof address === 'object' && address ? address.port : 0, kill };
}

/** Tunnels that lead to ports of this machine: `namespace/pod:port` → local port. */
export class LocalTunnels implements Tunnels {
  readonly pods = new Map<string, number>();
  /** Names of the ways that are open. */
  readonly open_ = new Map<string, { readonly targets: readonly PodTarget[]; close(): Promise<void> }>();
  opened = 0;
  streams = 0;
  readonly #folder: string;
  readonly #listeners = new Set<(event: TunnelEvent) => void>();
  #next = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(cleanup: Cleanup): Promise<LocalTunnels> {
    const folder = await mkdtemp(path.join(tmpdir(), 'ml-laptop-'));
    const tunnels = new LocalTunnels(folder);
    cleanup.add(async () => {
      await tunnels.dispose();
      await rm(folder, { recursive: true, force: true });
    });
    return tunnels;
  }

  async open(name: string, targets: readonly PodTarget[]): Promise<string> {
    const socketPath = path.join(this.#folder, String(this.#next++));
    const [target] = targets;
    if (!target) throw new Error('No target.');
    const sockets = new Set<net.Socket>();
    const server = net.createServer({ allowHalfOpen: true }, (client) => {
      sockets.add(client);
      client.on('close', () => sockets.delete(client));
      client.on('error', () => undefined);
      const port = this.pods.get(`${target.namespace}/${target.pod}:${target.port}`);
      const fail = (): void => {
        this.#tell({ name, kind: 'failed', target, message: `There is no pod ${target.namespace}/${target.pod}.` });
        client.end(Buffer.concat([Buffer.of(tunnelFailed), Buffer.from('There is no such pod.')]));
      };
      if (port === undefined) {
        fail();
        return;
      }
      let stands = false;
      const upstream = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => {
        stands = true;
        this.streams++;
        upstream.on('close', () => this.streams--);
        this.#tell({ name, kind: 'opened', target });
        client.write(Buffer.of(tunnelStands));
        client.pipe(upstream).pipe(client);
      });
      upstream.once('error', () => (stands ? client.destroy() : fail()));
      client.on('close', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => server.listen(announcingPath(socketPath), resolve));
    this.opened++;
    this.open_.set(name, {
      targets,
      close: async () => {
        const closed = new Promise((resolve) => server.close(resolve));
        for (const socket of sockets) socket.destroy();
        await closed;
      },
    });
    return socketPath;
  }

  async close(name: string): Promise<void> {
    const way = this.open_.get(name);
    this.open_.delete(name);
    await way?.close();
  }

  onEvent(listener: (event: TunnelEvent) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.open_.keys()].map((name) => this.close(name)));
  }

  targetsOpen(): readonly string[] {
    return [...this.open_.values()].flatMap(({ targets }) => targets.map(targetKey));
  }

  #tell(event: TunnelEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

export interface Laptop {
  readonly proxy: DevProxy;
  readonly store: ReturnType<typeof createObjectStore>;
  readonly tunnels: LocalTunnels;
  readonly workspace: WorkspaceFiles;
  readonly metrics: MetricsStore;
  readonly traces: TraceStore;
  readonly events: EventLog;
  readonly log: LogLine[];
  readonly statuses: DevProxyStatus[];
  setPhase(phase: ClusterStatus['phase'], message?: string): void;
}

export async function startLaptop(
  cleanup: Cleanup,
  options: { readonly mesh?: MeshSettings } & Partial<
    Pick<DevProxyOptions, 'timing' | 'environment' | 'isTrusted'>
  > = {},
): Promise<Laptop> {
  const store = createObjectStore();
  const tunnels = await LocalTunnels.create(cleanup);
  const workspace = new WorkspaceFiles();
  const metrics = new MetricsStore({ now: Date.now });
  const events = new EventLog({ now: Date.now });
  const traces = new TraceStore({ keep: 1000, concerning: () => [] });
  const log: LogLine[] = [];
  const statuses: DevProxyStatus[] = [];
  const listeners = new Set<() => void>();
  const settings = resolveMeshSettings(options.mesh);
  const status: { value: ClusterStatus } = {
    value: {
      context,
      phase: 'connected',
      namespaces: [],
      knownNamespaces: ['bookinfo'],
      kinds: [],
      forbidden: [],
      meshes: [],
      telemetry: { state: 'unknown' },
      asOf: '2026-01-01T00:00:00Z',
    },
  };
  const proxy = new DevProxy({
    environment: {},
    isTrusted: () => true,
    ...options,
    openCluster: () =>
      Promise.resolve({
        context,
        apiServer: 'https://192.0.2.7:6443',
        store,
        settings,
        get status() {
          return status.value;
        },
        onStatus: (listener: () => void) => {
          listeners.add(listener);
          return { dispose: () => void listeners.delete(listener) };
        },
      }),
    tunnels: () => tunnels,
    telemetry: { metrics, events, traces },
    files: (includeUnsaved) => (includeUnsaved ? workspace.files() : workspace.savedFiles()),
    locate: (ref) => workspace.locate(ref),
    onLog: (lines) => void log.push(...lines),
    onStatus: (one) => void statuses.push(one),
  });
  workspace.onDidChange(() => proxy.workspaceChanged());
  cleanup.add(() => proxy.dispose());
  return {
    proxy,
    store,
    tunnels,
    workspace,
    metrics,
    traces,
    events,
    log,
    statuses,
    setPhase(phase, message) {
      status.value = { ...status.value, phase, ...(message === undefined ? {} : { message }) };
      for (const listener of listeners) listener();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** A request as a program with HTTP_PROXY sends it: in absolute form. `target` in origin form goes to the listener itself. */
export function ask(
  address: string,
  target: string,
  options: { readonly headers?: Record<string, string>; readonly method?: string; readonly agent?: http.Agent } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const host = URL.canParse(target) ? { host: new URL(target).host } : {};
    const request = http.request(
      {
        host: hostname,
        port,
        path: target,
        method: options.method ?? 'GET',
        headers: { ...host, ...options.headers },
        agent: options.agent ?? false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
      },
    );
    request.on('error', reject);
    request.end();
  });
}

/** How often each body came. */
export async function shares(
  address: string,
  target: string,
  count: number,
  headers: Record<string, string> = {},
): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const { body } = await ask(address, target, { headers });
    found[body] = (found[body] ?? 0) + 1;
  }
  return found;
}

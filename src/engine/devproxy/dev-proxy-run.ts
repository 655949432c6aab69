import { isDeepStrictEqual } from 'node:util';
import type { DevProxyParams, DevProxyStatus } from '../../shared/dev-proxy.ts';
import type { LogLine } from '../../shared/engine-protocol.ts';
import type { SourceRef } from '../../shared/resource.ts';
import { sentence } from '../../shared/sentence.ts';
import type { BoundListeners, DataPlane, OutboundListener, ProxyConfig } from '../dataplane/data-plane.ts';
import type { DataPlaneReport } from '../dataplane/report.ts';
import type { TunnelEvent, Tunnels } from '../dataplane/tunnels/tunnels.ts';
import { clusterEndpoints } from '../model/cluster-endpoints.ts';
import type { EndpointDirectory } from '../model/endpoints.ts';
import { Kinds } from '../model/kinds.ts';
import type { DocumentFile } from '../policy/documents/document-file.ts';
import type { RunningPolicies } from '../policy/keeping/mesh-policies.ts';
import { rejectionEvent } from '../policy/keeping/rejection-event.ts';
import { prepareRouting } from '../policy/semantics/routing/prepare.ts';
import type { MeshTelemetry } from '../telemetry/mesh-telemetry.ts';
import { recordReport } from '../telemetry/record-report.ts';
import type { DevProxyCluster, Disposable } from './dev-proxy-cluster.ts';
import { DevProxyError } from './dev-proxy-cluster.ts';
import { DevProxyPolicies } from './dev-proxy-policies.ts';
import type { WishedService } from './dev-proxy-status.ts';
import { devProxyStatus, listenerName, loopbackUrl, proxyListener, wishedListeners } from './dev-proxy-status.ts';
import { laptop, laptopLabels, laptopRoutes } from './laptop-routes.ts';
import type { Environment } from './proxy-environment.ts';
import { networkEgress } from './proxy-environment.ts';
import { isRelevantDelta } from './relevant-changes.ts';
import { findService } from './service-names.ts';
import { ServicesInUse } from './services-in-use.ts';
import { checkStandIns, withStandIns } from './stand-ins.ts';
import { TunnelEndpoints, type PodUids, type TunnelLimits } from './tunnel-endpoints.ts';

/** Times and bounds; tests have shorter ones. Milliseconds. */
export interface DevProxyTiming {
  /** What changes within this time is one new configuration. */
  readonly gatherMs: number;
  /** A service that nobody called for so long loses its tunnels. */
  readonly idleMs: number;
  readonly sweepMs: number;
  readonly drainMs: number;
  readonly limits: TunnelLimits;
}

export const defaultTiming: DevProxyTiming = {
  gatherMs: 50,
  idleMs: 600_000,
  sweepMs: 30_000,
  drainMs: 2000,
  limits: { perService: 16, inTotal: 256, lingerMs: 600_000 },
};

export interface DevProxyRunOptions {
  readonly cluster: DevProxyCluster;
  readonly tunnels: Tunnels;
  readonly dataPlane: DataPlane;
  readonly telemetry: MeshTelemetry;
  readonly files: (includeUnsaved: boolean) => readonly DocumentFile[];
  readonly locate: (ref: SourceRef) => SourceRef;
  /** The engine's own. */
  readonly environment: Environment;
  readonly timing: DevProxyTiming;
  readonly onLog: (lines: readonly LogLine[]) => void;
  readonly onChange: () => void;
}

const namespacesOf = ({ namespaces }: DevProxyParams): readonly string[] =>
  namespaces.length > 0 ? namespaces : ['default'];

/** One life of the dev proxy: listeners on loopback, routes of the cluster and the workspace, tunnels to pods. */
export class DevProxyRun {
  readonly #options: DevProxyRunOptions;
  #params: DevProxyParams;
  #namespaces: readonly string[];
  readonly #policies: DevProxyPolicies;
  readonly #endpoints: TunnelEndpoints;
  readonly #inUse = new ServicesInUse(() => performance.now());
  readonly #subscriptions: Disposable[];
  readonly #sweep: NodeJS.Timeout;
  /** By service port, why its last tunnel failed. */
  readonly #tunnelFailures = new Map<string, string>();
  #port: number;
  #bound: BoundListeners | undefined;
  #applied: ProxyConfig | undefined;
  #running: RunningPolicies | undefined;
  #wished: readonly WishedService[] = [];
  #failure: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #again = false;
  #closed = false;

  private constructor(params: DevProxyParams, options: DevProxyRunOptions) {
    const { cluster, tunnels, dataPlane, locate, timing } = options;
    this.#options = options;
    this.#params = params;
    this.#namespaces = namespacesOf(params);
    this.#port = params.port ?? 0;
    this.#policies = new DevProxyPolicies(locate);
    this.#endpoints = new TunnelEndpoints(tunnels, cluster.context, timing.limits);
    this.#subscriptions = [
      dataPlane.onReport((report) => this.#onReport(report)),
      tunnels.onEvent((event) => this.#onTunnel(event)),
      cluster.onStatus(() => options.onChange()),
      cluster.store.onDelta((delta) => {
        if (isRelevantDelta(delta, this.#inUse.addresses)) this.reconcileSoon();
      }),
    ];
    this.#sweep = setInterval(() => {
      this.#endpoints.settle(this.#uidOf, performance.now());
      if (this.#inUse.forgetIdle(timing.idleMs)) void this.reconcile();
    }, timing.sweepMs);
    this.#sweep.unref();
  }

  /** Rejects with {@link DevProxyError} where it cannot be, for example for a port that is taken. */
  static async start(params: DevProxyParams, options: DevProxyRunOptions): Promise<DevProxyRun> {
    checkStandIns(params.standIns ?? []);
    const run = new DevProxyRun(params, options);
    await run.reconcile();
    if (run.#bound) return run;
    const { port } = params;
    await run.close();
    throw new DevProxyError(
      port !== undefined && port > 0
        ? `The dev proxy could not listen on port ${port}: ${run.#failure ?? 'unknown'} Choose another port, or 0 for any that is free.`
        : `The dev proxy could not be started: ${run.#failure ?? 'unknown'}`,
    );
  }

  /** The port it got, to be asked for again by a successor. */
  get port(): number {
    return this.#bound?.outbound[proxyListener] ?? 0;
  }

  /** False where a new life is needed: another cluster, identity or port. */
  canBecome(params: DevProxyParams): boolean {
    const isSamePort = params.port === undefined || params.port === 0 || params.port === this.port;
    return (
      isSamePort && params.context === this.#options.cluster.context && namespacesOf(params)[0] === this.#namespaces[0]
    );
  }

  /** Goes on with other parameters; connections stay. Rejects with {@link DevProxyError} for what cannot be. */
  async become(params: DevProxyParams): Promise<void> {
    checkStandIns(params.standIns ?? []);
    this.#params = params;
    this.#namespaces = namespacesOf(params);
    await this.reconcile();
  }

  status(phase: DevProxyStatus['phase']): DevProxyStatus {
    return devProxyStatus(phase, {
      params: this.#params,
      namespaces: this.#namespaces,
      cluster: this.#options.cluster,
      environment: this.#options.environment,
      bound: this.#bound?.outbound,
      wished: this.#wished,
      inUse: this.#inUse.addresses,
      endpoints: this.#endpoints,
      tunnelFailures: this.#tunnelFailures,
      running: this.#running,
      failure: this.#failure,
    });
  }

  /** Takes over what changed within a moment. */
  reconcileSoon(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.reconcile();
    }, this.#options.timing.gatherMs);
  }

  /** Resolves when the proxy runs by the state of now; calls that come while it works make it work once more. Never rejects. */
  reconcile(): Promise<void> {
    this.#again = true;
    this.#working ??= this.#work();
    return this.#working;
  }

  /** Ends it: requests under way get a moment, then every socket is closed. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#sweep);
    await this.#working;
    const { dataPlane, timing } = this.#options;
    await dataPlane.remove(this.#instance, timing.drainMs).catch(() => undefined);
    await dataPlane.flush().catch(() => undefined);
    for (const subscription of this.#subscriptions) subscription.dispose();
    await dataPlane.close().catch(() => undefined);
    await this.#endpoints.close();
  }

  get #instance(): string {
    return `${this.#namespaces[0] ?? 'default'}/${laptop}`;
  }

  async #work(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        try {
          await this.#bringUpToDate();
          this.#failure = undefined;
        } catch (error) {
          // What ran keeps running.
          this.#failure = sentence(error instanceof Error ? error.message : String(error));
        }
        this.#options.onChange();
      }
    } finally {
      // In the same moment in which nothing more was found to do: a call that came between the two would be lost.
      this.#working = undefined;
    }
  }

  async #bringUpToDate(): Promise<void> {
    const { cluster, dataPlane } = this.#options;
    const objects = cluster.store.snapshot();
    const { settings } = cluster;
    const running = this.#takePolicies();
    const directory = withStandIns(
      clusterEndpoints(objects, settings.clusterDomain),
      objects,
      this.#params.standIns ?? [],
    );
    const leave = await this.#endpoints.provide(this.#inUse.addresses, directory, this.#uidOf);
    const { services } = prepareRouting(running.snapshot, settings);
    this.#wished = (this.#params.services ?? []).map((text) => ({
      text,
      found: findService(text, services, running.snapshot, this.#namespaces, settings),
    }));
    const config = this.#config(running, this.#endpoints);
    if (!isDeepStrictEqual(config, this.#applied)) {
      this.#bound = await dataPlane.apply(config);
      this.#applied = config;
      this.#port = this.port;
    }
    this.#inUse.setUpstreams(config.routes.upstreams);
    leave(performance.now());
  }

  readonly #uidOf: PodUids = (namespace, name) =>
    this.#options.cluster.store.snapshot().find(Kinds.pod, namespace, name)?.uid;

  #takePolicies(): RunningPolicies {
    const { cluster, files, telemetry } = this.#options;
    const previous = this.#running;
    const running = this.#policies.update(
      files(this.#params.includeUnsaved ?? false),
      cluster.store.snapshot(),
      cluster.settings,
    );
    this.#running = running;
    const [rejection] = running.rejections;
    const known = previous?.rejections[0];
    if (rejection && (known?.message !== rejection.message || known.source.uri !== rejection.source.uri))
      telemetry.events.add(rejectionEvent(rejection));
    if (previous && running.generation !== previous.generation)
      telemetry.events.add({
        kind: 'config-applied',
        severity: 'info',
        message: 'The dev proxy routes by new policies.',
      });
    return running;
  }

  #config({ snapshot, generation }: RunningPolicies, endpoints: EndpointDirectory): ProxyConfig {
    const { cluster, environment } = this.#options;
    const [namespace = 'default'] = this.#namespaces;
    const { egress } = networkEgress(environment, cluster.apiServer, this.#bound ? loopbackUrl(this.port) : '');
    return {
      identity: {
        instance: this.#instance,
        workload: laptop,
        namespace,
        app: laptop,
        version: 'latest',
        labels: laptopLabels,
        principal: 'unknown',
        cluster: cluster.context,
      },
      kind: 'sidecar',
      generation,
      inbound: [],
      outbound: [
        { name: proxyListener, type: 'proxy', port: this.#port, guarded: true },
        ...wishedListeners(this.#wished).map(({ address, port }): OutboundListener => ({
          name: listenerName(address),
          type: port.protocol === 'http' || port.protocol === 'auto' ? 'service' : 'tcp',
          port: 0,
          routePort: address.port,
          host: address.host,
          guarded: true,
        })),
      ],
      routes: laptopRoutes({
        snapshot,
        endpoints,
        settings: cluster.settings,
        namespaces: this.#namespaces,
        isInUse: (service) => this.#inUse.has(service),
      }),
      healthChecks: [],
      security: { type: 'none' },
      egress,
    };
  }

  #onReport(report: DataPlaneReport): void {
    const lines = recordReport(report, this.#options.telemetry);
    if (lines.length > 0) this.#options.onLog(lines);
    // Requests wait for it: nothing is gathered here.
    if (this.#inUse.note(report)) void this.reconcile();
    if ((report.problems ?? []).length > 0) this.#options.onChange();
  }

  #onTunnel({ name, kind, message }: TunnelEvent): void {
    const service = this.#endpoints.serviceOfTunnel(name);
    if (service === undefined) return;
    const before = this.#tunnelFailures.get(service);
    if (kind === 'failed' && message !== undefined) this.#tunnelFailures.set(service, message);
    else if (kind === 'opened') this.#tunnelFailures.delete(service);
    if (this.#tunnelFailures.get(service) !== before) this.#options.onChange();
  }
}

import path from 'node:path';
import type { EngineSettings, LogLine } from '../../shared/engine-protocol.ts';
import type { LocalMeshStatus, MeshPhase } from '../../shared/local-mesh.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { SourceRef } from '../../shared/resource.ts';
import { sentence } from '../../shared/sentence.ts';
import type { DataPlane } from '../dataplane/data-plane.ts';
import { EmbeddedDataPlane } from '../dataplane/embedded-data-plane.ts';
import { Catalog } from '../discovery/registry/catalog.ts';
import type { CatalogEvent } from '../discovery/registry/catalog-entries.ts';
import { catalogEndpoints, catalogObjects } from '../discovery/registry/catalog-objects.ts';
import { HealthChecks } from '../discovery/registry/health-checks.ts';
import type { LocalWorkloadSpec, ProcessWorkload } from '../discovery/registry/local-mesh-spec.ts';
import { ReaperClient } from '../discovery/registry/reaper-client.ts';
import type { InstanceStatus } from '../discovery/registry/supervised-instance.ts';
import { Supervisor } from '../discovery/registry/supervisor.ts';
import type { EndpointDirectory } from '../model/endpoints.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import type { DocumentFile } from '../policy/documents/document-file.ts';
import { conditionOf, Ejections } from './instance-conditions.ts';
import { proxyEnvironment } from './instance-environment.ts';
import type { LinkIdentities } from './link-identities.ts';
import { createLinkIdentities } from './link-identities.ts';
import type { LoopbackEndpoints } from './loopback-endpoints.ts';
import { openLoopbackEndpoints } from './loopback-endpoints.ts';
import type { MeshInstance } from './mesh-instance.ts';
import type { DeclaredMesh } from './mesh-instances.ts';
import { processCheck } from './mesh-instances.ts';
import { MeshMembers } from './mesh-members.ts';
import { MeshObserver } from './mesh-observer.ts';
import type { RunningPolicies } from '../policy/keeping/mesh-policies.ts';
import { MeshProxies } from './mesh-proxies.ts';
import { MeshReconciler } from './mesh-reconciler.ts';
import { meshStatus } from './mesh-status.ts';
import type { MeshTelemetry } from '../telemetry/mesh-telemetry.ts';
import { gatewayListener, proxyListener } from './proxy-config.ts';

export interface MeshRunOptions {
  readonly file: string;
  readonly telemetry: MeshTelemetry;
  readonly settings: ResolvedMeshSettings;
  readonly ports: EngineSettings['ports'];
  readonly lastPorts: EngineSettings['ports'];
  readonly registryToken: string;
  /** Names of instances the person had stopped. */
  readonly stopped: ReadonlySet<string>;
  readonly registrations?: unknown;
  readonly savedFiles: () => readonly DocumentFile[];
  readonly locate: (ref: SourceRef) => SourceRef;
  readonly onLog: (lines: readonly LogLine[]) => void;
  /** Something of the status changed. */
  readonly onChange: () => void;
  /** Traffic was measured a moment after routes changed. */
  readonly onRoutesMeasured: () => void;
  /** There is something to see, long before everything is up. */
  readonly onRun: (run: MeshRun) => void;
  /** Registrations through the API changed. */
  readonly onRegistrations: (exported: unknown) => void;
}

/** What was wrong with how the mesh is asked for; its message is for people. */
export class MeshError extends Error {
  override readonly name = 'MeshError';
}

/** What a run owns and what takes a while to be there. */
interface MeshParts {
  readonly dataPlane: DataPlane;
  readonly reaper: ReaperClient;
  readonly identities: LinkIdentities;
}

/** One local mesh from its start to its end: processes, sidecars, registry, policies. */
export class MeshRun {
  readonly #options: MeshRunOptions;
  readonly #catalog: Catalog;
  readonly #checks: HealthChecks;
  readonly #dataPlane: DataPlane;
  readonly #identities: LinkIdentities;
  readonly #proxies: MeshProxies;
  readonly #reaper: ReaperClient;
  readonly #supervisor: Supervisor;
  readonly #members: MeshMembers;
  readonly #reconciler: MeshReconciler;
  readonly #observer: MeshObserver;
  readonly #ejections = new Ejections();
  readonly #startedAt = Date.now();
  #endpoints: LoopbackEndpoints | undefined;
  /** Resolves when those are there that need no process: whoever is started may call them at once. */
  #admitted: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(mesh: DeclaredMesh, options: MeshRunOptions, parts: MeshParts) {
    const { telemetry, settings, savedFiles, locate, onLog, onChange, file } = options;
    const { namespace } = mesh.spec;
    this.#options = options;
    const { dataPlane, reaper, identities } = parts;
    this.#identities = identities;
    this.#reaper = reaper;
    const catalog = new Catalog({ namespace });
    const checks = new HealthChecks({ catalog });
    const proxies = new MeshProxies(dataPlane, identities);
    this.#catalog = catalog;
    this.#checks = checks;
    this.#dataPlane = dataPlane;
    this.#proxies = proxies;
    this.#observer = new MeshObserver({ catalog, checks, ejections: this.#ejections, telemetry, onLog });
    this.#supervisor = new Supervisor({
      namespace,
      directory: path.dirname(file),
      reaper: this.#reaper,
      environmentOf: async (instance) => {
        await Promise.all([this.#members.admit(instance), this.#admitted]);
        return this.#environment(instance.id);
      },
      beforeStop: (instance) => this.#withdraw(instance),
      onChange: (instance, previous) => {
        if (!this.#closed) this.#observer.processChanged(instance, previous);
        onChange();
      },
      onLog: (line) => onLog([line]),
    });
    this.#members = new MeshMembers(mesh, {
      file,
      catalog,
      proxies,
      supervised: () => this.#supervisor.instances(),
      world: () => this.#reconciler.world,
      events: telemetry.events,
    });
    this.#reconciler = new MeshReconciler({
      namespace,
      settings,
      catalog,
      proxies,
      events: telemetry.events,
      savedFiles,
      locate,
      instances: () => this.#members.all,
      onChange,
    });
  }

  /**
   * Starts everything and waits until nothing is starting any more; what does not come up is a state of its instance.
   * Rejects where the mesh itself cannot be, for example for a port that is taken, or when aborted.
   */
  static async start(mesh: DeclaredMesh, options: MeshRunOptions, signal: AbortSignal): Promise<MeshRun> {
    const { events } = options.telemetry;
    const running: { run: MeshRun | undefined } = { run: undefined };
    // The thread and the reaper come up while the certificate authority is made.
    const dataPlane = new EmbeddedDataPlane();
    const reaper = new ReaperClient();
    const identities = await createLinkIdentities({
      mode: mesh.spec.security,
      trustDomain: options.settings.trustDomain,
      onRotated: (principal) => {
        const { run } = running;
        if (run) void run.#reconciler.renew(principal);
        events.add({
          kind: 'certificate-rotated',
          severity: 'info',
          message: `The certificate of ${principal} was renewed.`,
        });
      },
      onFailed: (principal, error) =>
        events.add({
          kind: 'certificate-rotated',
          severity: 'warning',
          message: `The certificate of ${principal} could not be renewed: ${String(error)}`,
        }),
    }).catch(async (error: unknown) => {
      await Promise.allSettled([dataPlane.close(), reaper.close()]);
      throw error;
    });
    const run = new MeshRun(mesh, options, { dataPlane, reaper, identities });
    running.run = run;
    options.onRun(run);
    try {
      await run.#start(signal);
      return run;
    } catch (error) {
      await run.close();
      throw error;
    }
  }

  get catalogObjects(): readonly MeshObject[] {
    return catalogObjects(this.#catalog);
  }

  get endpoints(): EndpointDirectory {
    return catalogEndpoints(this.#catalog);
  }

  get policies(): RunningPolicies {
    return this.#reconciler.running;
  }

  get instances(): readonly MeshInstance[] {
    return this.#members.all;
  }

  /** Ports of the loopback endpoints, once they are open. */
  get ports(): EngineSettings['ports'] | undefined {
    return this.#endpoints?.ports;
  }

  /** Names of the instances that somebody stopped. */
  get stoppedInstances(): readonly string[] {
    return this.#supervisor
      .instances()
      .filter(({ state }) => state === 'stopped')
      .map(({ name }) => name);
  }

  status(phase: MeshPhase, message?: string): LocalMeshStatus {
    const supervised = new Map(this.#supervisor.instances().map((instance) => [instance.id, instance]));
    const { instances } = this;
    const { trustDomain, clusterDomain } = this.#options.settings;
    const { config } = this.#reconciler;
    const conditions = instances.map((instance) => {
      const condition = conditionOf({
        instance,
        supervised: supervised.get(instance.id),
        catalog: this.#catalog,
        ejections: this.#ejections,
        hasProxy: this.#proxies.bound.has(instance.id),
        startedAt: this.#startedAt,
      });
      return [instance.id, condition] as const;
    });
    return meshStatus({
      name: this.#members.mesh.spec.name,
      phase,
      file: this.#options.file,
      trustDomain,
      clusterDomain,
      instances,
      conditions: new Map(conditions),
      bound: this.#proxies.bound,
      endpoints: this.#endpoints
        ? { registry: this.#endpoints.registry, metrics: this.#endpoints.metrics, otlp: this.#endpoints.otlp }
        : {},
      ...(message === undefined ? {} : { message }),
      ...(config ? { config } : {}),
    });
  }

  /** Saved files changed: takes over what is good of them. */
  policiesChanged(): Promise<void> {
    return this.#reconciler.reconcile();
  }

  /** The LocalMesh file changed. Rejects with {@link MeshError} for what only a new start can change. */
  async redeclare(mesh: DeclaredMesh): Promise<void> {
    const before = this.#members.mesh.spec;
    if (mesh.spec.namespace !== before.namespace || mesh.spec.security !== before.security) {
      throw new MeshError(
        'The namespace and the security of a mesh change with its next start: stop it and start it again.',
      );
    }
    this.#members.redeclare(mesh);
    await this.#supervisor.update(processesOf(mesh.spec.workloads), true);
    this.#members.dismissUndeclared();
    await this.#members.admitWithoutProcess();
    await this.#reconciler.reconcile();
  }

  /** Rejects with {@link MeshError} where there is no such service. */
  async control(action: 'start' | 'stop' | 'restart', target: string): Promise<void> {
    const supervisor = this.#supervisor;
    const found =
      action === 'start'
        ? supervisor.start(target)
        : await (action === 'stop' ? supervisor.stop(target) : supervisor.restart(target));
    if (found) return;
    throw new MeshError(
      `The mesh runs no process for "${target}". Services with an address of their own and gateways cannot be started or stopped.`,
    );
  }

  /** Environment for a program that shall call as this workload does; undefined for an unknown one. */
  environmentOf(workload: string): Readonly<Record<string, string>> | undefined {
    const instance = this.instances.find(
      (candidate) => candidate.kind !== 'gateway' && (candidate.workload === workload || candidate.name === workload),
    );
    return instance && this.#environment(instance.id);
  }

  /** Where to send a test request as this workload: its outbound listener, or a gateway's own. */
  senderOf(
    name: string,
  ): { readonly instance: MeshInstance; readonly port: number; readonly form: 'absolute' | 'origin' } | undefined {
    for (const instance of this.instances.filter(
      (candidate) => candidate.workload === name || candidate.name === name,
    )) {
      const outbound = this.#proxies.bound.get(instance.id)?.outbound;
      const port = outbound?.[instance.gateway ? gatewayListener : proxyListener];
      if (port !== undefined) return { instance, port, form: instance.gateway ? 'origin' : 'absolute' };
    }
    return undefined;
  }

  /** Asks the data plane for what it has not reported yet. */
  flush(): Promise<void> {
    return this.#dataPlane.flush();
  }

  /** Ends it all, processes first. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#supervisor.stopAll().catch(() => undefined);
    await this.#reconciler.close();
    this.#checks.dispose();
    this.#catalog.dispose();
    await Promise.allSettled([this.#dataPlane.close(), this.#endpoints?.close(), this.#reaper.close()]);
    this.#identities.dispose();
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { telemetry, registrations, registryToken, ports, lastPorts, stopped, onChange, onRoutesMeasured } =
      this.#options;
    const { spec } = this.#members.mesh;
    this.#dataPlane.onReport((report) => {
      if (this.#observer.report(report)) onChange();
      if (report.early === 'routes-changed') onRoutesMeasured();
    });
    this.#catalog.onEvent((event) => this.#catalogChanged(event));
    this.#catalog.declareServices(spec.services);
    for (const message of registrations === undefined ? [] : this.#catalog.importRegistrations(registrations)) {
      telemetry.events.add({ kind: 'service-deregistered', severity: 'warning', message });
    }
    this.#endpoints = await openLoopbackEndpoints({
      catalog: this.#catalog,
      checks: this.#checks,
      token: registryToken,
      metrics: telemetry.metrics,
      onSpans: (spans) => telemetry.traces.add(spans),
      fixed: ports,
      last: lastPorts,
    });
    this.#reconciler.takePolicies();
    signal.throwIfAborted();
    await this.#supervisor.update(processesOf(spec.workloads), false);
    this.#admitted = this.#members.admitWithoutProcess();
    this.#supervisor.startAll(stopped);
    await this.#admitted;
    await this.#supervisor.whenSettled(signal);
    signal.throwIfAborted();
    await this.#reconciler.reconcile();
  }

  /** No new calls to an instance that is about to be stopped: its callers are told before it is. */
  async #withdraw({ name }: InstanceStatus): Promise<void> {
    if (this.#catalog.setCheck(processCheck(name), 'critical', 'It is being stopped.'))
      await this.#reconciler.reconcile();
  }

  #environment(id: string): Readonly<Record<string, string>> {
    const listeners = this.#proxies.bound.get(id);
    if (!listeners) return {};
    const { tcpServices } = this.#reconciler;
    const beside = this.#endpoints && {
      otlp: this.#endpoints.otlp,
      registry: { url: this.#endpoints.registry, token: this.#options.registryToken },
    };
    return proxyEnvironment({ listeners, tcpServices, ...beside });
  }

  #catalogChanged(event: CatalogEvent): void {
    if (this.#closed || event.type === 'checks-changed') return;
    this.#observer.catalogChanged(event);
    if (event.instance.origin === 'api' && event.type !== 'health-changed')
      this.#options.onRegistrations(this.#catalog.exportRegistrations());
    this.#reconciler.reconcile().catch((error: unknown) => {
      const message = sentence(`The proxies could not be brought up to date: ${String(error)}`);
      this.#options.telemetry.events.add({ kind: 'config-rejected', severity: 'error', message });
    });
    this.#options.onChange();
  }
}

const processesOf = (workloads: readonly LocalWorkloadSpec[]): readonly ProcessWorkload[] =>
  workloads.filter((workload) => workload.kind === 'process');

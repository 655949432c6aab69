import path from 'node:path';
import type { EngineSettings, LogLine } from '../../shared/engine-protocol.ts';
import type { ConfigStatus, LocalMeshStatus, MeshPhase } from '../../shared/local-mesh.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { SourceRef } from '../../shared/resource.ts';
import type { DataPlane } from '../dataplane/data-plane.ts';
import { EmbeddedDataPlane } from '../dataplane/embedded-data-plane.ts';
import type { DataPlaneReport } from '../dataplane/report.ts';
import { Catalog } from '../discovery/registry/catalog.ts';
import type { CatalogEvent } from '../discovery/registry/catalog-entries.ts';
import { catalogEndpoints, catalogObjects } from '../discovery/registry/catalog-objects.ts';
import { HealthChecks } from '../discovery/registry/health-checks.ts';
import type { LocalWorkloadSpec } from '../discovery/registry/local-mesh-spec.ts';
import { ReaperClient } from '../discovery/registry/reaper-client.ts';
import type { InstanceStatus, SupervisedState } from '../discovery/registry/supervised-instance.ts';
import { Supervisor } from '../discovery/registry/supervisor.ts';
import type { EndpointDirectory } from '../model/endpoints.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import type { DocumentFile } from '../policy/documents/document-file.ts';
import { formatAccessLog } from '../telemetry/access-log.ts';
import type { EventLog } from '../telemetry/event-log.ts';
import type { MetricsStore } from '../telemetry/metrics-store.ts';
import type { OtlpExporter } from '../telemetry/otlp-exporter.ts';
import type { TraceStore } from '../telemetry/trace-store.ts';
import { conditionOf, Ejections } from './instance-conditions.ts';
import { proxyEnvironment } from './instance-environment.ts';
import type { LinkIdentities } from './link-identities.ts';
import { createLinkIdentities } from './link-identities.ts';
import type { LoopbackEndpoints } from './loopback-endpoints.ts';
import { openLoopbackEndpoints } from './loopback-endpoints.ts';
import { ejectionEvent, healthEvent, processEvent, rejectionEvent } from './mesh-events.ts';
import type { MeshInstance } from './mesh-instance.ts';
import { principalOf } from './mesh-instance.ts';
import type { DeclaredMesh } from './mesh-instances.ts';
import {
  addressInstance,
  gatewayInstance,
  laptopInstance,
  processCheck,
  processInstance,
  registeredInstances,
  registrationOf,
} from './mesh-instances.ts';
import type { RunningPolicies } from './mesh-policies.ts';
import { MeshPolicies } from './mesh-policies.ts';
import type { ProxyWorld } from './mesh-proxies.ts';
import { MeshProxies } from './mesh-proxies.ts';
import type { InstanceCondition } from './mesh-status.ts';
import { meshStatus } from './mesh-status.ts';
import type { TcpService } from './proxy-config.ts';
import { gatewayListener } from './proxy-config.ts';
import { policyFilesOf } from './saved-policies.ts';

export interface MeshTelemetry {
  readonly metrics: MetricsStore;
  readonly traces: TraceStore;
  readonly events: EventLog;
  readonly exporter?: OtlpExporter;
}

export interface MeshRunOptions {
  readonly file: string;
  readonly telemetry: MeshTelemetry;
  readonly settings: ResolvedMeshSettings;
  readonly ports: EngineSettings['ports'];
  readonly lastPorts: EngineSettings['ports'];
  readonly registryToken: string;
  /** Workloads the person had stopped. */
  readonly stopped: ReadonlySet<string>;
  readonly registrations?: unknown;
  readonly savedFiles: () => readonly DocumentFile[];
  readonly locate: (ref: SourceRef) => SourceRef;
  readonly onLog: (lines: readonly LogLine[]) => void;
  /** Something of the status changed. */
  readonly onChange: () => void;
  /** There is something to see, long before everything is up. */
  readonly onRun: (run: MeshRun) => void;
  /** Registrations through the API changed. */
  readonly onRegistrations: (exported: unknown) => void;
}

/** What was wrong with how the mesh is asked for; its message is for people. */
export class MeshError extends Error {
  override readonly name = 'MeshError';
}

/** One local mesh from its start to its end: processes, sidecars, registry, policies. */
export class MeshRun {
  readonly #options: MeshRunOptions;
  readonly #catalog: Catalog;
  readonly #checks: HealthChecks;
  readonly #policies: MeshPolicies;
  readonly #dataPlane: DataPlane;
  readonly #identities: LinkIdentities;
  readonly #proxies: MeshProxies;
  readonly #reaper = new ReaperClient();
  readonly #supervisor: Supervisor;
  readonly #ejections = new Ejections();
  readonly #startedAt = Date.now();
  #mesh: DeclaredMesh;
  #running: RunningPolicies;
  #config: ConfigStatus | undefined;
  #endpoints: LoopbackEndpoints | undefined;
  #reconciling: Promise<void> | undefined;
  /** Ports of gateways whose declared port was taken, by workload. */
  readonly #otherPorts = new Map<string, number>();
  #again = false;
  #closed = false;

  private constructor(mesh: DeclaredMesh, options: MeshRunOptions, identities: LinkIdentities) {
    this.#mesh = mesh;
    this.#options = options;
    this.#identities = identities;
    this.#catalog = new Catalog({ namespace: mesh.spec.namespace });
    this.#checks = new HealthChecks({ catalog: this.#catalog });
    this.#policies = new MeshPolicies(options.locate);
    this.#dataPlane = new EmbeddedDataPlane();
    this.#proxies = new MeshProxies(this.#dataPlane, identities);
    this.#running = this.#policies.update([], [], options.settings);
    this.#supervisor = new Supervisor({
      namespace: mesh.spec.namespace,
      directory: path.dirname(options.file),
      reaper: this.#reaper,
      environmentOf: (instance) => this.#prepare(instance),
      beforeStop: (instance) => this.#withdraw(instance),
      onChange: (instance, previous) => this.#processChanged(instance, previous),
      onLog: (line) => options.onLog([line]),
    });
  }

  /**
   * Starts everything and waits until nothing is starting any more; what does not come up is a state of its instance.
   * @throws {MeshError} where the mesh itself cannot be, for example for a port that is taken.
   */
  static async start(mesh: DeclaredMesh, options: MeshRunOptions, signal: AbortSignal): Promise<MeshRun> {
    const running: { run?: MeshRun } = {};
    const identities = await createLinkIdentities({
      mode: mesh.spec.security,
      trustDomain: options.settings.trustDomain,
      onRotated: (principal) => running.run?.rotated(principal),
      onFailed: (principal, error) =>
        options.telemetry.events.add({
          kind: 'certificate-rotated',
          severity: 'warning',
          message: `The certificate of ${principal} could not be renewed: ${String(error)}`,
        }),
    });
    const run = new MeshRun(mesh, options, identities);
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
    return this.#running;
  }

  get instances(): readonly MeshInstance[] {
    const { spec } = this.#mesh;
    return [
      ...this.#supervisor.instances().map((status) => processInstance(this.#mesh, status)),
      ...spec.workloads.flatMap((workload) => {
        if (workload.kind === 'gateway') {
          return [
            gatewayInstance(this.#mesh, { ...workload, port: this.#otherPorts.get(workload.name) ?? workload.port }),
          ];
        }
        return workload.kind === 'address' ? [addressInstance(this.#mesh, workload)] : [];
      }),
      ...registeredInstances(this.#catalog),
      laptopInstance(spec.namespace),
    ];
  }

  status(phase: MeshPhase, message?: string): LocalMeshStatus {
    const supervised = new Map(this.#supervisor.instances().map((instance) => [instance.id, instance]));
    const { instances } = this;
    const conditions = new Map<string, InstanceCondition>(
      instances.map((instance) => [
        instance.id,
        conditionOf({
          instance,
          supervised: supervised.get(instance.id),
          catalog: this.#catalog,
          ejections: this.#ejections,
          hasProxy: this.#proxies.bound.has(instance.id),
          startedAt: this.#startedAt,
        }),
      ]),
    );
    return meshStatus({
      name: this.#mesh.spec.name,
      phase,
      file: this.#options.file,
      trustDomain: this.#options.settings.trustDomain,
      clusterDomain: this.#options.settings.clusterDomain,
      instances,
      conditions,
      bound: this.#proxies.bound,
      endpoints: this.#endpoints
        ? { registry: this.#endpoints.registry, metrics: this.#endpoints.metrics, otlp: this.#endpoints.otlp }
        : {},
      ...(message === undefined ? {} : { message }),
      ...(this.#config ? { config: this.#config } : {}),
    });
  }

  get ports(): EngineSettings['ports'] | undefined {
    return this.#endpoints?.ports;
  }

  /** Saved files changed: takes over what is good of them. */
  async policiesChanged(): Promise<void> {
    await this.#reconcile();
  }

  /** The LocalMesh file changed. */
  async redeclare(mesh: DeclaredMesh): Promise<void> {
    if (mesh.spec.namespace !== this.#mesh.spec.namespace || mesh.spec.security !== this.#mesh.spec.security) {
      throw new MeshError(
        'The namespace and the security of a mesh change with its next start: stop it and start it again.',
      );
    }
    this.#mesh = mesh;
    this.#catalog.declareServices(mesh.spec.services);
    await this.#supervisor.update(processesOf(mesh.spec.workloads), true);
    const names = new Set(this.instances.map(({ name }) => name));
    for (const entry of this.#catalog.instances())
      if (entry.origin === 'file' && !names.has(entry.key)) this.#catalog.deregister(entry.key);
    await this.#startProxiesWithoutProcess();
    await this.#reconcile();
  }

  /** @throws {MeshError} where there is no such service. */
  async control(action: 'start' | 'stop' | 'restart', target: string): Promise<void> {
    const found = await {
      start: () => this.#supervisor.start(target),
      stop: () => this.#supervisor.stop(target),
      restart: () => this.#supervisor.restart(target),
    }[action]();
    if (!found)
      throw new MeshError(
        `The mesh runs no process for "${target}". Services with an address of their own and gateways cannot be started or stopped.`,
      );
  }

  /** Workloads that somebody stopped. */
  get stoppedWorkloads(): readonly string[] {
    const statuses = this.#supervisor.instances();
    return [...new Set(statuses.filter(({ state }) => state === 'stopped').map(({ name }) => name))];
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
      const port = outbound?.[instance.gateway ? gatewayListener : 'proxy'];
      if (port !== undefined) return { instance, port, form: instance.gateway ? 'origin' : 'absolute' };
    }
    return undefined;
  }

  /** Asks the data plane for what it has not reported yet. */
  flush(): Promise<void> {
    return this.#dataPlane.flush();
  }

  rotated(principal: string): void {
    if (this.#closed) return;
    const world = this.#world();
    const concerned = this.instances.filter(
      (instance) =>
        this.#proxies.bound.has(instance.id) && principalOf(world.settings.trustDomain, instance) === principal,
    );
    for (const instance of concerned)
      void this.#proxies.apply(instance, world).catch((error: unknown) => this.#proxyFailed(instance, error));
    this.#options.telemetry.events.add({
      kind: 'certificate-rotated',
      severity: 'info',
      message: `The certificate of ${principal} was renewed.`,
    });
  }

  /** Ends it all, processes first. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#supervisor.stopAll().catch(() => undefined);
    await this.#reconciling?.catch(() => undefined);
    this.#checks.dispose();
    this.#catalog.dispose();
    await Promise.allSettled([this.#dataPlane.close(), this.#endpoints?.close(), this.#reaper.close()]);
    this.#identities.dispose();
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { telemetry, registrations } = this.#options;
    this.#dataPlane.onReport((report) => this.#report(report));
    this.#catalog.onEvent((event) => this.#catalogChanged(event));
    this.#catalog.declareServices(this.#mesh.spec.services);
    if (registrations !== undefined)
      for (const problem of this.#catalog.importRegistrations(registrations))
        telemetry.events.add({ kind: 'service-deregistered', severity: 'warning', message: problem });
    this.#endpoints = await openLoopbackEndpoints({
      catalog: this.#catalog,
      checks: this.#checks,
      token: this.#options.registryToken,
      metrics: telemetry.metrics,
      onSpans: (spans) => telemetry.traces.add(spans),
      fixed: this.#options.ports,
      last: this.#options.lastPorts,
    });
    this.#takePolicies();
    await this.#startProxiesWithoutProcess();
    signal.throwIfAborted();
    await this.#supervisor.update(processesOf(this.#mesh.spec.workloads), false);
    if (this.#options.stopped.size === 0) this.#supervisor.startAll();
    else
      for (const { name } of this.#supervisor.instances())
        if (!this.#options.stopped.has(name)) this.#supervisor.start(name);
    await this.#supervisor.whenSettled(signal);
    signal.throwIfAborted();
    await this.#reconcile();
  }

  async #startProxiesWithoutProcess(): Promise<void> {
    const workloads = new Map(this.#mesh.spec.workloads.map((workload) => [workload.name, workload]));
    for (const instance of this.instances) {
      const hasProcess = instance.kind === 'process' || instance.kind === 'client';
      if (hasProcess || this.#proxies.bound.has(instance.id)) continue;
      const workload = workloads.get(instance.workload);
      if (instance.gateway) {
        const port = await this.#openGateway(instance);
        const ports = Object.fromEntries(instance.ports.map(({ name }) => [name, port]));
        if (workload) this.#catalog.register(registrationOf({ ...instance, applicationPorts: ports }, workload));
        continue;
      }
      const bound = await this.#proxies.apply(instance, this.#world());
      if (workload) this.#catalog.register(registrationOf(instance, workload));
      this.#catalog.setInbound(instance.name, bound.inbound);
    }
  }

  /** Gives the port it listens on: the declared one, or any other where somebody else has that. */
  async #openGateway(instance: MeshInstance): Promise<number> {
    const wanted = instance.gateway?.port ?? 0;
    try {
      return (await this.#proxies.apply(instance, this.#world())).outbound[gatewayListener] ?? 0;
    } catch (error) {
      if (wanted === 0) throw error;
      const { workload, namespace } = instance;
      this.#otherPorts.set(workload, 0);
      const [other = instance] = this.instances.filter(({ id }) => id === instance.id);
      const port = (await this.#proxies.apply(other, this.#world())).outbound[gatewayListener] ?? 0;
      this.#otherPorts.set(workload, port);
      const message = `Port ${wanted} cannot be used (${error instanceof Error ? error.message : String(error)}): ${workload} listens on ${port} instead. Give it another port in ${path.basename(this.#options.file)}.`;
      this.#options.telemetry.events.add({
        kind: 'config-rejected',
        severity: 'warning',
        namespace,
        workload,
        message,
      });
      return port;
    }
  }

  /** Gives a process its sidecar before it starts, and the variables that lead to it. */
  async #prepare(status: InstanceStatus): Promise<Readonly<Record<string, string>>> {
    const instance = processInstance(this.#mesh, status);
    if (instance.service !== undefined) this.#catalog.register(registrationOf(instance, status.workload));
    const bound = await this.#proxies.apply(instance, this.#world());
    if (instance.service !== undefined) this.#catalog.setInbound(instance.name, bound.inbound);
    return this.#environment(instance.id);
  }

  /** No new calls to an instance that is about to be stopped: its callers are told before it is. */
  async #withdraw({ name }: InstanceStatus): Promise<void> {
    if (this.#catalog.setCheck(processCheck(name), 'critical', 'It is being stopped.')) await this.#reconcile();
  }

  #environment(id: string): Readonly<Record<string, string>> {
    const listeners = this.#proxies.bound.get(id);
    if (!listeners) return {};
    return proxyEnvironment({
      listeners,
      tcpServices: this.#tcpServices(),
      ...(this.#endpoints
        ? {
            otlp: this.#endpoints.otlp,
            registry: { url: this.#endpoints.registry, token: this.#options.registryToken },
          }
        : {}),
    });
  }

  #tcpServices(): readonly TcpService[] {
    return this.#catalog.services().flatMap(({ name, namespace, ports }) =>
      ports
        .filter(({ protocol }) => protocol === 'tcp')
        .map(({ port }) => ({
          service: name,
          namespace,
          port,
          host: `${name}.${namespace}.svc.${this.#options.settings.clusterDomain}`,
        })),
    );
  }

  #world(): ProxyWorld {
    return {
      policies: this.#running,
      endpoints: this.endpoints,
      settings: this.#options.settings,
      tcpServices: this.#tcpServices(),
    };
  }

  #processChanged(instance: InstanceStatus, previous: SupervisedState): void {
    const isReady = instance.state === 'ready';
    const output = isReady ? '' : instance.reason || instance.state;
    if (!isReady) this.#ejections.forget(instance.id);
    this.#catalog.setCheck(processCheck(instance.name), isReady ? 'passing' : 'critical', output);
    if (isReady) this.#checks.probeNow(instance.name);
    if (instance.state !== previous && !this.#closed) {
      const event = processEvent(instance, previous, this.#othersOf(instance.workload.service, instance.name));
      if (event) this.#options.telemetry.events.add(event);
    }
    this.#options.onChange();
  }

  #othersOf(service: string | undefined, name: string): readonly string[] {
    if (service === undefined) return [];
    return this.#catalog
      .instancesOf(service)
      .filter(({ key, health }) => key !== name && health !== 'critical')
      .map(({ key }) => key);
  }

  #catalogChanged(event: CatalogEvent): void {
    if (this.#closed || event.type === 'checks-changed') return;
    const { instance } = event;
    const { events } = this.#options.telemetry;
    // The supervisor tells of its processes itself, and first.
    const isOfProcess = this.#catalog.check(processCheck(instance.key))?.status === 'critical';
    if (
      event.type === 'health-changed' &&
      !isOfProcess &&
      event.previous !== 'warning' &&
      (instance.health === 'critical' || event.previous === 'critical')
    ) {
      if (instance.kind !== 'process' || instance.health === 'critical')
        events.add(healthEvent(instance, this.#othersOf(instance.service, instance.key)));
    }
    if (instance.origin === 'api' && event.type !== 'health-changed') {
      const about = {
        namespace: instance.namespace,
        service: instance.service,
        workload: instance.workload,
        instance: `${instance.namespace}/${instance.key}`,
      };
      if (event.type === 'registered')
        events.add({
          ...about,
          kind: 'service-registered',
          severity: 'info',
          message: `${instance.key} registered as ${instance.service}.`,
        });
      if (event.type === 'deregistered')
        events.add({
          ...about,
          kind: 'service-deregistered',
          severity: 'info',
          message: `${instance.key} is no longer registered as ${instance.service}.`,
        });
      this.#options.onRegistrations(this.#catalog.exportRegistrations());
    }
    void this.#reconcile();
    this.#options.onChange();
  }

  #report(report: DataPlaneReport): void {
    const { metrics, traces, events, exporter } = this.#options.telemetry;
    metrics.ingest(report);
    traces.add(report.spans);
    exporter?.add(report.spans);
    if (report.access.length > 0) {
      this.#options.onLog(
        report.access.map((entry) => ({
          instance: entry.instance,
          workload: entry.instance.split('/')[1] ?? entry.instance,
          stream: 'access',
          time: entry.time,
          text: formatAccessLog(entry),
        })),
      );
    }
    let changed = false;
    for (const event of report.endpoints) {
      if (!this.#ejections.note(event)) continue;
      events.add(ejectionEvent(event));
      changed = true;
    }
    if (changed) this.#options.onChange();
  }

  /** Brings proxies in line with policies and registry; calls that come while it works make it work once more. */
  #reconcile(): Promise<void> {
    this.#again = true;
    this.#reconciling ??= this.#reconcileUntilDone().finally(() => (this.#reconciling = undefined));
    return this.#reconciling;
  }

  async #reconcileUntilDone(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      // Whatever happens in the same moment (a process dies, its check turns critical) is one change.
      await new Promise((resolve) => setImmediate(resolve));
      this.#takePolicies();
      const known = this.instances.filter(
        (instance) =>
          instance.kind === 'registered' ||
          instance.kind === 'laptop' ||
          instance.kind === 'gateway' ||
          this.#proxies.bound.has(instance.id),
      );
      const failures = await this.#proxies.applyAll(known, this.#world());
      for (const instance of known)
        if (instance.kind === 'registered')
          this.#catalog.setInbound(instance.name, this.#proxies.bound.get(instance.id)?.inbound);
      for (const { instance, error } of failures) this.#proxyFailed(instance, error);
      this.#options.onChange();
    }
  }

  #proxyFailed(instance: MeshInstance, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.telemetry.events.add({
      kind: 'config-rejected',
      severity: 'error',
      instance: instance.id,
      workload: instance.workload,
      namespace: instance.namespace,
      message: `The sidecar of ${instance.name} could not take its configuration: ${reason}`,
    });
  }

  #takePolicies(): void {
    const { settings, telemetry } = this.#options;
    const files = policyFilesOf(
      this.#options.savedFiles(),
      new Set([this.#mesh.spec.namespace, settings.rootNamespace]),
    );
    const previous = this.#running;
    this.#running = this.#policies.update(files, this.catalogObjects, settings);
    const [rejection] = this.#running.rejections;
    const at = new Date().toISOString();
    const known = previous.rejections[0];
    const isNews =
      rejection !== undefined && (known?.message !== rejection.message || known.source.uri !== rejection.source.uri);
    if (isNews) telemetry.events.add(rejectionEvent(rejection));
    const isNew = this.#running.generation !== previous.generation;
    if (isNew && this.#config)
      telemetry.events.add({ kind: 'config-applied', severity: 'info', message: 'The new configuration runs.' });
    this.#config = {
      generation: this.#running.generation,
      appliedAt: isNew ? at : (this.#config?.appliedAt ?? at),
      ...(rejection
        ? {
            rejected: {
              at: isNews ? at : (this.#config?.rejected?.at ?? at),
              message: rejection.message,
              source: rejection.source,
            },
          }
        : {}),
    };
  }
}

const processesOf = (workloads: readonly LocalWorkloadSpec[]) =>
  workloads.filter((workload) => workload.kind === 'process');

import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { AnalyzeResult } from '../shared/diagnostics.ts';
import type {
  EngineInitializationOptions,
  EngineMethod,
  EngineNotifications,
  EngineParams,
  EngineRequests,
  EngineResult,
  EngineSettings,
  Inputs,
} from '../shared/engine-protocol.ts';
import { defaultEngineSettings } from '../shared/engine-protocol.ts';
import type { ResolvedMeshSettings } from '../shared/mesh-settings.ts';
import { resolveMeshSettings } from '../shared/mesh-settings.ts';
import type { SourceRef } from '../shared/resource.ts';
import { readFiles } from './discovery/workspace/read-files.ts';
import { WorkspaceFiles } from './discovery/workspace/workspace-files.ts';
import { DesiredStateFile, isToBeResumed } from './localmesh/desired-state.ts';
import { LocalMesh } from './localmesh/local-mesh.ts';
import type { EndpointDirectory } from './model/endpoints.ts';
import type { MeshObject } from './model/mesh-object.ts';
import { noEndpoints } from './model/endpoints.ts';
import type { Snapshot } from './model/snapshot.ts';
import { createSnapshot } from './model/snapshot.ts';
import { analyze, IncrementalAnalyzer } from './policy/analyze.ts';
import { influencesOf } from './policy/semantics/influences.ts';
import { routeCall } from './policy/semantics/routing/route-call.ts';
import { EventLog } from './telemetry/event-log.ts';
import { MetricsStore } from './telemetry/metrics-store.ts';
import { OtlpExporter } from './telemetry/otlp-exporter.ts';
import { TraceStore } from './telemetry/trace-store.ts';
import { LiveTopology } from './topology/live-topology.ts';
import type { Influences, InfluenceTarget } from './topology/topology-input.ts';

/** A notification as arguments: the method narrows the payload. */
export type NotificationArguments = {
  readonly [N in keyof EngineNotifications]: [method: N, payload: EngineNotifications[N]];
}[keyof EngineNotifications];

type Listener = (...notification: NotificationArguments) => void;

/** Input that cannot be read; its message is for people. */
class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}

const logGatherMs = 100;
const maxLogLines = 2000;

export const standaloneInitialization: EngineInitializationOptions = {
  trusted: true,
  autoStart: false,
  settings: defaultEngineSettings,
};

/**
 * All rooms together: holds the workspace, the local mesh and what is known of its traffic, and answers every method of
 * the engine. It has no face of its own: the language server and the command line stand before it.
 */
export class Engine {
  readonly workspace: WorkspaceFiles;
  readonly #initialization: EngineInitializationOptions;
  #settings: EngineSettings;
  #resolved: ResolvedMeshSettings;
  #snapshot:
    { readonly revision: number; readonly registered: readonly MeshObject[]; readonly snapshot: Snapshot } | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #analyzer = new IncrementalAnalyzer();
  readonly #state: DesiredStateFile;
  readonly #events = new EventLog({ now: Date.now });
  readonly #metrics = new MetricsStore({ now: Date.now });
  readonly #traces: TraceStore;
  readonly #exporter: OtlpExporter | undefined;
  readonly #mesh: LocalMesh;
  readonly #topology: LiveTopology;
  #subscription: { dispose(): void } | undefined;
  #known: { readonly snapshot: Snapshot; readonly revision: number; readonly influences: Influences } | undefined;
  #logLines: EngineNotifications['mesh/log']['lines'][number][] = [];
  #logTimer: NodeJS.Timeout | undefined;

  constructor(initialization: EngineInitializationOptions = standaloneInitialization) {
    this.#initialization = initialization;
    this.#settings = initialization.settings;
    this.#resolved = resolveMeshSettings(initialization.settings.mesh);
    this.workspace = new WorkspaceFiles({ defaultNamespace: this.settings.defaultNamespace });
    this.#state = new DesiredStateFile(initialization.storage);
    this.#traces = new TraceStore({
      keep: this.#settings.traces.keep,
      concerning: (instances, from, to) => this.#events.concerning(instances, from, to),
    });
    this.#exporter = this.#createExporter();
    this.#mesh = new LocalMesh({
      telemetry: {
        metrics: this.#metrics,
        traces: this.#traces,
        events: this.#events,
        ...(this.#exporter ? { exporter: this.#exporter } : {}),
      },
      settings: () => this.settings,
      ports: () => this.#settings.ports,
      state: this.#state,
      isTrusted: () => this.#initialization.trusted,
      savedFiles: () => this.workspace.savedFiles(),
      locate: (ref) => this.workspace.locate(ref),
      onLog: (lines) => this.#log(lines),
      onStatus: (status) => {
        this.#notify('mesh/localChanged', status);
        this.#topology.refresh();
      },
      onRoutesMeasured: () => this.#topology.routesMeasured(),
    });
    this.#topology = new LiveTopology({
      source: this.#metrics,
      mesh: () => this.#mesh.status,
      cluster: 'local',
      influences: () => this.#influences(),
      now: Date.now,
    });
    this.#events.onEvent((event) => this.#notify('mesh/event', event));
  }

  /** The same object until the settings change: indexes are kept by it. */
  get settings(): ResolvedMeshSettings {
    return this.#resolved;
  }

  get debounce(): number {
    return this.#settings.analysis.debounce;
  }

  /** Settings that take effect while it runs: rules, mesh settings, debounce. */
  configure(settings: EngineSettings): void {
    this.#settings = settings;
    this.#resolved = resolveMeshSettings(settings.mesh);
  }

  onNotification(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Reads every YAML file of a folder. Gives what could not be read, in sentences. */
  async openFolder(folder: string): Promise<readonly string[]> {
    const { files, problems } = await readFiles([folder]);
    for (const { uri, text } of files) this.workspace.setDisk(uri, text);
    await this.#mesh.filesChanged();
    return problems.map(({ message }) => message);
  }

  /** A file of the workspace was saved, created, changed from outside, or deleted. */
  async fileChanged(...uris: readonly string[]): Promise<void> {
    for (const uri of uris) {
      if (!uri.startsWith('file:')) continue;
      const { files } = await readFiles([fileURLToPath(uri)]);
      const [file] = files;
      if (file) this.workspace.setDisk(uri, file.text);
      else this.workspace.remove(uri);
    }
    await this.#mesh.filesChanged();
  }

  /** Goes on where an engine before was cut off, or starts what the workspace wants started. */
  async resume(): Promise<void> {
    if (!this.#initialization.trusted) return;
    const state = await this.#state.load();
    if (isToBeResumed(state, Date.now())) {
      if (state.endedAt === undefined)
        this.#events.add({
          kind: 'engine-restarted',
          severity: 'warning',
          message: 'The engine was restarted; the mesh is started again.',
        });
      await this.#mesh.start(state.file);
    } else if (this.#initialization.autoStart) await this.#mesh.start();
  }

  /** Findings of the open workspace: only what an edit made necessary is computed. */
  analyzeWorkspace(): AnalyzeResult {
    return this.#analyzer.analyze({
      files: this.workspace,
      base: this.#mesh.registeredObjects,
      settings: this.settings,
      rules: this.#settings.analysis.rules,
    });
  }

  /** Findings with the texts they are about, for those who print them. */
  async analyze(
    params: EngineParams<'mesh/analyze'>,
  ): Promise<{ readonly result: AnalyzeResult; readonly texts: ReadonlyMap<string, string> }> {
    const given = await this.#given(params);
    const rules = { ...this.#settings.analysis.rules, ...params.rules };
    const files = given?.files ?? this.workspace;
    const result =
      given || params.rules
        ? analyze({
            files,
            base: given ? [] : this.#mesh.registeredObjects,
            settings: given?.settings ?? this.settings,
            rules,
          })
        : this.analyzeWorkspace();
    return { result, texts: new Map(files.files().map(({ uri, text }) => [uri, text])) };
  }

  /** The model as it is asked now: unsaved text over saved, registrations over files. */
  get snapshot(): Snapshot {
    const { revision } = this.workspace;
    const registered = this.#mesh.registeredObjects;
    const isSame = this.#snapshot?.revision === revision && isDeepStrictEqual(this.#snapshot.registered, registered);
    if (!isSame || !this.#snapshot)
      this.#snapshot = { revision, registered, snapshot: createSnapshot([...this.workspace.objects(), ...registered]) };
    return this.#snapshot.snapshot;
  }

  async request<M extends EngineMethod>(
    method: M,
    params: EngineParams<M>,
    signal?: AbortSignal,
  ): Promise<EngineResult<M>> {
    const handlers: {
      readonly [K in EngineMethod]: (
        params: EngineRequests[K]['params'],
      ) => Promise<EngineRequests[K]['result']> | EngineRequests[K]['result'];
    } = {
      'mesh/analyze': async (input) => (await this.analyze(input)).result,
      'mesh/route': (input) => this.#route(input),
      'mesh/topology': (input) => this.#topology.graph(input),
      'mesh/topology/subscribe': (input) => this.#subscribe(input),
      'mesh/topology/unsubscribe': () => {
        this.#subscription?.dispose();
        this.#subscription = undefined;
        return null;
      },
      'mesh/series': ({ id, seconds }) => this.#topology.series(id, seconds),
      'mesh/traces': (query) => this.#traces.summaries(query, this.#topology.traceFilter(query)),
      'mesh/trace': ({ traceId }) => this.#traces.trace(traceId) ?? null,
      'mesh/events': ({ after }) => this.#events.list(after),
      'mesh/local/status': () => this.#mesh.status,
      'mesh/local/start': async ({ file }) => {
        if (file !== undefined) await this.#know(file);
        return this.#mesh.start(file);
      },
      'mesh/local/stop': () => this.#mesh.stop(),
      'mesh/service/start': (target) => this.#mesh.control('start', target),
      'mesh/service/stop': (target) => this.#mesh.control('stop', target),
      'mesh/service/restart': (target) => this.#mesh.control('restart', target),
      'mesh/request': (request) => this.#mesh.request(request, signal),
      'mesh/proxyEnvironment': ({ workload }) => this.#mesh.environment(workload),
    };
    return handlers[method](params);
  }

  async dispose(): Promise<void> {
    this.#subscription?.dispose();
    this.#topology.dispose();
    await this.#mesh.dispose();
    await this.#exporter?.close();
    this.#flushLog();
    this.#listeners.clear();
  }

  /** A file named by a person may lie outside the folders that were read. */
  async #know(file: string): Promise<void> {
    const uri = pathToFileURL(file).href;
    if (this.workspace.textOf(uri) === undefined) await this.fileChanged(uri);
  }

  /** Objects that came with a question instead of from the workspace. */
  async #given({
    files,
    resources,
    mesh,
  }: Inputs): Promise<{ readonly files: WorkspaceFiles; readonly settings: ResolvedMeshSettings } | undefined> {
    const settings = mesh ? resolveMeshSettings({ ...this.#settings.mesh, ...mesh }) : this.settings;
    if (!files && !resources) {
      return mesh ? { files: this.workspace, settings } : undefined;
    }
    const given = new WorkspaceFiles({ defaultNamespace: settings.defaultNamespace });
    if (files) {
      const read = await readFiles(files);
      const fatal = read.problems.find(({ isFatal }) => isFatal);
      if (fatal) throw new UnreadableInput(fatal.message);
      for (const { uri, text } of read.files) given.setDisk(uri, text);
    }
    for (const { uri, text } of resources ?? []) given.setDisk(uri, text);
    return { files: given, settings };
  }

  async #route(params: EngineParams<'mesh/route'>): Promise<EngineResult<'mesh/route'>> {
    const given = await this.#given(params);
    const files = given?.files ?? this.workspace;
    const snapshot = given ? createSnapshot(files.objects()) : this.snapshot;
    const endpoints: EndpointDirectory = given ? noEndpoints : (this.#mesh.running?.endpoints ?? noEndpoints);
    return routeCall({
      snapshot,
      endpoints,
      settings: given?.settings ?? this.settings,
      call: params.request,
      locate: (ref) => files.locate(ref),
    });
  }

  #subscribe(params: EngineParams<'mesh/topology/subscribe'>): EngineResult<'mesh/topology/subscribe'> {
    this.#subscription?.dispose();
    const subscription = this.#topology.subscribe(params, (delta) => this.#notify('mesh/topologyChanged', delta));
    this.#subscription = subscription;
    return subscription.graph;
  }

  /** Which of the policies that run shape what the graph shows; asked for every node and edge each second, so kept. */
  #influences(): Influences {
    const { running } = this.#mesh;
    const snapshot = running?.snapshot ?? this.snapshot;
    const { revision } = this.workspace;
    if (this.#known?.snapshot === snapshot && this.#known.revision === revision) return this.#known.influences;
    const { settings } = this;
    const labels = new Map(
      (running?.instances ?? []).map((instance) => [`${instance.namespace}/${instance.workload}`, instance.labels]),
    );
    const answers = new Map<string, readonly SourceRef[]>();
    const of = (
      { namespace, workload = '', app, version }: InfluenceTarget,
      hosts: readonly string[],
    ): readonly SourceRef[] => {
      const key = JSON.stringify([namespace, workload, app, version, hosts]);
      const known = answers.get(key);
      if (known) return known;
      const ofWorkload = labels.get(`${namespace}/${workload}`) ?? {
        ...(app ? { app } : {}),
        ...(version ? { version } : {}),
      };
      const refs = influencesOf({ snapshot, settings, workload: { namespace, labels: ofWorkload }, hosts }).map((ref) =>
        this.workspace.locate(ref),
      );
      answers.set(key, refs);
      return refs;
    };
    const influences: Influences = {
      ofNode: (target) =>
        of(target, target.service ? [`${target.service}.${target.namespace}.svc.${settings.clusterDomain}`] : []),
      ofEdge: (_source, target, host) => of(target, [host]),
    };
    this.#known = { snapshot, revision, influences };
    return influences;
  }

  /** A wrong address is told, and spans are kept here only. */
  #createExporter(): OtlpExporter | undefined {
    const { otlpExport } = this.#settings.traces;
    if (!otlpExport) return undefined;
    const tell = (message: string): void =>
      void this.#events.add({ kind: 'config-rejected', severity: 'warning', message });
    try {
      return new OtlpExporter({ endpoint: otlpExport, onState: ({ ok, message }) => (ok ? undefined : tell(message)) });
    } catch {
      tell(
        `Traces are not exported: "${otlpExport}" is no http or https address. Correct the setting meshlens.traces.otlpExport.`,
      );
      return undefined;
    }
  }

  #notify(...notification: NotificationArguments): void {
    for (const listener of this.#listeners) listener(...notification);
  }

  /** Under load thousands of access log lines come a second: they go out in bundles, and the newest ones when too many. */
  #log(lines: EngineNotifications['mesh/log']['lines']): void {
    if (this.#listeners.size === 0) return;
    this.#logLines.push(...lines);
    if (this.#logLines.length > maxLogLines) this.#logLines.splice(0, this.#logLines.length - maxLogLines);
    this.#logTimer ??= setTimeout(() => this.#flushLog(), logGatherMs);
  }

  #flushLog(): void {
    clearTimeout(this.#logTimer);
    this.#logTimer = undefined;
    const lines = this.#logLines;
    this.#logLines = [];
    if (lines.length > 0) this.#notify('mesh/log', { lines });
  }
}

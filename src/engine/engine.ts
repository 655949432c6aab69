import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ClusterStatus } from '../shared/cluster.ts';
import type { AnalyzeResult } from '../shared/diagnostics.ts';
import type {
  EngineInitializationOptions,
  EngineMethod,
  EngineNotifications,
  EngineParams,
  EngineRequests,
  EngineResult,
  EngineSettings,
} from '../shared/engine-protocol.ts';
import { defaultEngineSettings } from '../shared/engine-protocol.ts';
import type { ResolvedMeshSettings } from '../shared/mesh-settings.ts';
import { resolveMeshSettings } from '../shared/mesh-settings.ts';
import { createClusterDevProxy } from './cluster-dev-proxy.ts';
import { ClusterGraph, workloadLabels } from './clusters/cluster-graph.ts';
import { createClusters } from './clusters/create-clusters.ts';
import { ClusterUnavailable, type Clusters } from './clusters/clusters.ts';
import type { TopologyGraph } from '../shared/topology.ts';
import type { DevProxy } from './devproxy/dev-proxy.ts';
import { isFolder, isLeftOut, isYamlFile, readFiles } from './discovery/workspace/read-files.ts';
import { WorkspaceFiles } from './discovery/workspace/workspace-files.ts';
import { DesiredStateFile, isToBeResumed } from './localmesh/desired-state.ts';
import { LocalMesh } from './localmesh/local-mesh.ts';
import { LayeredModel } from './layered-model.ts';
import type { Snapshot } from './model/snapshot.ts';
import { PolicyInfluences } from './policy-influences.ts';
import { configuredExporter } from './telemetry/configured-exporter.ts';
import { EventLog } from './telemetry/event-log.ts';
import { LogBatches } from './telemetry/log-batches.ts';
import { MetricsStore } from './telemetry/metrics-store.ts';
import type { OtlpExporter } from './telemetry/otlp-exporter.ts';
import { TraceStore } from './telemetry/trace-store.ts';
import { declareLocalMesh } from './topology/local-declarations.ts';
import { LiveTopology } from './topology/live-topology.ts';
import type { Influences } from './topology/topology-input.ts';

/** A notification as arguments: the method narrows the payload. */
export type NotificationArguments = {
  readonly [N in keyof EngineNotifications]: [method: N, payload: EngineNotifications[N]];
}[keyof EngineNotifications];

type Listener = (...notification: NotificationArguments) => void;

/** What a workspace that nobody vouched for may not do. */
class Untrusted extends Error {
  override readonly name = 'Untrusted';
}

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
  readonly #listeners = new Set<Listener>();
  readonly #state: DesiredStateFile;
  /** Of the workspace, as far as they are open. */
  readonly #folders: string[] = [];
  readonly #events = new EventLog({ now: Date.now });
  readonly #metrics = new MetricsStore({ now: Date.now });
  /** What programs of this machine call in clusters. */
  readonly #laptopMetrics = new MetricsStore({ now: Date.now });
  readonly #traces: TraceStore;
  readonly #exporter: OtlpExporter | undefined;
  readonly #mesh: LocalMesh;
  readonly #clusters: Clusters;
  readonly #devProxy: DevProxy;
  readonly #model: LayeredModel;
  readonly #topology: LiveTopology;
  readonly #graph: ClusterGraph;
  readonly #localInfluences = new PolicyInfluences();
  readonly #sharedInfluences = new PolicyInfluences();
  readonly #logs = new LogBatches((lines) => this.#notify('mesh/log', { lines }));
  #subscription: { dispose(): void } | undefined;

  constructor(initialization: EngineInitializationOptions = standaloneInitialization) {
    this.#initialization = initialization;
    this.#settings = initialization.settings;
    this.workspace = new WorkspaceFiles(namespaceOf(this.#settings));
    this.#state = new DesiredStateFile(initialization.storage);
    this.#traces = new TraceStore({
      keep: this.#settings.traces.keep,
      concerning: (instances, from, to) => this.#events.concerning(instances, from, to),
    });
    this.#exporter = configuredExporter(this.#settings.traces.otlpExport ?? '', (message) =>
      this.#events.add({ kind: 'config-rejected', severity: 'warning', message }),
    );
    const recorded = {
      traces: this.#traces,
      events: this.#events,
      ...(this.#exporter ? { exporter: this.#exporter } : {}),
    };
    this.#mesh = new LocalMesh({
      telemetry: { ...recorded, metrics: this.#metrics },
      settings: () => this.#model.localSettings,
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
    this.#clusters = createClusters({
      settings: () => this.#settings.cluster,
      locate: (resource) => {
        const found = this.workspace.locate({ resource, path: [] });
        return found.uri === undefined ? undefined : found;
      },
      workspaceRevision: () => this.workspace.revision,
      onStatus: (status) => this.#notify('mesh/clusterChanged', status),
      onObjects: (context) => this.#notify('mesh/cluster/objectsChanged', { context }),
    });
    this.#devProxy = createClusterDevProxy({
      clusters: this.#clusters,
      settings: () => this.#model.ownSettings,
      telemetry: { ...recorded, metrics: this.#laptopMetrics },
      isTrusted: () => this.#initialization.trusted,
      workspace: this.workspace,
      onLog: (lines) => this.#log(lines),
      onStatus: (status) => this.#notify('mesh/devProxyChanged', status),
    });
    this.#graph = new ClusterGraph(this.#clusters, (contexts) => {
      const { context } = this.#devProxy.status;
      const isChosen = context !== undefined && (contexts?.includes(context) ?? true);
      return isChosen ? this.#laptopMetrics : undefined;
    });
    this.#model = new LayeredModel({
      workspace: this.workspace,
      clusters: this.#clusters,
      registered: () => this.#mesh.registeredObjects,
      localEndpoints: () => this.#mesh.running?.endpoints,
      settings: () => this.#settings.mesh,
      rules: () => this.#settings.analysis.rules,
      checksStructure: () => this.#settings.analysis.structure !== false,
    });
    this.#topology = new LiveTopology({
      source: (params) => (isOfClusters(params) ? this.#graph.source(params.contexts) : this.#metrics),
      measured: (params) => (isOfClusters(params) ? this.#graph.measured(params.contexts) : undefined),
      mesh: (params) =>
        isOfClusters(params) ? this.#graph.declarations(params.contexts) : declareLocalMesh(this.#mesh.status),
      cluster: 'local',
      influences: (params) => (isOfClusters(params) ? this.#clusterInfluences() : this.#influences()),
      // On this machine something flows all the time.
      revision: (params) => (isOfClusters(params) ? this.#graph.revision(params.contexts) : [{}]),
      now: Date.now,
    });
    this.#events.onEvent((event) => this.#notify('mesh/event', event));
  }

  /** What is set, over what the first connected cluster says of itself. The same object until that changes. */
  get settings(): ResolvedMeshSettings {
    return this.#model.settings;
  }

  get debounce(): number {
    return this.#settings.analysis.debounce;
  }

  /** Settings that take effect while it runs: rules, mesh settings, debounce. */
  configure(settings: EngineSettings): void {
    this.#settings = settings;
    this.workspace.setDefaultNamespace(namespaceOf(settings).defaultNamespace);
    this.#clusters.settingsChanged();
    this.#devProxy.settingsChanged();
  }

  onNotification(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Reads every YAML file of a folder. Gives what could not be read, in sentences. */
  async openFolder(folder: string): Promise<readonly string[]> {
    this.#folders.push(folder);
    const { files, problems } = await readFiles([folder]);
    for (const { uri, text } of files) this.workspace.setDisk(uri, text);
    await this.#mesh.filesChanged();
    return problems.map(({ message }) => message);
  }

  /** A file or folder of the workspace was saved, created, changed from outside, or deleted. */
  async fileChanged(...uris: readonly string[]): Promise<void> {
    for (const uri of uris) if (uri.startsWith('file:')) await this.#readAgain(uri);
    await this.#mesh.filesChanged();
  }

  async #readAgain(uri: string): Promise<void> {
    const place = fileURLToPath(uri);
    if (isLeftOut(place, this.#folders)) return;
    if (isYamlFile(place)) {
      const [file] = (await readFiles([place])).files;
      if (file) this.workspace.setDisk(uri, file.text);
      else this.workspace.remove(uri);
    } else if (await isFolder(place)) {
      for (const file of (await readFiles([place])).files) this.workspace.setDisk(file.uri, file.text);
    } else this.workspace.removeFolder(uri);
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
    return this.#model.analyzeWorkspace();
  }

  /** The same in pieces that leave the event loop room. Rejects when the signal says so. */
  analyzeWorkspaceInPieces(signal: AbortSignal): Promise<AnalyzeResult> {
    return this.#model.analyzeWorkspaceInPieces(signal);
  }

  /** Findings with the texts they are about, for those who print them. */
  analyze(params: EngineParams<'mesh/analyze'>, signal?: AbortSignal): ReturnType<LayeredModel['analyze']> {
    return this.#model.analyze(params, signal);
  }

  /** The model as it is asked now: connected clusters, over them unsaved text over saved, registrations over all. */
  get snapshot(): Snapshot {
    return this.#model.snapshot;
  }

  /** Connects a context and waits until all of it that may be read is known. Rejects with `ClusterUnavailable`. */
  async connected(context: string, namespaces: readonly string[], signal?: AbortSignal): Promise<ClusterStatus> {
    const status = await this.#trustedClusters.connect(context, namespaces, true);
    if (status.phase === 'failed') throw new ClusterUnavailable(status);
    return this.#clusters.ready(context, signal);
  }

  /** The graph of clusters with numbers that were asked for now: for those who look once. */
  async freshTopology(params: EngineParams<'mesh/topology'> & { readonly window: number }): Promise<TopologyGraph> {
    await this.#graph.refresh(params.contexts, params.window);
    return this.#topology.graph({ ...params, source: 'cluster' });
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
      'mesh/analyze': async (input) => (await this.analyze(input, signal)).result,
      'mesh/jsonSchema': () => ({ text: JSON.stringify(this.#model.jsonSchema()) }),
      'mesh/route': (input) => this.#model.route(input),
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
      'mesh/contexts': () => this.#clusters.contexts(),
      'mesh/cluster/connect': ({ context, namespaces, consent }) =>
        this.#trustedClusters.connect(context, namespaces, consent === true),
      'mesh/cluster/disconnect': async ({ context }) => {
        await this.#clusters.disconnect(context);
        return null;
      },
      'mesh/cluster/status': () => this.#clusters.statuses,
      'mesh/cluster/tree': ({ context }) => this.#clusters.tree(context),
      'mesh/cluster/object': ({ context, ref }) => this.#trustedClusters.object(context, ref, signal),
      'mesh/cluster/plan': ({ context, action }) => this.#trustedClusters.plan(context, action, signal),
      'mesh/cluster/execute': ({ plan, force }) => this.#trustedClusters.execute(plan, force === true, signal),
      'mesh/cluster/proxyStatus': ({ context }) => this.#trustedClusters.proxyStatus(context, signal),
      'mesh/cluster/proxyConfig': async ({ context, namespace, pod }) => ({
        text: await this.#trustedClusters.proxyConfig(context, { namespace, pod }, signal),
      }),
      'mesh/devProxy/start': (params) => this.#devProxy.start(params),
      'mesh/devProxy/stop': () => this.#devProxy.stop(),
      'mesh/devProxy/status': () => this.#devProxy.status,
    };
    return handlers[method](params);
  }

  async dispose(): Promise<void> {
    this.#subscription?.dispose();
    this.#topology.dispose();
    await Promise.all([this.#mesh.dispose(), this.#devProxy.dispose()]);
    await this.#clusters.dispose();
    await this.#exporter?.close();
    this.#logs.flush();
    this.#listeners.clear();
  }

  /** A file named by a person may lie outside the folders that were read. */
  async #know(file: string): Promise<void> {
    const uri = pathToFileURL(file).href;
    if (this.workspace.textOf(uri) === undefined) await this.fileChanged(uri);
  }

  /** What connects, runs programs or writes is refused in a workspace that nobody vouched for. */
  get #trustedClusters(): Clusters {
    if (!this.#initialization.trusted)
      throw new Untrusted(
        'This workspace is not trusted: nothing of it connects to a cluster. Trust it, then try again.',
      );
    return this.#clusters;
  }

  #subscribe(params: EngineParams<'mesh/topology/subscribe'>): EngineResult<'mesh/topology/subscribe'> {
    this.#subscription?.dispose();
    const subscription = this.#topology.subscribe(params, (delta) => this.#notify('mesh/topologyChanged', delta));
    this.#subscription = subscription;
    return subscription.graph;
  }

  /** Which of the policies that run shape what the graph of the local mesh shows. */
  #influences(): Influences {
    const { running } = this.#mesh;
    return this.#localInfluences.of({
      snapshot: running?.snapshot ?? this.snapshot,
      settings: this.#model.localSettings,
      revision: this.workspace.revision,
      labelsOf: (namespace, workload) =>
        running?.instances.find((instance) => instance.namespace === namespace && instance.workload === workload)
          ?.labels,
      locate: (ref) => this.workspace.locate(ref),
    });
  }

  /** Which policies of clusters and workspace shape what the graph of clusters shows. */
  #clusterInfluences(): Influences {
    const { snapshot, settings } = this;
    return this.#sharedInfluences.of({
      snapshot,
      clusters: this.#clusters.connections.map((connection) => connection.snapshot),
      settings,
      revision: this.workspace.revision,
      labelsOf: (namespace, workload) => workloadLabels(snapshot, namespace, workload),
      locate: (ref) => this.workspace.locate(ref),
    });
  }

  #notify(...notification: NotificationArguments): void {
    for (const listener of this.#listeners) listener(...notification);
  }

  #log(lines: EngineNotifications['mesh/log']['lines']): void {
    if (this.#listeners.size > 0) this.#logs.add(lines);
  }
}

function namespaceOf({ mesh }: EngineSettings): { readonly defaultNamespace: string } {
  return { defaultNamespace: resolveMeshSettings(mesh).defaultNamespace };
}

const isOfClusters = ({ source }: EngineParams<'mesh/topology'>): boolean => source === 'cluster';

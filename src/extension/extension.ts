import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { languages, l10n, window, workspace, type ExtensionContext } from 'vscode';
import type { EngineInitializationOptions } from '../shared/engine-protocol.ts';
import { CommandRegistry } from './command-registry.ts';
import { ContextKeySetter } from './context-key-setter.ts';
import { DisposableList } from './disposables.ts';
import { EngineClient } from './engine/engine-client.ts';
import { createEngineLog } from './engine/engine-log.ts';
import { ShownDiagnostics } from './engine/shown-diagnostics.ts';
import { registerAnalyzeWorkspace } from './features/analysis/analyze-workspace.ts';
import { registerSwitchOffRule } from './features/analysis/switch-off-rule.ts';
import { registerChanges } from './features/changes/change-commands.ts';
import { registerClusterCommands } from './features/clusters/cluster-commands.ts';
import { registerClusterStatusBar } from './features/clusters/cluster-status-bar.ts';
import { registerClustersView } from './features/clusters/clusters-view.ts';
import { registerFollowKubernetes } from './features/clusters/follow-kubernetes.ts';
import { registerRejectedConfiguration } from './features/configuration/rejected-configuration.ts';
import { registerDevProxy } from './features/dev-proxy/dev-proxy-commands.ts';
import { registerMeshDocumentKey } from './features/editor/mesh-document-key.ts';
import { registerObjectDocumentKey } from './features/editor/object-document-key.ts';
import { registerEngineCommands } from './features/engine/engine-commands.ts';
import { registerEventsView } from './features/events/events-view.ts';
import { registerLocalMesh } from './features/local-mesh/local-mesh-commands.ts';
import { registerLogChannels } from './features/logs/log-channels.ts';
import { registerObjects } from './features/objects/object-commands.ts';
import { registerProxies } from './features/proxies/proxy-commands.ts';
import { registerProxyEnvironment } from './features/proxy-environment/copy-environment.ts';
import { registerSendRequest } from './features/request/send-request.ts';
import { registerShowRoute } from './features/route/show-route.ts';
import { registerServiceCommands } from './features/services/service-commands.ts';
import { registerServicesView } from './features/services/services-view.ts';
import { registerStatusBar } from './features/status/status-bar.ts';
import { registerTopologyPanel } from './features/topology/topology-panel.ts';
import { registerTracesView } from './features/traces/traces-view.ts';
import { registerWalkthrough } from './features/walkthrough/open-walkthrough.ts';
import { registerYamlSchema } from './features/yaml-schema/red-hat-yaml.ts';
import { ClusterMemory } from './mesh/cluster-memory.ts';
import { ClusterState } from './mesh/cluster-state.ts';
import { DevProxyState } from './mesh/dev-proxy-state.ts';
import { EventStore } from './mesh/event-store.ts';
import { MeshFiles } from './mesh/mesh-files.ts';
import { MeshState } from './mesh/mesh-state.ts';
import { TopologyFeed } from './mesh/topology-feed.ts';
import { isSupportedNode, requiredNode } from './node-version.ts';
import type { Feature, Services } from './services.ts';
import { toEngineSettings } from './settings.ts';
import { SettingsReader } from './settings-reader.ts';
import { TextSnapshots } from './text-snapshots.ts';
import { VirtualDocuments } from './virtual-documents.ts';
import { isStructureCheckedElsewhere } from './yaml-companion.ts';

/** In the order of registration only; features do not know each other. */
const features: readonly Feature[] = [
  registerEngineCommands,
  registerLocalMesh,
  registerTopologyPanel,
  registerServicesView,
  registerServiceCommands,
  registerEventsView,
  registerTracesView,
  registerLogChannels,
  registerStatusBar,
  registerSendRequest,
  registerShowRoute,
  registerAnalyzeWorkspace,
  registerSwitchOffRule,
  registerProxyEnvironment,
  registerRejectedConfiguration,
  registerMeshDocumentKey,
  registerYamlSchema,
  registerWalkthrough,
  registerClustersView,
  registerClusterCommands,
  registerClusterStatusBar,
  registerFollowKubernetes,
  registerObjects,
  registerObjectDocumentKey,
  registerChanges,
  registerProxies,
  registerDevProxy,
];

let engine: EngineClient | undefined;

/** Builds the services, registers the features and lets the engine start behind them. */
export function activate(context: ExtensionContext): void {
  const begun = performance.now();
  if (!isSupportedNode(process.versions.node)) {
    void window.showErrorMessage(
      l10n.t(
        'Meshlens needs an editor with Node {0} or newer; this one has {1}. Update the editor.',
        requiredNode,
        process.versions.node,
      ),
    );
    return;
  }
  const owned = new DisposableList();
  context.subscriptions.push(owned);
  const services = createServices(context, owned);
  for (const register of features) {
    try {
      register(services, owned);
    } catch (error) {
      // One feature failing must not take the others with it.
      services.log.error(`${register.name} failed.`, error);
    }
  }
  void services.engine.start();
  services.log.info(`Activated in ${(performance.now() - begun).toFixed(1)} ms.`);
}

/** Ends the engine in order, which ends everything it started. */
export async function deactivate(): Promise<void> {
  await engine?.dispose();
  engine = undefined;
}

function createServices(context: ExtensionContext, owned: DisposableList): Services {
  const log = owned.add(createEngineLog());
  const settings = owned.add(new SettingsReader());
  const commands = owned.add(new CommandRegistry(log));
  const diagnostics = owned.add(languages.createDiagnosticCollection('meshlens'));
  const shown = new ShownDiagnostics(diagnostics, () => settings.get('analysis.enabled'));
  owned.add(settings.onDidChange((keys) => keys.has('analysis.enabled') && shown.refresh()));
  const onError = (error: unknown): void => log.warn('The engine did not answer.', error);
  let meshRuns = (): boolean => false;
  let isFirstStart = true;
  const client = new EngineClient({
    log,
    diagnostics,
    file: () => settings.get('engine.path') || path.join(context.extensionPath, 'dist', 'meshlens.js'),
    crashLimit: () => Math.max(1, settings.get('engine.crashLimit')),
    shown,
    showsLenses: () => settings.get('codeLens.enabled'),
    options: (): EngineInitializationOptions => {
      const startsAlone = isFirstStart && settings.get('localMesh.autoStart') && settings.get('localMesh.file') === '';
      isFirstStart = false;
      const storage = context.storageUri ?? context.globalStorageUri;
      return {
        storage: storage.fsPath,
        trusted: workspace.isTrusted,
        // An engine that comes back brings back the mesh that ran when it died.
        autoStart: workspace.isTrusted && (startsAlone || meshRuns()),
        settings: toEngineSettings(settings.get, isStructureCheckedElsewhere()),
      };
    },
  });
  engine = client;
  const mesh = owned.add(new MeshState(client, onError));
  meshRuns = () => mesh.isActive;
  const memory = new ClusterMemory(context.workspaceState, context.globalState);
  const clusters = owned.add(new ClusterState(client, memory, () => workspace.isTrusted, onError));
  const gone = l10n.t('This answer belongs to an earlier window. Ask again.\n');
  return {
    context,
    log,
    settings,
    commands,
    diagnostics,
    engine: client,
    mesh,
    contextKeys: new ContextKeySetter(),
    meshFiles: owned.add(new MeshFiles(settings)),
    events: owned.add(new EventStore(client, onError)),
    topology: owned.add(new TopologyFeed(client, mesh, onError)),
    clusters,
    devProxy: owned.add(new DevProxyState(client, clusters, onError)),
    snapshots: owned.add(new TextSnapshots(gone)),
    documents: owned.add(new VirtualDocuments(gone)),
  };
}

import type { DiagnosticCollection, ExtensionContext, LogOutputChannel } from 'vscode';
import type { CommandRegistry } from './command-registry.ts';
import type { ContextKeySetter } from './context-key-setter.ts';
import type { DisposableList } from './disposables.ts';
import type { EngineClient } from './engine/engine-client.ts';
import type { ClusterState } from './mesh/cluster-state.ts';
import type { DevProxyState } from './mesh/dev-proxy-state.ts';
import type { EventStore } from './mesh/event-store.ts';
import type { MeshFiles } from './mesh/mesh-files.ts';
import type { MeshState } from './mesh/mesh-state.ts';
import type { TopologyFeed } from './mesh/topology-feed.ts';
import type { SettingsReader } from './settings-reader.ts';
import type { TextSnapshots } from './text-snapshots.ts';
import type { VirtualDocuments } from './virtual-documents.ts';

/** What every feature may use. Built once by `activate`. */
export interface Services {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly settings: SettingsReader;
  readonly commands: CommandRegistry;
  readonly contextKeys: ContextKeySetter;
  readonly engine: EngineClient;
  /** Every squiggle of ours, whoever found it. */
  readonly diagnostics: DiagnosticCollection;
  readonly mesh: MeshState;
  readonly meshFiles: MeshFiles;
  readonly events: EventStore;
  readonly topology: TopologyFeed;
  readonly clusters: ClusterState;
  readonly devProxy: DevProxyState;
  /** Read-only texts as they were at a moment. */
  readonly snapshots: TextSnapshots;
  /** Read-only answers of the engine. */
  readonly documents: VirtualDocuments;
}

/** A feature registers what it offers; everything it holds goes into `owned`. Features do not know each other. */
export type Feature = (services: Services, owned: DisposableList) => void;

import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createConnection,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  IPCMessageReader,
  IPCMessageWriter,
  LSPErrorCodes,
  ProposedFeatures,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocumentSyncKind,
  WatchKind,
  type CancellationToken,
  type Connection,
  type InitializeParams,
} from 'vscode-languageserver/node';
import type { EngineInitializationOptions, EngineSettings } from '../shared/engine-protocol.ts';
import { defaultEngineSettings } from '../shared/engine-protocol.ts';
import { Engine, standaloneInitialization } from './engine.ts';
import { InvalidParams } from './server/param-fields.ts';
import { engineMethods, readParams } from './server/request-params.ts';
import { documentUri } from './server/document-uri.ts';
import { DiagnosticsPublisher } from './server/diagnostics-publisher.ts';
import { languageCapabilities, registerLanguageFeatures } from './server/language-features.ts';

/** What is still running when the editor went away is ended by the reaper: no need to wait for long. */
const farewellMs = 4000;

/** Beside the bundle the package is one folder up; the pages of the rules are in it. */
const docsRoot = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url).href;

function initializationOf(params: InitializeParams): EngineInitializationOptions {
  const given = params.initializationOptions as Partial<EngineInitializationOptions> | undefined;
  return {
    ...standaloneInitialization,
    // An editor that says nothing about trust gets no process of the workspace run.
    trusted: given?.trusted === true,
    autoStart: given?.autoStart === true,
    ...(typeof given?.storage === 'string' ? { storage: given.storage } : {}),
    settings: { ...defaultEngineSettings, ...given?.settings },
  };
}

/** Our own extension sends whole settings; of others nothing is known. */
function isEngineSettings(value: unknown): value is EngineSettings {
  return typeof value === 'object' && value !== null && 'analysis' in value && 'mesh' in value && 'traces' in value;
}

function foldersOf(params: InitializeParams): readonly string[] {
  const uris = params.workspaceFolders?.map(({ uri }) => uri) ?? [];
  return uris.filter((uri) => uri.startsWith('file:')).map((uri) => fileURLToPath(uri));
}

class LanguageServer {
  readonly #connection: Connection;
  #engine: Engine | undefined;
  #publisher: DiagnosticsPublisher | undefined;
  #folders: readonly string[] = [];
  #watchesFiles = false;
  #canCreateFiles = false;
  #hasLabelDetails = false;
  #notifications: { dispose(): void } | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.onInitialize((params) => {
      this.#initialize(params);
      return {
        capabilities: {
          ...languageCapabilities,
          textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Full, save: true },
        },
        serverInfo: { name: 'Meshlens' },
      };
    });
    connection.onInitialized(() => void this.#open());
    connection.onShutdown(() => this.dispose());
  }

  async dispose(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    // The way to the editor may be closed already: what is told of the end would throw where nobody catches.
    this.#notifications?.dispose();
    this.#publisher?.dispose();
    await engine?.dispose();
  }

  #initialize(params: InitializeParams): void {
    const engine = new Engine(initializationOf(params));
    const publisher = new DiagnosticsPublisher(this.#connection, engine, docsRoot);
    this.#engine = engine;
    this.#publisher = publisher;
    this.#folders = foldersOf(params);
    this.#watchesFiles = params.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    this.#hasLabelDetails = params.capabilities.textDocument?.completion?.completionItem?.labelDetailsSupport === true;
    this.#canCreateFiles =
      params.capabilities.workspace?.workspaceEdit?.resourceOperations?.includes('create') === true;
    this.#notifications = engine.onNotification((method, payload) => {
      void this.#connection.sendNotification(method, payload);
      // Registrations over the API are services too: hosts become known or unknown.
      if (method === 'mesh/event' && (payload.kind === 'service-registered' || payload.kind === 'service-deregistered'))
        publisher.schedule();
      // What a cluster has makes hosts known or unknown too, but it changes all the time.
      if (method === 'mesh/cluster/objectsChanged' || method === 'mesh/clusterChanged') publisher.scheduleAtLeisure();
    });
    this.#register(engine, publisher);
  }

  #register(engine: Engine, publisher: DiagnosticsPublisher): void {
    const connection = this.#connection;
    const { workspace } = engine;
    connection.onDidOpenTextDocument(({ textDocument: { uri, text, version } }) => {
      workspace.setOpen(documentUri(uri), text, version);
      publisher.schedule();
    });
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      const last = contentChanges.at(-1);
      if (last) workspace.setOpen(documentUri(uri), last.text, version);
      publisher.scheduleTyped();
    });
    connection.onDidSaveTextDocument(({ textDocument: { uri } }) => this.#changedOnDisk([documentUri(uri)]));
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      workspace.close(documentUri(uri));
      publisher.schedule();
    });
    connection.onDidChangeWatchedFiles(({ changes }) => {
      for (const { uri, type } of changes) if (type === FileChangeType.Deleted) workspace.remove(documentUri(uri));
      this.#changedOnDisk(changes.map(({ uri }) => documentUri(uri)));
    });
    connection.onDidChangeConfiguration(({ settings }: { readonly settings: unknown }) => {
      // Editors that keep their settings to themselves send nothing of use here.
      if (!isEngineSettings(settings)) return;
      engine.configure({ ...defaultEngineSettings, ...settings });
      publisher.schedule();
    });
    registerLanguageFeatures(
      connection,
      engine,
      publisher,
      docsRoot,
      (uri) => this.#rootOf(uri),
      this.#hasLabelDetails,
    );
    for (const method of engineMethods) {
      connection.onRequest(method, async (params: unknown, token: CancellationToken) => {
        const abort = new AbortController();
        const cancellation = token.onCancellationRequested(() => abort.abort());
        try {
          return await engine.request(method, readParams(method, params), abort.signal);
        } catch (error) {
          if (abort.signal.aborted) return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
          const message = error instanceof Error ? error.message : String(error);
          return new ResponseError(error instanceof InvalidParams ? -32602 : LSPErrorCodes.RequestFailed, message);
        } finally {
          cancellation.dispose();
        }
      });
    }
  }

  /** The folder of the workspace that a file is in, where the editor can make files. */
  #rootOf(uri: string): string | undefined {
    if (!this.#canCreateFiles) return undefined;
    const folders = this.#folders.map((folder) => pathToFileURL(folder).href.replace(/\/$/, ''));
    return folders.filter((folder) => uri.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0];
  }

  #changedOnDisk(uris: readonly string[]): void {
    this.#engine
      ?.fileChanged(...uris)
      .catch((error: unknown) => this.#connection.console.error(`Reading changed files failed: ${String(error)}`))
      // A checkout of another branch changes so many that reading them takes longer than an editor should wait.
      .finally(() => this.#publisher?.schedule())
      .catch(() => undefined);
    this.#publisher?.schedule();
  }

  async #open(): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    try {
      if (this.#watchesFiles)
        await this.#connection.client.register(DidChangeWatchedFilesNotification.type, {
          watchers: [
            { globPattern: '**/*.{yaml,yml}' },
            // Of a folder that comes or goes, editors tell as little as that.
            { globPattern: '**/*', kind: WatchKind.Create | WatchKind.Delete },
          ],
        });
      for (const folder of this.#folders)
        for (const problem of await engine.openFolder(folder)) this.#connection.console.warn(problem);
      this.#publisher?.schedule();
      await engine.resume();
    } catch (error) {
      this.#connection.console.error(
        `Opening the workspace failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }
}

/** Serves one editor until it goes away, in whatever way. */
export async function startLanguageServer(transport: 'stdio' | 'node-ipc'): Promise<void> {
  // Streams of our own instead of the library's: it would end the process at once when they end, with services running.
  const connection =
    transport === 'stdio'
      ? createConnection(
          ProposedFeatures.all,
          new StreamMessageReader(process.stdin),
          new StreamMessageWriter(process.stdout),
        )
      : createConnection(ProposedFeatures.all, new IPCMessageReader(process), new IPCMessageWriter(process));
  const server = new LanguageServer(connection);
  const gone = new Promise<void>((resolve) => {
    connection.onExit(resolve);
    if (transport === 'stdio') {
      process.stdin.once('end', resolve);
      process.stdin.once('close', resolve);
      process.stdin.once('error', resolve);
      // Writing to an editor that is gone must not throw where nobody catches.
      process.stdout.on('error', () => resolve());
    } else process.once('disconnect', resolve);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  connection.listen();
  await gone;
  await Promise.race([server.dispose(), new Promise((resolve) => setTimeout(resolve, farewellMs))]);
  process.exit(0);
}

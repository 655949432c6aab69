import { workspace, type CancellationToken, type DiagnosticCollection, type LogOutputChannel, type Uri } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import type { EngineInitializationOptions } from '../../shared/engine-protocol.ts';
import { commandsForLinks } from '../commands.ts';
import type { EngineProcess } from './engine-process.ts';
import type { ShownDiagnostics } from './shown-diagnostics.ts';

/** What one connection to one engine process needs. */
export interface LanguageClientInput {
  readonly log: LogOutputChannel;
  readonly process: EngineProcess;
  readonly options: EngineInitializationOptions;
  /** Outlives the connection, so that squiggles do not flicker when the engine is restarted. */
  readonly diagnostics: DiagnosticCollection;
  readonly shown: ShownDiagnostics;
  readonly showsLenses: () => boolean;
}

/** Failures are told by the supervisor, once and in words; the library's own notifications would double them. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** One connection to one engine process. It never restarts by itself: the supervisor makes a new one. */
export interface EngineConnection {
  start(): Promise<void>;
  stop(): Promise<void>;
  sendRequest(method: string, params: unknown, token?: CancellationToken): Promise<unknown>;
  sendNotification(method: string, params: unknown): Promise<void>;
  onNotification(method: string, listener: (params: unknown) => void): void;
}

const schemes = ['file', 'untitled', 'vscode-vfs', 'vscode-test-web'];

/** Makes the connection; `start` performs the handshake. This module is loaded after activation. */
export function createConnection(input: LanguageClientInput): EngineConnection {
  const watcher = workspace.createFileSystemWatcher('**/*.{yaml,yml}');
  const options: LanguageClientOptions = {
    documentSelector: schemes.map((scheme) => ({ language: 'yaml', scheme })),
    initializationOptions: input.options,
    outputChannel: input.log,
    traceOutputChannel: input.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    markdown: { isTrusted: { enabledCommands: commandsForLinks }, supportThemeIcons: true },
    synchronize: { fileEvents: watcher },
    diagnosticCollectionProvider: { create: () => input.diagnostics, dispose: () => undefined },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: CloseAction.DoNotRestart, handled: true }),
    },
    middleware: {
      handleDiagnostics: (uri: Uri, found) => input.shown.set(uri, found),
      provideCodeLenses: (document, token, next) => (input.showsLenses() ? next(document, token) : []),
    },
  };
  const client = new QuietClient('meshlens', 'Meshlens', () => Promise.resolve(input.process.child), options);
  return {
    start: () => client.start(),
    async stop() {
      watcher.dispose();
      if (client.state === State.Running) await client.stop(3_000);
      await client.dispose().catch(() => undefined);
    },
    // The connection counts arguments: a token that is undefined would turn the parameters into positional ones.
    sendRequest: (method, params, token) =>
      token === undefined ? client.sendRequest(method, params) : client.sendRequest(method, params, token),
    sendNotification: (method, params) => client.sendNotification(method, params),
    onNotification: (method, listener) => void client.onNotification(method, listener),
  };
}

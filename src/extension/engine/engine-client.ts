import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { EventEmitter, l10n, type CancellationToken, type DiagnosticCollection, type LogOutputChannel } from 'vscode';
import type {
  EngineInitializationOptions,
  EngineMethod,
  EngineNotifications,
  EngineParams,
  EngineResult,
} from '../../shared/engine-protocol.ts';
import { UserFacingError } from '../command-registry.ts';
import type { Disposable } from '../disposables.ts';
import { describeExit, startEngineProcess, type EngineProcess } from './engine-process.ts';
import type { createConnection, EngineConnection } from './language-client.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { ShownDiagnostics } from './shown-diagnostics.ts';

/** `stopped` is the end until somebody restarts it; `message` then says why. */
export interface EngineState {
  readonly state: 'starting' | 'running' | 'restarting' | 'stopped';
  readonly message?: string;
  /** Process id while it runs. */
  readonly pid?: number;
}

/** What the supervisor of the engine needs from the rest of the extension. */
export interface EngineClientInput {
  readonly log: LogOutputChannel;
  readonly diagnostics: DiagnosticCollection;
  /** Path of the engine bundle. */
  readonly file: () => string;
  readonly options: () => EngineInitializationOptions;
  readonly crashLimit: () => number;
  readonly shown: ShownDiagnostics;
  readonly showsLenses: () => boolean;
}

type Listener = (params: unknown) => void;

/** Starts the engine, keeps it alive, and speaks `mesh/*` with it, typed. */
export class EngineClient implements Disposable {
  readonly #input: EngineClientInput;
  readonly #policy: RestartPolicy;
  readonly #states = new EventEmitter<EngineState>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #state: EngineState = { state: 'stopped' };
  #connection: EngineConnection | undefined;
  #process: EngineProcess | undefined;
  /** Grows with every start and stop: what an older run still reports no longer counts. */
  #run = 0;
  #isDisposed = false;

  readonly onDidChangeState = this.#states.event;

  constructor(input: EngineClientInput) {
    this.#input = input;
    this.#policy = new RestartPolicy(input.crashLimit, Date.now);
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Starts the engine unless it runs. Never rejects: what goes wrong becomes a state. */
  async start(): Promise<void> {
    if (this.#isDisposed || this.#state.state !== 'stopped') return;
    await this.#launch('starting');
  }

  /** Ends the engine, if it runs, and starts it anew; earlier crashes are forgiven. */
  async restart(): Promise<void> {
    this.#policy.reset();
    await this.#end();
    // Not `stopped` in between: what the window knows of the mesh stays, and the mesh that ran comes back.
    if (!this.#isDisposed) await this.#launch('restarting');
  }

  /** Asks the engine. Rejects with {@link UserFacingError} while it does not run. */
  async request<M extends EngineMethod>(
    method: M,
    params: EngineParams<M>,
    token?: CancellationToken,
  ): Promise<EngineResult<M>> {
    const connection = await this.#ready();
    try {
      return (await connection.sendRequest(method, params, token)) as EngineResult<M>;
    } catch (error) {
      // The connection puts the name of the method before the engine's own sentence, which is meant for people.
      if (error instanceof Error) error.message = error.message.replace(/^Request \S+ failed with message: /, '');
      throw error;
    }
  }

  /** Tells the engine something outside `mesh/*`, for example changed settings; nothing while it does not run. */
  async notify(method: string, params: unknown): Promise<void> {
    if (this.#state.state === 'running') await this.#connection?.sendNotification(method, params);
  }

  /** Listens to a notification of the engine, across restarts. */
  onNotification<M extends keyof EngineNotifications>(
    method: M,
    listener: (params: EngineNotifications[M]) => void,
  ): Disposable {
    const set = this.#listeners.get(method) ?? new Set<Listener>();
    this.#listeners.set(method, set);
    // The engine is our own bundle of the same version; its notifications have the declared shape.
    const untyped = listener as Listener;
    set.add(untyped);
    this.#connection?.onNotification(method, (params) => this.#emit(method, params));
    return { dispose: () => set.delete(untyped) };
  }

  /** Ends the engine in order: its services stop first. */
  async stop(): Promise<void> {
    await this.#end();
    this.#setState({ state: 'stopped' });
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#end();
    this.#states.dispose();
  }

  async #launch(state: 'starting' | 'restarting'): Promise<void> {
    const run = ++this.#run;
    const begun = performance.now();
    this.#setState({ state });
    const file = this.#input.file();
    if (!existsSync(file)) {
      this.#setState({ state: 'stopped', message: l10n.t('The engine is missing: {0} does not exist.', file) });
      return;
    }
    const { createConnection: connect } = await loadLanguageClient();
    if (run !== this.#run) return;
    const engine = startEngineProcess(file);
    this.#process = engine;
    this.#input.log.info(`Engine ${engine.child.pid ?? '?'} started: ${file}`);
    const connection = connect({
      log: this.#input.log,
      process: engine,
      options: this.#input.options(),
      diagnostics: this.#input.diagnostics,
      shown: this.#input.shown,
      showsLenses: this.#input.showsLenses,
    });
    this.#connection = connection;
    for (const method of this.#listeners.keys()) {
      connection.onNotification(method, (params) => run === this.#run && this.#emit(method, params));
    }
    void engine.exited.then((exit) => this.#ended(run, engine, describeExit(exit)));
    try {
      await connection.start();
    } catch (error) {
      if (run !== this.#run) return;
      this.#input.log.error('The handshake with the engine failed.', error);
      // A crash is told by the exit of the process; an engine that lives but refuses the handshake is ended here.
      engine.child.kill('SIGKILL');
      return;
    }
    if (run !== this.#run) return;
    const pid = engine.child.pid;
    this.#input.log.info(`Engine ready in ${Math.round(performance.now() - begun)} ms.`);
    this.#setState({ state: 'running', ...(pid === undefined ? {} : { pid }) });
  }

  async #ended(run: number, engine: EngineProcess, how: string): Promise<void> {
    if (run !== this.#run || this.#isDisposed) return;
    this.#input.log.error(`Engine ${engine.child.pid ?? '?'} ended ${how}.`);
    const connection = this.#connection;
    this.#connection = undefined;
    this.#process = undefined;
    ++this.#run;
    void connection?.stop().catch(() => undefined);
    if (this.#policy.crashed() === 'restart') {
      await this.#launch('restarting');
      return;
    }
    this.#setState({
      state: 'stopped',
      message: l10n.t('The engine ended {0} and crashed {1} times within a minute.', how, this.#input.crashLimit()),
    });
  }

  async #end(): Promise<void> {
    ++this.#run;
    const connection = this.#connection;
    const engine = this.#process;
    this.#connection = undefined;
    this.#process = undefined;
    await connection
      ?.stop()
      .catch((error: unknown) => this.#input.log.warn('The engine did not stop in order.', error));
    engine?.child.stdin.end();
    await engine?.finish(5_000);
  }

  /** While the engine starts a request waits for it; otherwise it is refused at once. */
  #ready(): Promise<EngineConnection> {
    return new Promise((resolve, reject) => {
      const decide = (state: EngineState): boolean => {
        if (state.state === 'running' && this.#connection !== undefined) resolve(this.#connection);
        else if (state.state !== 'stopped') return false;
        else reject(new UserFacingError(state.message ?? l10n.t('The Meshlens engine is not running.')));
        return true;
      };
      if (decide(this.#state)) return;
      const subscription = this.onDidChangeState((state) => {
        if (decide(state)) subscription.dispose();
      });
    });
  }

  #emit(method: string, params: unknown): void {
    for (const listener of this.#listeners.get(method) ?? []) {
      try {
        listener(params);
      } catch (error) {
        this.#input.log.error(`A listener of ${method} failed.`, error);
      }
    }
  }

  #setState(state: EngineState): void {
    this.#state = state;
    if (!this.#isDisposed) this.#states.fire(state);
  }
}

/** The language client is more than half of the bundle; it is evaluated after activation. */
async function loadLanguageClient(): Promise<{ createConnection: typeof createConnection }> {
  await new Promise((resolve) => setImmediate(resolve));
  return await import('./language-client.ts');
}

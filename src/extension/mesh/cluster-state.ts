import { EventEmitter } from 'vscode';
import type { ClusterStatus, KubeconfigSummary } from '../../shared/cluster.ts';
import { DisposableList, type Disposable } from '../disposables.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import type { ClusterChoice, ClusterMemory } from './cluster-memory.ts';

/** Contexts of the kubeconfig and the state of those that are chosen, as the engine last told them. */
export class ClusterState implements Disposable {
  readonly #engine: EngineClient;
  readonly #isTrusted: () => boolean;
  readonly #changes = new EventEmitter<void>();
  readonly #objects = new EventEmitter<string>();
  readonly #owned = new DisposableList();
  readonly #statuses = new Map<string, ClusterStatus>();
  #kubeconfig: KubeconfigSummary | undefined;

  readonly memory: ClusterMemory;
  /** The contexts, the choice or a status has changed. */
  readonly onDidChange = this.#changes.event;
  /** Fires with the context whose objects have changed, at most twice a second. */
  readonly onDidChangeObjects = this.#objects.event;

  constructor(
    engine: EngineClient,
    memory: ClusterMemory,
    isTrusted: () => boolean,
    onError: (error: unknown) => void,
  ) {
    this.#engine = engine;
    this.memory = memory;
    this.#isTrusted = isTrusted;
    this.#owned.add(this.#changes);
    this.#owned.add(this.#objects);
    this.#owned.add(engine.onNotification('mesh/clusterChanged', (status) => this.#set(status)));
    this.#owned.add(engine.onNotification('mesh/cluster/objectsChanged', ({ context }) => this.#objects.fire(context)));
    this.#owned.add(
      engine.onDidChangeState(({ state }) => {
        if (state === 'running') this.#reconnect().catch(onError);
        else if (state === 'stopped') this.#clear();
      }),
    );
  }

  /** Undefined while nobody has asked for it. */
  get kubeconfig(): KubeconfigSummary | undefined {
    return this.#kubeconfig;
  }

  get choices(): readonly ClusterChoice[] {
    return this.memory.choices;
  }

  /** In the order in which the contexts were chosen. */
  get statuses(): readonly ClusterStatus[] {
    return this.choices.flatMap(({ context }) => this.#statuses.get(context) ?? []);
  }

  /** Those whose objects can be seen now. */
  get usable(): readonly ClusterStatus[] {
    return this.statuses.filter(({ phase }) => phase === 'connected' || phase === 'degraded');
  }

  status(context: string): ClusterStatus | undefined {
    return this.#statuses.get(context);
  }

  /** Reads the kubeconfig anew. */
  async readContexts(): Promise<KubeconfigSummary> {
    const summary = await this.#engine.request('mesh/contexts', {});
    this.#kubeconfig = summary;
    this.#changes.fire();
    return summary;
  }

  /** Connects, or changes the namespaces of what is connected, and remembers it. */
  async connect(choice: ClusterChoice): Promise<void> {
    await this.memory.choose(choice);
    this.#changes.fire();
    await this.#connect(choice);
  }

  /** Ends the connection and forgets the choice. */
  async disconnect(context: string): Promise<void> {
    await this.memory.forget(context);
    this.#statuses.delete(context);
    this.#changes.fire();
    await this.#engine.request('mesh/cluster/disconnect', { context });
  }

  /** Begins anew, as after a change of the credentials. */
  async retry(context: string): Promise<void> {
    const choice = this.choices.find((one) => one.context === context) ?? { context, namespaces: [] };
    await this.#engine.request('mesh/cluster/disconnect', { context });
    await this.connect(choice);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #connect({ context, namespaces }: ClusterChoice): Promise<void> {
    const kubeconfig = this.#kubeconfig ?? (await this.readContexts());
    const command = kubeconfig.contexts.find(({ name }) => name === context)?.execCommand;
    const consent = command !== undefined && this.memory.allowedPrograms.includes(command);
    const params = { context, namespaces, ...(consent ? { consent } : {}) };
    this.#set(await this.#engine.request('mesh/cluster/connect', params));
  }

  async #reconnect(): Promise<void> {
    if (!this.#isTrusted()) return;
    // Nothing of clusters is touched where nobody has asked for one.
    if (this.#kubeconfig !== undefined || this.choices.length > 0) await this.readContexts();
    const known = new Set(this.#kubeconfig?.contexts.map(({ name }) => name));
    const outcomes = await Promise.allSettled(
      this.choices.filter(({ context }) => known.has(context)).map((choice) => this.#connect(choice)),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  #set(status: ClusterStatus): void {
    // A last word of what was disconnected meanwhile.
    if (this.choices.every(({ context }) => context !== status.context)) return;
    if (status.phase === 'disconnected') this.#statuses.delete(status.context);
    else this.#statuses.set(status.context, status);
    this.#changes.fire();
  }

  #clear(): void {
    if (this.#statuses.size === 0) return;
    this.#statuses.clear();
    this.#changes.fire();
  }
}

import type { ClusterStatus } from '../../../shared/cluster.ts';
import { DisposableList, type Disposable } from '../../disposables.ts';
import type { EngineClient } from '../../engine/engine-client.ts';

/** The contexts a panel may choose from, told to it whenever one of them changes. */
export class PanelClusters implements Disposable {
  readonly #engine: EngineClient;
  readonly #tell: (clusters: readonly ClusterStatus[]) => void;
  readonly #owned = new DisposableList();
  readonly #statuses = new Map<string, ClusterStatus>();

  constructor(engine: EngineClient, tell: (clusters: readonly ClusterStatus[]) => void) {
    this.#engine = engine;
    this.#tell = tell;
    this.#owned.add(engine.onNotification('mesh/clusterChanged', (status) => this.#set(status)));
    this.#owned.add(
      engine.onDidChangeState(({ state }) => {
        if (state === 'running') void this.tell();
      }),
    );
  }

  /** Reads them anew: for a page that has just been loaded, and after the engine was started again. */
  async tell(): Promise<void> {
    if (this.#engine.state.state !== 'running') return;
    try {
      const statuses = await this.#engine.request('mesh/cluster/status', {});
      this.#statuses.clear();
      for (const status of statuses) this.#statuses.set(status.context, status);
    } catch {
      // An engine that ends meanwhile is told of elsewhere; what is known stays.
    }
    this.#tell([...this.#statuses.values()]);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #set(status: ClusterStatus): void {
    if (status.phase === 'disconnected') this.#statuses.delete(status.context);
    else this.#statuses.set(status.context, status);
    this.#tell([...this.#statuses.values()]);
  }
}

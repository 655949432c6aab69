import { EventEmitter } from 'vscode';
import type { LocalMeshStatus } from '../../shared/local-mesh.ts';
import { DisposableList, type Disposable } from '../disposables.ts';
import type { EngineClient } from '../engine/engine-client.ts';

/** The last status of the local mesh that the engine told, or undefined while no engine has told any. */
export class MeshState implements Disposable {
  readonly #changes = new EventEmitter<LocalMeshStatus | undefined>();
  readonly #owned = new DisposableList();
  #status: LocalMeshStatus | undefined;

  readonly onDidChange = this.#changes.event;

  constructor(engine: EngineClient, onError: (error: unknown) => void) {
    this.#owned.add(this.#changes);
    this.#owned.add(engine.onNotification('mesh/localChanged', (status) => this.set(status)));
    this.#owned.add(
      engine.onDidChangeState(({ state }) => {
        if (state === 'running') engine.request('mesh/local/status', {}).then((status) => this.set(status), onError);
        // A restarting engine comes back with the same mesh: the old picture stays until then.
        if (state === 'stopped') this.set(undefined);
      }),
    );
  }

  get status(): LocalMeshStatus | undefined {
    return this.#status;
  }

  /** The mesh runs or is on its way there. */
  get isActive(): boolean {
    const phase = this.#status?.phase;
    return phase === 'running' || phase === 'starting' || phase === 'stopping';
  }

  /** Takes over a status, be it told by a notification or answered to a command. */
  set(status: LocalMeshStatus | undefined): void {
    if (status === undefined && this.#status === undefined) return;
    this.#status = status;
    this.#changes.fire(status);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

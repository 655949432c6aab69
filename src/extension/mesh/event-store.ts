import { EventEmitter } from 'vscode';
import type { MeshEvent } from '../../shared/mesh-event.ts';
import { DisposableList, type Disposable } from '../disposables.ts';
import type { EngineClient } from '../engine/engine-client.ts';

const keep = 500;

/** What happened in the mesh, newest first, across restarts of the engine; at most 500 events. */
export class EventStore implements Disposable {
  readonly #changes = new EventEmitter<MeshEvent | undefined>();
  readonly #owned = new DisposableList();
  #events: readonly MeshEvent[] = [];

  /** Fires with the new event, or with undefined when many came at once. */
  readonly onDidChange = this.#changes.event;

  constructor(engine: EngineClient, onError: (error: unknown) => void) {
    this.#owned.add(this.#changes);
    this.#owned.add(engine.onNotification('mesh/event', (event) => this.#take([event], event)));
    this.#owned.add(
      engine.onDidChangeState(({ state }) => {
        if (state !== 'running') return;
        engine.request('mesh/events', {}).then((events) => this.#take(events, undefined), onError);
      }),
    );
  }

  get events(): readonly MeshEvent[] {
    return this.#events;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Ids are unique within one run of the engine only, so the time belongs to the identity. */
  #take(added: readonly MeshEvent[], single: MeshEvent | undefined): void {
    const known = new Set(this.#events.map((event) => `${event.id} ${event.time}`));
    const fresh = added.filter((event) => !known.has(`${event.id} ${event.time}`));
    if (fresh.length === 0) return;
    this.#events = [...fresh, ...this.#events].sort((a, b) => b.time - a.time || b.id - a.id).slice(0, keep);
    this.#changes.fire(single);
  }
}

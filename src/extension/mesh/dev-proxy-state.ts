import { EventEmitter } from 'vscode';
import { stoppedDevProxy, type DevProxyParams, type DevProxyStatus } from '../../shared/dev-proxy.ts';
import { DisposableList, type Disposable } from '../disposables.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import type { ClusterState } from './cluster-state.ts';

/** The dev proxy: what it was asked for and what it says of itself. */
export class DevProxyState implements Disposable {
  readonly #engine: EngineClient;
  readonly #changes = new EventEmitter<DevProxyStatus>();
  readonly #owned = new DisposableList();
  #status: DevProxyStatus = stoppedDevProxy;
  #params: DevProxyParams | undefined;

  readonly onDidChange = this.#changes.event;

  constructor(engine: EngineClient, clusters: ClusterState, onError: (error: unknown) => void) {
    this.#engine = engine;
    this.#owned.add(this.#changes);
    this.#owned.add(engine.onNotification('mesh/devProxyChanged', (status) => this.#set(status)));
    let isLost = false;
    this.#owned.add(
      engine.onDidChangeState(({ state }) => {
        if (state === 'restarting') isLost = this.isActive;
        if (state === 'restarting' || state === 'stopped') this.#set(stoppedDevProxy);
      }),
    );
    // An engine that comes back brings back its proxy, at the port that terminals already know.
    this.#owned.add(
      clusters.onDidChange(() => {
        const params = this.#params;
        if (!isLost || params === undefined) return;
        if (clusters.usable.every(({ context }) => context !== params.context)) return;
        isLost = false;
        this.start(params).catch(onError);
      }),
    );
  }

  get status(): DevProxyStatus {
    return this.#status;
  }

  /** What it was started with last; undefined before the first time. */
  get params(): DevProxyParams | undefined {
    return this.#params;
  }

  get isActive(): boolean {
    return this.#status.phase !== 'stopped';
  }

  /** Starts it, or changes what it does while it runs. */
  async start(params: DevProxyParams): Promise<DevProxyStatus> {
    this.#params = params;
    this.#set(await this.#engine.request('mesh/devProxy/start', params));
    const port = portOf(this.#status.address);
    if (port !== undefined) this.#params = { ...params, port };
    return this.#status;
  }

  async stop(): Promise<void> {
    this.#set(await this.#engine.request('mesh/devProxy/stop', {}));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #set(status: DevProxyStatus): void {
    this.#status = status;
    this.#changes.fire(status);
  }
}

function portOf(address: string | undefined): number | undefined {
  const port = Number(/:(\d+)\/?$/.exec(address ?? '')?.[1]);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

import { EventEmitter } from 'vscode';
import type { TopologyParams } from '../../shared/engine-protocol.ts';
import type { Health } from '../../shared/health.ts';
import type { TopologyDelta, TopologyGraph, TopologyNode } from '../../shared/topology.ts';
import { DisposableList, type Disposable } from '../disposables.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import type { MeshState } from './mesh-state.ts';
import { worstNode } from './worst-node.ts';

/** The view of everything, which the status bar sums up. */
const wholeMesh: TopologyParams = { source: 'local', graphType: 'versionedApp', window: 30 };

/**
 * The one topology subscription of the connection. The panel decides what is subscribed while it is shown; otherwise the
 * whole mesh is, for the status bar.
 */
export class TopologyFeed implements Disposable {
  readonly #engine: EngineClient;
  readonly #deltas = new EventEmitter<TopologyDelta>();
  readonly #healthChanges = new EventEmitter<void>();
  readonly #owned = new DisposableList();
  readonly #watch: () => void;
  readonly #nodes = new Map<string, TopologyNode>();
  #worst: TopologyNode | undefined;
  #isAttached = false;
  /** What is subscribed without a panel belongs to this run of the mesh. */
  #isWatching = false;

  readonly onDelta = this.#deltas.event;
  /** The node in the worst health, or the reason it is in, has changed. */
  readonly onDidChangeWorst = this.#healthChanges.event;

  constructor(engine: EngineClient, mesh: MeshState, onError: (error: unknown) => void) {
    this.#engine = engine;
    const watch = (): void => {
      if (this.#isAttached || this.#isWatching || mesh.status?.phase !== 'running') return;
      if (engine.state.state !== 'running') return;
      this.#isWatching = true;
      this.#take(wholeMesh).catch(onError);
    };
    this.#watch = watch;
    this.#owned.add(mesh.onDidChange(watch));
    this.#owned.add(this.#deltas);
    this.#owned.add(this.#healthChanges);
    this.#owned.add(engine.onNotification('mesh/topologyChanged', (delta) => this.#apply(delta)));
    this.#owned.add(
      engine.onDidChangeState(({ state }) => {
        if (state === 'running') watch();
        else if (state !== 'starting') this.#clear();
      }),
    );
  }

  /** The node that most needs attention; undefined where nothing is known. */
  get worst(): { readonly label: string; readonly health: Health; readonly reason: string } | undefined {
    const node = this.#worst;
    if (node === undefined) return undefined;
    const label = node.app !== undefined && node.version !== undefined ? `${node.app} ${node.version}` : node.label;
    return { label, ...node.health };
  }

  /** The panel's view: from now on deltas belong to it. */
  subscribe(params: TopologyParams): Promise<TopologyGraph> {
    this.#isAttached = true;
    return this.#take(params);
  }

  /** The panel is hidden or closed. */
  release(): void {
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#isWatching = false;
    this.#watch();
  }

  /** Id of the node that stands for a workload or, failing that, for a service; undefined where none is known. */
  findNode(what: {
    readonly namespace?: string;
    readonly workload?: string;
    readonly service?: string;
  }): string | undefined {
    const nodes = [...this.#nodes.values()].filter(
      (node) => what.namespace === undefined || node.namespace === what.namespace,
    );
    const byWorkload = what.workload === undefined ? undefined : nodes.find((node) => node.workload === what.workload);
    const byService =
      what.service === undefined
        ? undefined
        : nodes.find((node) => node.service === what.service || node.app === what.service);
    return (byWorkload ?? byService)?.id;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #take(params: TopologyParams): Promise<TopologyGraph> {
    const graph = await this.#engine.request('mesh/topology/subscribe', params);
    this.#nodes.clear();
    for (const node of graph.nodes) this.#nodes.set(node.id, node);
    this.#weigh();
    return graph;
  }

  #apply(delta: TopologyDelta): void {
    for (const id of delta.removed.nodes) this.#nodes.delete(id);
    for (const node of delta.nodes) this.#nodes.set(node.id, node);
    this.#deltas.fire(delta);
    this.#weigh();
  }

  #clear(): void {
    this.#isWatching = false;
    this.#nodes.clear();
    this.#weigh();
  }

  #weigh(): void {
    const worst = worstNode(this.#nodes.values());
    const isSame =
      worst?.id === this.#worst?.id &&
      worst?.health.health === this.#worst?.health.health &&
      worst?.health.reason === this.#worst?.health.reason;
    this.#worst = worst;
    if (!isSame) this.#healthChanges.fire();
  }
}

import type { HostToPanel, PanelShow, PanelSource, PanelState } from '../../shared/panel-protocol.ts';
import type { GraphType, TopologyDelta, TopologyGraph } from '../../shared/topology.ts';
import { applyDelta } from '../../shared/topology-delta.ts';
import { healthChanges } from '../view-model/health-changes.ts';
import { omit } from '../view-model/omit.ts';
import { staleAfter } from '../view-model/panel-condition.ts';
import type { EditorApi } from './host-connection.ts';
import { HostConnection } from './host-connection.ts';
import type { PanelData } from './panel-data.ts';
import { initialData, keptEvents, withEvent } from './panel-data.ts';

export interface Subscription extends PanelSource {
  readonly graphType: GraphType;
  readonly window: number;
  readonly namespaces: readonly string[];
}

/** What the store tells the panel beside new data. */
export interface StoreEvents {
  readonly onChange: () => void;
  /** The first message of the extension, with the state it kept for this panel. */
  readonly onInit: (state: PanelState | undefined) => void;
  readonly onShow: (show: PanelShow) => void;
  /** A sentence for the live region. */
  readonly onAnnounce: (sentence: string) => void;
}

/** Holds what the extension says and keeps the subscription alive: a gap, a silence or a new engine asks anew. */
export class PanelStore {
  readonly connection: HostConnection;
  readonly #events: StoreEvents;
  #data: PanelData = initialData;
  #subscription: Subscription | undefined;
  /** Grows with every subscription, so that a late answer to an older one is dropped. */
  #round = 0;
  #asking = false;
  #askedAt = 0;
  #isInitialised = false;

  constructor(api: EditorApi, events: StoreEvents) {
    this.#events = events;
    this.connection = new HostConnection(api, (message) => this.#receive(message));
  }

  get data(): PanelData {
    return this.#data;
  }

  start(): void {
    this.connection.ready();
  }

  /** Asks for the graph from now on in this form. */
  subscribe(subscription: Subscription): void {
    this.#subscription = subscription;
    const { source, contexts } = subscription;
    const { of } = this.#data;
    if (of.source !== source || of.contexts.join('\n') !== contexts.join('\n')) {
      // What is shown belongs to another mesh.
      this.#data = { ...omit(this.#data, 'graph', 'heardAt', 'problem'), of: { source, contexts } };
      this.#events.onChange();
    }
    void this.#ask();
  }

  /** Called every second: asks again where nothing was heard for long. An idle mesh sends nothing of itself. */
  tick(now: number): void {
    const { heardAt, engine } = this.#data;
    const silence = now - Math.max(heardAt ?? 0, this.#askedAt);
    if (engine.state === 'running' && silence > staleAfter - 1000) void this.#ask();
  }

  retry(): void {
    void this.#ask();
    void this.#readStatus();
  }

  async #ask(): Promise<void> {
    if (this.#subscription === undefined || !this.#isInitialised) return;
    const round = ++this.#round;
    this.#asking = true;
    this.#askedAt = performance.now();
    try {
      const graph = await this.connection.request('subscribe', this.#subscription);
      if (round === this.#round) this.#take(graph);
    } catch (error) {
      if (round === this.#round) this.#change({ problem: messageOf(error) });
    } finally {
      if (round === this.#round) this.#asking = false;
    }
  }

  async #readStatus(): Promise<void> {
    const [status, events] = await Promise.allSettled([
      this.connection.request('status', {}),
      this.connection.request('events', {}),
    ]);
    this.#change({
      ...(status.status === 'fulfilled' ? { status: status.value } : {}),
      ...(events.status === 'fulfilled'
        ? { events: [...events.value].sort((a, b) => b.time - a.time || b.id - a.id).slice(0, keptEvents) }
        : {}),
    });
  }

  #receive(message: Exclude<HostToPanel, { type: 'answer' | 'failure' }> | HostToPanel): void {
    switch (message.type) {
      case 'init':
        this.#isInitialised = true;
        this.#events.onInit(message.state);
        if (message.show !== undefined) this.#events.onShow(message.show);
        void this.#readStatus();
        return;
      case 'topology':
        this.#applyDelta(message.delta);
        return;
      case 'status':
        this.#change({ status: message.status });
        return;
      case 'clusters':
        this.#change({ clusters: message.clusters });
        return;
      case 'event':
        if (message.event.severity === 'error') this.#events.onAnnounce(message.event.message);
        this.#change({ events: withEvent(this.#data.events, message.event) });
        return;
      case 'engine':
        this.#changeEngine(message.state, message.message);
        return;
      case 'show':
        this.#events.onShow(message);
        return;
      case 'answer':
      case 'failure':
        return;
    }
  }

  #changeEngine(state: PanelData['engine']['state'], text: string | undefined): void {
    const before = this.#data.engine.state;
    this.#change({ engine: { state, ...(text === undefined ? {} : { message: text }) } });
    if (state === before) return;
    if (before === 'restarting') this.#events.onAnnounce('The engine is back.');
    if (state === 'restarting') this.#events.onAnnounce('The engine is restarting.');
    if (state !== 'running') return;
    // A new engine counts versions from its own start: only a whole graph will do.
    void this.#ask();
    void this.#readStatus();
  }

  #applyDelta(delta: TopologyDelta): void {
    const { graph } = this.#data;
    // Until the first whole graph has come there is nothing to apply to; it will include this change.
    if (graph === undefined || this.#asking) return;
    if (delta.to <= graph.version) return;
    const next = applyDelta(graph, delta);
    if (next === undefined) void this.#ask();
    else this.#take(next);
  }

  #take(graph: TopologyGraph): void {
    for (const sentence of healthChanges(this.#data.graph, graph)) this.#events.onAnnounce(sentence);
    const rest = omit(this.#data, 'problem');
    const engine = rest.engine.state === 'starting' ? { state: 'running' as const } : rest.engine;
    this.#data = { ...rest, engine, graph, heardAt: performance.now() };
    this.#events.onChange();
  }

  #change(change: Partial<PanelData>): void {
    this.#data = { ...this.#data, ...change };
    this.#events.onChange();
  }

  dispose(): void {
    this.connection.dispose();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ServedResource } from '../resources/served-resource.ts';
import { KubeFailure, type KubeTransport } from '../transport/kube-transport.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import { ChangeBatch, identityOf } from './change-batch.ts';
import type { Clock, Timer } from './clock.ts';
import { forbiddenWords, wordsOf } from './failure-words.ts';
import { listPages } from './paged-list.ts';
import type { Reachability } from './reachability.ts';
import { Refusal } from './refusal.ts';
import type { ReflectorSink, ReflectorState, ReflectorTarget } from './target.ts';
import type { WatchEvent } from './watch-events.ts';
import { followWatch } from './watch-stream.ts';
import { WholeObjects } from './whole-objects.ts';
import type { WorkSlices } from '../../../work-slices.ts';

export interface ReflectorLimits {
  readonly backoff: BackoffLimits;
  /** More would come in bursts that hold the event loop; fewer cost round trips. */
  readonly pageSize: number;
  /** Bookmarks come once a minute. */
  readonly silenceMs: number;
  /** A watch that lived this long works. */
  readonly healthyMs: number;
  /** What waits for a server to come back does not come all at once. */
  readonly spreadMs: number;
}

export const usualReflectorLimits: ReflectorLimits = {
  backoff: { firstMs: 250, slowestMs: 3500, patientMs: 30_000, patienceMs: 120_000 },
  pageSize: 250,
  silenceMs: 100_000,
  healthyMs: 2000,
  spreadMs: 300,
};

/** What the reflectors of one server know together. */
export interface ReflectorContext {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly slices: WorkSlices;
  readonly reachability: Pick<
    Reachability,
    'trouble' | 'era' | 'heard' | 'suspect' | 'doubt' | 'isCleared' | 'isOutdated'
  >;
  readonly limits: ReflectorLimits;
  /** A definition of it is known to be there: a server that does not serve it is about to. */
  readonly isDefined: (resource: ServedResource) => boolean;
  /** Objects of busy kinds are asked for in protobuf; off once what came so could not be read. */
  prefersProtobuf: boolean;
  /** Lists come as a watch that begins with what is there (Kubernetes 1.32); off once the server refused one. */
  streamsLists: boolean;
}

const notNow = Number.POSITIVE_INFINITY;

/**
 * Keeps a sink equal to what the server has of one target: lists, watches, and begins again whatever happens. One object is
 * one life: after `stop` it delivers nothing, and it cannot be started twice.
 */
export class Reflector {
  readonly target: ReflectorTarget;
  readonly #context: ReflectorContext;
  readonly #sink: ReflectorSink;
  readonly #onState: (state: ReflectorState) => void;
  readonly #backoff: Backoff;
  readonly #whole: WholeObjects;
  #state: ReflectorState = { state: 'listing' };
  #isStarted = false;
  #isStopped = false;
  #attempt: AbortController | undefined;
  #wake: (() => void) | undefined;
  #healthy: Timer | undefined;
  /** Where the next watch begins; undefined: with a list. */
  #resourceVersion: string | undefined;
  /** Lists that ended with 410 or stayed without an end since the last that worked. */
  #spoiltLists = 0;
  /** Answers of 410 since a watch was healthy. */
  #expired = 0;
  /** Answers of 403 since the last other one. */
  #refusals = 0;
  #heardInEra = -1;
  #verb: 'list' | 'watch' = 'list';

  constructor(
    target: ReflectorTarget,
    context: ReflectorContext,
    sink: ReflectorSink,
    onState: (state: ReflectorState) => void,
  ) {
    this.target = target;
    this.#context = context;
    this.#sink = sink;
    this.#onState = onState;
    this.#backoff = new Backoff(context.clock, context.limits.backoff);
    this.#whole = new WholeObjects(context.transport, target);
  }

  get state(): ReflectorState {
    return this.#state;
  }

  start(): void {
    if (this.#isStarted || this.#isStopped) return;
    this.#isStarted = true;
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#healthy?.cancel();
    this.#attempt?.abort();
    this.#wake?.();
  }

  /** Tries now what it waits to try. */
  retry(): void {
    this.#wake?.();
  }

  /** Begins anew where nothing was heard in this era, from where it was; tries soon what it waits to try. */
  renew(): void {
    if (this.#wake) {
      const wake = this.#wake;
      if (this.#state.state === 'forbidden' || this.#state.state === 'absent') return;
      this.#context.clock.setTimer(wake, this.#context.limits.spreadMs * this.#context.clock.random());
    } else if (this.#heardInEra < this.#context.reachability.era) {
      this.#attempt?.abort();
    }
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const attempt = new AbortController();
      this.#attempt = attempt;
      let pause: number;
      try {
        await this.#follow(attempt.signal);
        pause = this.#ended();
      } catch (error) {
        pause = attempt.signal.aborted ? 0 : this.#failed(error);
      }
      this.#healthy?.cancel();
      attempt.abort();
      this.#attempt = undefined;
      if (!this.#isStopped && pause > 0) await this.#sleep(pause);
    }
  }

  async #sleep(ms: number): Promise<void> {
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms === notNow) return;
      timer = this.#context.clock.setTimer(() => {
        // While the server is away, its return is what is waited for.
        if (!this.#context.reachability.trouble) resolve();
      }, ms);
    });
    this.#wake = undefined;
    timer?.cancel();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const mayStream = this.#context.streamsLists && this.#spoiltLists < 2;
    if (this.#resourceVersion === undefined && !mayStream) await this.#list(signal);
    if (signal.aborted) return;
    await this.#watch(signal);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { transport, slices, limits } = this.#context;
    this.#verb = 'list';
    const all: MeshObject[] = [];
    const resourceVersion = await listPages({
      transport,
      target: this.target,
      slices,
      signal,
      prefersProtobuf: this.#context.prefersProtobuf,
      // A server that compacts faster than it is read is asked for everything at once.
      pageSize: this.#spoiltLists > 0 ? undefined : limits.pageSize,
      onPage: async (objects) => {
        this.#heard();
        const completed = await this.#whole.complete(objects, signal);
        if (signal.aborted) return;
        // Seen at once; what is gone is found when all are known.
        this.#sink.put(completed);
        for (const object of completed) all.push(object);
      },
    });
    if (signal.aborted) return;
    this.#sink.replace(all);
    this.#listed(resourceVersion);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { transport, slices, clock, limits } = this.#context;
    const initial = this.#resourceVersion === undefined ? new Map<string, MeshObject>() : undefined;
    this.#verb = 'watch';
    const initialList = { objects: initial };
    const end = await followWatch({
      transport,
      target: this.target,
      slices,
      clock,
      signal,
      resourceVersion: this.#resourceVersion,
      prefersProtobuf: this.#context.prefersProtobuf,
      silenceMs: limits.silenceMs,
      onOpen: () => {
        if (!initial) this.#expectHealth();
      },
      onHeard: () => this.#heard(),
      onEvents: (events) => this.#apply(events, initialList, signal),
    });
    if (initialList.objects && !signal.aborted) {
      // The list did not end: a server, or something before it, that cannot stream lists.
      this.#spoiltLists++;
      throw new KubeFailure('protocol', 'The API server ended a list before all of it was sent.');
    }
    // Nothing is wrong where nothing happened for long; but whether the way still leads anywhere is not known.
    if (end === 'silent') this.#context.reachability.suspect();
  }

  async #apply(
    events: readonly WatchEvent[],
    list: { objects: Map<string, MeshObject> | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    let batch = new ChangeBatch();
    const flush = async (): Promise<void> => {
      const completed = await this.#whole.complete(batch.objects, signal);
      if (signal.aborted) return;
      if (this.target.kind.whole) for (const object of completed) batch.enrich(object);
      batch.applyTo(this.#sink);
      for (const object of completed) list.objects?.set(identityOf(object), object);
      batch = new ChangeBatch();
    };
    let reached: string | undefined;
    for (const event of events) {
      switch (event.type) {
        case 'put':
          batch.put(event.object);
          reached = event.resourceVersion ?? reached;
          break;
        case 'remove':
          batch.remove(event.object);
          this.#whole.forget(event.object);
          list.objects?.delete(identityOf(event.object));
          reached = event.resourceVersion ?? reached;
          break;
        case 'bookmark':
          reached = event.resourceVersion ?? reached;
          if (event.isInitialEnd && list.objects) {
            await flush();
            if (signal.aborted) return;
            this.#sink.replace([...list.objects.values()]);
            list.objects = undefined;
            if (reached !== undefined) this.#listed(reached);
            this.#expectHealth();
          }
          break;
        case 'error':
          await flush();
          if (!signal.aborted && !list.objects && reached !== undefined) this.#resourceVersion = reached;
          throw event.refusal;
      }
    }
    await flush();
    // Only what was applied counts as seen: a watch that is begun again must send the rest once more.
    if (!signal.aborted && !list.objects && reached !== undefined) this.#resourceVersion = reached;
  }

  #heard(): void {
    this.#heardInEra = this.#context.reachability.era;
    this.#context.reachability.heard();
  }

  #listed(resourceVersion: string): void {
    this.#resourceVersion = resourceVersion;
    this.#spoiltLists = 0;
    this.#refusals = 0;
    if (this.#backoff.failures === 0 || this.#state.state !== 'retrying') this.#setState({ state: 'synced' });
  }

  #expectHealth(): void {
    this.#refusals = 0;
    this.#healthy?.cancel();
    if (this.#backoff.failures === 0) this.#setState({ state: 'synced' });
    this.#healthy = this.#context.clock.setTimer(() => {
      this.#backoff.reset();
      this.#expired = 0;
      this.#setState({ state: 'synced' });
    }, this.#context.limits.healthyMs);
  }

  /** The server ended the watch in good order, which it does every few minutes. */
  #ended(): number {
    // One that it ends at once is asked for again less and less often.
    return this.#backoff.failures === 0
      ? this.#backoff.next()
      : this.#failed(new KubeFailure('unreachable', 'The API server ends the watch at once.'));
  }

  #failed(error: unknown): number {
    if (error instanceof Refusal) return this.#refused(error);
    const isInitial = this.#resourceVersion === undefined;
    const pause = this.#backoff.next();
    const isConnection = error instanceof KubeFailure && error.reason !== 'too-large' && error.reason !== 'protocol';
    // Something between here and the server may speak JSON only.
    if (error instanceof KubeFailure && error.reason === 'protocol' && this.#backoff.failures > 1)
      this.#context.prefersProtobuf = false;
    // What cannot be read from here again and again may be readable as a list.
    if (!isConnection && (this.#backoff.failures > 2 || !(error instanceof KubeFailure)))
      this.#resourceVersion = undefined;
    // Connections break every day, and if the server is gone it is said for all kinds at once.
    const quiet = isConnection ? 2 : isInitial ? 0 : 1;
    if (this.#backoff.failures > quiet) this.#retrying(wordsOf(error, this.target), isConnection);
    if (isConnection) this.#context.reachability.suspect();
    return pause;
  }

  #refused(refusal: Refusal): number {
    const { status, retryAfterMs = 0 } = refusal;
    const isInitial = this.#resourceVersion === undefined;
    switch (status) {
      case 410:
        this.#resourceVersion = undefined;
        if (isInitial) this.#spoiltLists++;
        // It happens to everybody who was away for some minutes.
        return this.#expired++ === 0 ? 0 : this.#complain(refusal);
      case 403:
        this.#refusals++;
        // One refusal may be an authorizer that has hiccups; two are believed, and what may not be read is not shown.
        if (this.#refusals > 1) this.#forget();
        this.#setState({ state: 'forbidden', verb: this.#verb, message: forbiddenWords(this.target, this.#verb) });
        return notNow;
      case 404:
        // A server that was started a moment ago does not serve all yet that is defined.
        if (this.#context.isDefined(this.target.resource)) return this.#complain(refusal);
        this.#forget();
        this.#setState({ state: 'absent' });
        // Who knows better ends this reflector; where nobody does, the kind may be served again.
        return this.#backoff.next();
      case 400:
      case 422:
        if (isInitial && this.#context.streamsLists) {
          this.#context.streamsLists = false;
          return 0;
        }
        return this.#complain(refusal);
      default:
        return Math.max(retryAfterMs, this.#complain(refusal));
    }
  }

  #complain(refusal: Refusal): number {
    const pause = this.#backoff.next();
    const mayBeServer = refusal.status === 401 || refusal.status >= 500;
    this.#retrying(wordsOf(refusal, this.target), mayBeServer);
    if (mayBeServer) this.#context.reachability.suspect();
    return pause;
  }

  #forget(): void {
    this.#resourceVersion = undefined;
    if (!this.#isStopped) this.#sink.replace([]);
  }

  #retrying(message: string, mayBeServer: boolean): void {
    const { reachability } = this.#context;
    const before = this.#state.doubt;
    // A doubt that is older is cleared earlier; one of an earlier trouble says nothing.
    const doubt = before !== undefined && !reachability.isOutdated(before) ? before : reachability.doubt();
    this.#setState({ state: 'retrying', message, ...(mayBeServer && { doubt }) });
  }

  #setState(state: ReflectorState): void {
    if (this.#isStopped) return;
    const { state: before, message, doubt } = this.#state;
    if (state.state === before && state.message === message && state.doubt === doubt) return;
    this.#state = state;
    this.#onState(state);
  }
}

import type { DevProxyParams, DevProxyStatus } from '../../shared/dev-proxy.ts';
import { stoppedDevProxy } from '../../shared/dev-proxy.ts';
import { sentence } from '../../shared/sentence.ts';
import type { ConnectionPhase } from '../../shared/cluster.ts';
import type { DataPlane } from '../dataplane/data-plane.ts';
import { EmbeddedDataPlane } from '../dataplane/embedded-data-plane.ts';
import type { Tunnels } from '../dataplane/tunnels/tunnels.ts';
import type { DevProxyCluster } from './dev-proxy-cluster.ts';
import { DevProxyError } from './dev-proxy-cluster.ts';
import { DevProxyRun, defaultTiming, type DevProxyRunOptions, type DevProxyTiming } from './dev-proxy-run.ts';

export interface DevProxyOptions extends Omit<
  DevProxyRunOptions,
  'cluster' | 'tunnels' | 'dataPlane' | 'timing' | 'onChange'
> {
  /** Connects the context where it is not, with these namespaces at least. Rejects in words for people. */
  readonly openCluster: (context: string, namespaces: readonly string[]) => Promise<DevProxyCluster>;
  /** Ways into pods; their owner ends them. */
  readonly tunnels: () => Tunnels;
  /** Listeners are opened for a trusted workspace only. */
  readonly isTrusted: () => boolean;
  readonly onStatus: (status: DevProxyStatus) => void;
  /** For tests. */
  readonly timing?: Partial<DevProxyTiming>;
  readonly createDataPlane?: () => DataPlane;
}

/** How long a start waits for the cluster's objects. */
const patienceMs = 30_000;
/** Many things change in one moment; one status tells of them all. */
const tellMs = 50;

const usable: ReadonlySet<ConnectionPhase> = new Set(['connected', 'degraded']);
const hopeless: ReadonlySet<ConnectionPhase> = new Set(['failed', 'unauthorized', 'needs-consent']);

/** The proxy through which programs on the laptop call services of a cluster, running or not. */
export class DevProxy {
  readonly #options: DevProxyOptions;
  #phase: DevProxyStatus['phase'] = 'stopped';
  #run: DevProxyRun | undefined;
  #params: DevProxyParams | undefined;
  #message: string | undefined;
  #lastPort = 0;
  /** Starts and stops, one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #starting: AbortController | undefined;
  #telling: NodeJS.Timeout | undefined;

  constructor(options: DevProxyOptions) {
    this.#options = options;
  }

  get status(): DevProxyStatus {
    if (this.#run) return this.#run.status(this.#phase);
    const message = this.#message === undefined ? {} : { message: this.#message };
    if (this.#phase === 'stopped' || !this.#params) return { ...stoppedDevProxy, ...message };
    const { context, namespaces, includeUnsaved = false, standIns = [] } = this.#params;
    return { ...stoppedDevProxy, phase: this.#phase, context, namespaces, includeUnsaved, standIns, ...message };
  }

  /** Starts it, or anew with other parameters, on the same port where that is free. Rejects in words for people. */
  start(params: DevProxyParams): Promise<DevProxyStatus> {
    this.#starting?.abort();
    return this.#inTurn(() => this.#start(params));
  }

  stop(): Promise<DevProxyStatus> {
    this.#starting?.abort();
    return this.#inTurn(() => this.#end());
  }

  /** Texts of the workspace changed, saved or not. */
  workspaceChanged(): void {
    this.#run?.reconcileSoon();
  }

  /** The mesh settings of the person changed. */
  settingsChanged(): void {
    this.#run?.reconcileSoon();
  }

  async dispose(): Promise<void> {
    await this.stop();
    clearTimeout(this.#telling);
  }

  async #start(params: DevProxyParams): Promise<void> {
    if (!this.#options.isTrusted())
      throw new DevProxyError(
        'This workspace is not trusted: no port is opened for it. Trust it, then start the dev proxy again.',
      );
    if (this.#run?.canBecome(params)) {
      // Its namespaces may be others.
      await this.#options.openCluster(params.context, params.namespaces);
      await this.#run.become(params);
      this.#params = params;
      this.#tellSoon();
      return;
    }
    await this.#end();
    const abort = new AbortController();
    this.#starting = abort;
    this.#params = params;
    this.#set('starting');
    try {
      const cluster = await this.#options.openCluster(params.context, params.namespaces);
      await untilUsable(cluster, AbortSignal.any([abort.signal, AbortSignal.timeout(patienceMs)]));
      this.#run = await this.#open(params, cluster);
      this.#lastPort = this.#run.port;
      this.#set('running');
    } catch (error) {
      if (abort.signal.aborted) {
        this.#set('stopped');
        return;
      }
      const message = sentence(error instanceof Error ? error.message : String(error));
      this.#set('stopped', message);
      throw error instanceof DevProxyError ? error : new DevProxyError(message);
    } finally {
      this.#starting = undefined;
    }
  }

  async #open(params: DevProxyParams, cluster: DevProxyCluster): Promise<DevProxyRun> {
    const { tunnels, timing, createDataPlane } = this.#options;
    const start = (port: number): Promise<DevProxyRun> =>
      DevProxyRun.start(
        { ...params, port },
        {
          ...this.#options,
          cluster,
          tunnels: tunnels(),
          dataPlane: (createDataPlane ?? (() => new EmbeddedDataPlane()))(),
          timing: { ...defaultTiming, ...timing },
          onChange: () => this.#tellSoon(),
        },
      );
    const wished = params.port ?? 0;
    if (wished > 0 || this.#lastPort === 0) return start(wished);
    // A port somebody else took since then is no reason not to start: nobody asked for that one.
    return start(this.#lastPort).catch(() => start(0));
  }

  async #end(): Promise<void> {
    const run = this.#run;
    if (run) {
      this.#set('stopping');
      await run.close();
      this.#run = undefined;
    }
    this.#set('stopped');
  }

  async #inTurn(work: () => Promise<void>): Promise<DevProxyStatus> {
    const turn = this.#work.then(work);
    this.#work = turn.catch(() => undefined);
    await turn;
    return this.status;
  }

  #set(phase: DevProxyStatus['phase'], message?: string): void {
    this.#phase = phase;
    this.#message = message;
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#options.onStatus(this.status);
    }, tellMs);
  }
}

/** Resolves when the cluster's objects are there; rejects in words where they will not be, or not in time. */
async function untilUsable(cluster: DevProxyCluster, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (done: () => void): void => {
      subscription.dispose();
      signal.removeEventListener('abort', onAbort);
      done();
    };
    const look = (): void => {
      const { phase, message } = cluster.status;
      if (usable.has(phase)) settle(resolve);
      else if (hopeless.has(phase))
        settle(() => reject(new DevProxyError(message ?? `The context ${cluster.context} cannot be connected.`)));
    };
    const onAbort = (): void => {
      const { message } = cluster.status;
      const because = message === undefined ? '' : ` ${sentence(message)}`;
      settle(() =>
        reject(
          new DevProxyError(`The cluster ${cluster.context} did not answer in time.${because} Try again when it does.`),
        ),
      );
    };
    const subscription = cluster.onStatus(look);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else look();
  });
}

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type {
  ClusterAction,
  ClusterExecution,
  ClusterObjectText,
  ClusterPlan,
  ClusterStatus,
  ClusterTree,
  ConnectionPhase,
  KubeconfigSummary,
  ProxyStatus,
} from '../../shared/cluster.ts';
import type { ResourceRef, SourceRef } from '../../shared/resource.ts';
import type { PodDialer, Tunnels } from '../dataplane/tunnels/tunnels.ts';
import type { ReadDocument } from '../discovery/kubernetes/changes/desired-objects.ts';
import { PlanError } from '../discovery/kubernetes/changes/prepared-plan.ts';
import type { Kubeconfig, ResolvedContext } from '../discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import type { OpenPodTunnel } from '../discovery/kubernetes/proxies/pod-http.ts';
import { KubeSession } from '../discovery/kubernetes/session/kube-session.ts';
import type { KubeTransport } from '../discovery/kubernetes/transport/kube-transport.ts';
import { ClusterConnection } from './cluster-connection.ts';

export interface ClustersOptions {
  readonly loadKubeconfig: () => Promise<Kubeconfig>;
  /** Tells when the files of a kubeconfig have changed. */
  readonly watchKubeconfig: (kubeconfig: Kubeconfig, onChange: () => void) => { dispose(): void };
  /** `consent`: a person agreed that the program of the context's user is run. */
  readonly openTransport: (kubeconfig: Kubeconfig, context: string, consent: boolean) => KubeTransport;
  readonly createTunnels: (dial: PodDialer) => Tunnels;
  /** Address of a Prometheus for all clusters; empty: each has its own. */
  readonly prometheus: () => string;
  readonly readDocuments: (text: string) => readonly ReadDocument[];
  readonly bookinfo: () => Promise<string>;
  /** Where the workspace declares an object; undefined where it does not. */
  readonly locate: (ref: ResourceRef) => SourceRef | undefined;
  /** Grows with every change of what `locate` answers from. */
  readonly workspaceRevision: () => number;
  readonly onStatus: (status: ClusterStatus) => void;
  readonly onObjects: (context: string) => void;
  readonly now?: () => number;
}

/** A question about a cluster that cannot be answered as things are; the message is for people and says what to do. */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';
}

/** A context that cannot be read as things are; the message says why and what to do. */
export class ClusterUnavailable extends ClusterError {
  readonly phase: ConnectionPhase;

  constructor({ context, phase, message }: Pick<ClusterStatus, 'context' | 'phase' | 'message'>) {
    super(message ?? `The context ${context} is ${phase}.`);
    this.phase = phase;
  }
}

interface Origin {
  readonly resolved: ResolvedContext | undefined;
  readonly consent: boolean;
}

interface Waiting {
  readonly namespaces: readonly string[];
  readonly status: ClusterStatus;
}

/** Every context that is connected, and the ways into them. Several make one model: of equal names the first connected counts. */
export class Clusters {
  readonly #options: ClustersOptions;
  readonly #now: () => number;
  /** In the order of connecting. */
  readonly #connections = new Map<string, ClusterConnection>();
  /** Contexts that were asked for and cannot be connected as things are. */
  readonly #waiting = new Map<string, Waiting>();
  /** Connecting and disconnecting of one context, one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** What the connections were made of. */
  readonly #origins = new Map<string, Origin>();
  #watched: { dispose(): void } | undefined;
  #tunnels: Tunnels | undefined;

  constructor(options: ClustersOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async contexts(): Promise<KubeconfigSummary> {
    return (await this.#options.loadKubeconfig()).summary;
  }

  /** In the order of connecting. */
  get connections(): readonly ClusterConnection[] {
    return [...this.#connections.values()];
  }

  get statuses(): readonly ClusterStatus[] {
    return [
      ...this.connections.map(({ status }) => status),
      ...[...this.#waiting.values()].map(({ status }) => status),
    ];
  }

  /** Ways into pods of every connected context. They start their thread when the first is opened. */
  get tunnels(): Tunnels {
    return (this.#tunnels ??= this.#options.createTunnels((target, refused) => {
      const { namespace, pod, port } = target;
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
      return this.connection(target.context).session.transport.webSocket(path, { ports: port }, refused);
    }));
  }

  /** @throws {ClusterError} where the context is not connected. */
  connection(context: string): ClusterConnection {
    const found = this.#connections.get(context);
    if (!found)
      throw new ClusterError(
        `The context ${context} is not connected. Connect it first ("Meshlens: Connect to Cluster…").`,
      );
    return found;
  }

  /**
   * Connects a context, or changes its namespaces where it is connected. What keeps it from being connected is in the status;
   * what comes after is told by `onStatus`.
   */
  connect(context: string, namespaces: readonly string[] | undefined, consent: boolean): Promise<ClusterStatus> {
    return this.#inTurn(context, async () => {
      const present = this.#connections.get(context);
      if (present) {
        if (namespaces) present.session.setNamespaces(namespaces);
        present.session.retry();
        present.telemetry.retry();
        return present.status;
      }
      return this.#open(context, namespaces ?? this.#waiting.get(context)?.namespaces ?? [], consent);
    });
  }

  /**
   * Resolves when the context is connected, everything that may be read included. Rejects with `ClusterUnavailable` as soon
   * as it says why not.
   */
  async ready(context: string, signal?: AbortSignal): Promise<ClusterStatus> {
    const { session } = this.connection(context);
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        subscription.dispose();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = (): void => finish(() => reject(new ClusterError('Interrupted.')));
      const look = (status: ClusterStatus): void => {
        if (status.phase === 'connected' || status.phase === 'degraded') finish(() => resolve(status));
        else if (status.phase !== 'connecting') finish(() => reject(new ClusterUnavailable(status)));
      };
      const subscription = session.onStatus(look);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
      else look(session.status);
    });
  }

  disconnect(context: string): Promise<void> {
    return this.#inTurn(context, async () => {
      const present = this.#connections.get(context);
      const wasWaiting = this.#waiting.delete(context);
      this.#connections.delete(context);
      this.#origins.delete(context);
      if (this.#connections.size === 0) this.#unwatch();
      await present?.dispose();
      if (present || wasWaiting) this.#options.onStatus(this.#statusOf(context, [], 'disconnected'));
    });
  }

  /** The setting of the Prometheus is another one. */
  settingsChanged(): void {
    for (const { telemetry } of this.connections) telemetry.look();
  }

  /** Those of the named contexts that are connected; all where none is named. */
  chosen(contexts: readonly string[] | undefined): readonly ClusterConnection[] {
    return contexts === undefined
      ? this.connections
      : this.connections.filter(({ session }) => contexts.includes(session.context));
  }

  async tree(context: string): Promise<ClusterTree> {
    const { locate, workspaceRevision } = this.#options;
    return this.connection(context).tree(locate, workspaceRevision());
  }

  async object(context: string, ref: ResourceRef, signal?: AbortSignal): Promise<ClusterObjectText> {
    const text = await this.connection(context).session.object(ref, signal);
    const declaredAt = this.#options.locate(ref);
    return { ...text, ...(declaredAt ? { declaredAt } : {}) };
  }

  plan(context: string, action: ClusterAction, signal?: AbortSignal): Promise<ClusterPlan> {
    return this.connection(context).session.plan(action, signal);
  }

  /** A plan is bound to its context: it is looked for in each, and carried out where it was made. */
  async execute(plan: string, force: boolean, signal?: AbortSignal): Promise<ClusterExecution> {
    const owner = this.connections.find(({ session }) => session.hasPlan(plan));
    if (!owner)
      throw new PlanError(
        'This plan is not there any more: it was carried out, is too old, or its context was disconnected. Plan the change again and look at it.',
      );
    return owner.session.execute({ id: plan }, { force }, signal);
  }

  proxyStatus(context: string, signal?: AbortSignal): Promise<readonly ProxyStatus[]> {
    return this.connection(context).proxyStatus(signal);
  }

  proxyConfig(
    context: string,
    target: { readonly namespace: string; readonly pod: string },
    signal?: AbortSignal,
  ): Promise<string> {
    return this.connection(context).session.proxyConfig(target, signal);
  }

  async dispose(): Promise<void> {
    const connections = this.connections;
    this.#unwatch();
    this.#connections.clear();
    this.#waiting.clear();
    await Promise.all(connections.map((connection) => connection.dispose()));
    await this.#tunnels?.dispose();
  }

  async #open(context: string, namespaces: readonly string[], consent: boolean): Promise<ClusterStatus> {
    const kubeconfig = await this.#options.loadKubeconfig();
    const summary = kubeconfig.summary.contexts.find(({ name }) => name === context);
    if (!summary) {
      const { files, problems } = kubeconfig.summary;
      throw new ClusterError(
        files.length === 0
          ? `There is no context ${context}, as no kubeconfig was found. ${problems.join(' ')}`.trim()
          : `There is no context ${context} in ${files.join(', ')}. Look at "kubectl config get-contexts".`,
      );
    }
    if (summary.problem !== undefined) return this.#wait(context, namespaces, 'failed', summary.problem);
    if (summary.needsConsent && !consent)
      return this.#wait(
        context,
        namespaces,
        'needs-consent',
        `The credentials of ${context} come from a program: ${summary.execCommand ?? 'unknown'}. It is run when you agree.`,
      );
    this.#waiting.delete(context);
    this.#origins.set(context, { resolved: kubeconfig.context(context), consent });
    this.#watch(kubeconfig);
    const session = new KubeSession({
      transport: this.#options.openTransport(kubeconfig, context, consent),
      namespaces,
      openTunnel: this.#openTunnel(context),
      readDocuments: this.#options.readDocuments,
      bookinfo: this.#options.bookinfo,
      newId: randomUUID,
    });
    const connection = new ClusterConnection({
      session,
      tunnels: () => this.tunnels,
      prometheus: this.#options.prometheus,
      locate: (ref) => this.#options.locate(ref) ?? { resource: ref, path: [] },
      onStatus: this.#options.onStatus,
      onObjects: () => this.#options.onObjects(context),
      now: this.#now,
    });
    this.#connections.set(context, connection);
    session.start();
    this.#options.onStatus(connection.status);
    return connection.status;
  }

  #watch(kubeconfig: Kubeconfig): void {
    this.#unwatch();
    this.#watched = this.#options.watchKubeconfig(kubeconfig, () => void this.#kubeconfigChanged());
  }

  #unwatch(): void {
    this.#watched?.dispose();
    this.#watched = undefined;
  }

  /** Connects anew what is written otherwise now: another server, renewed credentials. */
  async #kubeconfigChanged(): Promise<void> {
    const kubeconfig = await this.#options.loadKubeconfig();
    if (!this.#watched) return;
    this.#watch(kubeconfig);
    for (const [context, { resolved, consent }] of [...this.#origins]) {
      const now = kubeconfig.context(context);
      if (isDeepStrictEqual(now, resolved)) continue;
      // Another program has to be agreed to anew.
      const isSameProgram = now?.summary.execCommand === resolved?.summary.execCommand;
      await this.#inTurn(context, async () => {
        const present = this.#connections.get(context);
        if (!present) return;
        const { namespaces } = present.status;
        this.#connections.delete(context);
        await present.dispose();
        // A context that is no more stays to be seen with what is wrong.
        await this.#open(context, namespaces, consent && isSameProgram).catch((error: unknown) =>
          this.#wait(context, namespaces, 'failed', error instanceof Error ? error.message : String(error)),
        );
      });
    }
  }

  #wait(context: string, namespaces: readonly string[], phase: ConnectionPhase, message: string): ClusterStatus {
    const status = this.#statusOf(context, namespaces, phase, message);
    this.#waiting.set(context, { namespaces, status });
    this.#options.onStatus(status);
    return status;
  }

  #statusOf(context: string, namespaces: readonly string[], phase: ConnectionPhase, message?: string): ClusterStatus {
    return {
      context,
      phase,
      ...(message === undefined ? {} : { message }),
      namespaces,
      knownNamespaces: [],
      kinds: [],
      forbidden: [],
      meshes: [],
      telemetry: { state: 'unknown' },
      asOf: new Date(this.#now()).toISOString(),
    };
  }

  /** Each user has a tunnel of its own, so that the end of one does not end another. */
  #openTunnel(context: string): OpenPodTunnel {
    return async ({ namespace, pod, port }) => {
      const name = `${context}/${namespace}/${pod}:${port}/${randomUUID()}`;
      const socketPath = await this.tunnels.open(name, [{ context, namespace, pod, port }]);
      return { socketPath, close: () => this.tunnels.close(name) };
    };
  }

  async #inTurn<T>(context: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(context) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.#turns.set(context, settled);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(context) === settled) this.#turns.delete(context);
    }
  }
}

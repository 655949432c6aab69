/** The processes of a local mesh: what is started before what, restarts, and the way down. */
import type { LogLine } from '../../../shared/engine-protocol.ts';
import { FreePorts } from './free-ports.ts';
import type { ProcessWorkload } from './local-mesh-spec.ts';
import type { ReaperClient } from './reaper-client.ts';
import { pauseFor } from './readiness.ts';
import type { InstanceContext, InstanceStatus, SupervisedState, SupervisorTiming } from './supervised-instance.ts';
import { SupervisedInstance } from './supervised-instance.ts';

export interface SupervisorOptions {
  readonly namespace: string;
  /** Folder of the LocalMesh file: directories in it are relative to this. */
  readonly directory: string;
  readonly reaper: Pick<ReaperClient, 'runId' | 'add' | 'remove'>;
  /** Variables the mesh adds for an instance (its sidecar's address …), asked for before each start. */
  readonly environmentOf: InstanceContext['environmentOf'];
  /** Called before an instance is stopped on purpose, so that its sidecar can drain. */
  readonly beforeStop?: InstanceContext['beforeStop'];
  readonly onChange: (instance: InstanceStatus, previous: SupervisedState) => void;
  readonly onLog: (line: LogLine) => void;
  readonly timing?: Partial<SupervisorTiming>;
  /** Default: the environment of this process. */
  readonly baseEnvironment?: Readonly<Record<string, string | undefined>>;
}

const defaultTiming: SupervisorTiming = {
  backoffMs: 1000,
  backoffMaxMs: 30_000,
  stableMs: 10_000,
  graceMs: 3000,
  slowMs: 15_000,
  dependencyMs: 30_000,
};

/** A rolling restart waits this long for one instance before it takes the next. */
const rollingMs = 10_000;

export class Supervisor {
  readonly #context: InstanceContext;
  readonly #instances = new Map<string, SupervisedInstance>();
  readonly #waiting = new Set<() => void>();
  /** Names of instances that were not to be started with the others. */
  readonly #heldBack = new Set<string>();

  constructor(options: SupervisorOptions) {
    this.#context = {
      namespace: options.namespace,
      directory: options.directory,
      timing: { ...defaultTiming, ...options.timing },
      ports: new FreePorts(),
      reaper: options.reaper,
      baseEnvironment: options.baseEnvironment ?? process.env,
      environmentOf: options.environmentOf,
      beforeStop: options.beforeStop ?? (() => Promise.resolve()),
      dependenciesReady: (workload, signal) => this.#until(() => this.#missing(workload).length === 0, signal),
      missingDependencies: (workload) => this.#missing(workload),
      changed: (instance, previous) => {
        for (const look of [...this.#waiting]) look();
        options.onChange(instance, previous);
      },
      log: options.onLog,
    };
  }

  /** Every instance, in the order of the file. */
  instances(): readonly InstanceStatus[] {
    return [...this.#instances.values()].map(({ status }) => status);
  }

  /**
   * Takes the workloads of a (changed) file: instances that are no longer declared are stopped, those declared
   * differently are started anew if they ran, new ones are added and started if `startNew`.
   */
  async update(workloads: readonly ProcessWorkload[], startNew: boolean): Promise<void> {
    const declared = new Map<string, ProcessWorkload>(
      workloads.flatMap((workload) =>
        Array.from({ length: workload.instances }, (_, index) => [`${workload.name}-${index}`, workload] as const),
      ),
    );
    const previous = new Map(this.#instances);
    const isSame = (instance: SupervisedInstance): boolean =>
      describeProcess(instance.workload) === describeProcess(declared.get(instance.name));
    const replaced = [...previous.values()].filter((instance) => !isSame(instance));
    const wanted = new Set(replaced.filter(({ isWanted }) => isWanted).map(({ name }) => name));
    await Promise.all(replaced.map((instance) => instance.stop()));
    for (const instance of replaced) instance.dispose();
    this.#instances.clear();
    for (const [name, workload] of declared) {
      const present = previous.get(name);
      const kept = present && !replaced.includes(present) ? present : undefined;
      kept?.redeclare(workload);
      this.#instances.set(name, kept ?? new SupervisedInstance(name, workload, this.#context));
    }
    for (const name of declared.keys()) {
      if (previous.has(name) ? wanted.has(name) : startNew) this.#instances.get(name)?.start(true);
    }
  }

  /**
   * Starts everything, dependencies first, but for the instances of these names: nothing waits for what nobody wants to
   * run. See `whenSettled` to wait.
   */
  startAll(except: ReadonlySet<string> = new Set()): void {
    for (const name of except) this.#heldBack.add(name);
    for (const instance of this.#instances.values()) if (!except.has(instance.name)) instance.start(true);
  }

  /** Resolves when no instance is starting any more, or when aborted. */
  async whenSettled(signal: AbortSignal): Promise<void> {
    await this.#until(() => this.instances().every(({ state }) => state !== 'starting'), signal);
  }

  /** Ends everything: clients first, so that they see no failures, then all others at once. */
  async stopAll(): Promise<void> {
    const all = [...this.#instances.values()];
    const isClient = ({ workload }: SupervisedInstance): boolean => workload.service === undefined;
    await Promise.all(all.filter(isClient).map((instance) => instance.stop()));
    await Promise.all(all.map((instance) => instance.stop()));
  }

  /** `target`: a service, a workload, or an instance by name or id. False where there is none. */
  start(target: string): boolean {
    const found = this.#find(target);
    for (const instance of found) instance.start(false);
    return found.length > 0;
  }

  async stop(target: string): Promise<boolean> {
    const found = this.#find(target);
    await Promise.all(found.map((instance) => instance.stop()));
    return found.length > 0;
  }

  /** One instance after the other, each ready before the next, so that the service stays up. */
  async restart(target: string): Promise<boolean> {
    const found = this.#find(target);
    for (const instance of found) {
      await instance.stop();
      instance.start(false);
      if (found.length > 1) {
        await this.#until(() => instance.status.state === 'ready', AbortSignal.timeout(rollingMs));
      }
    }
    return found.length > 0;
  }

  #find(target: string): readonly SupervisedInstance[] {
    const all = [...this.#instances.values()];
    const byInstance = all.filter(({ name, id }) => name === target || id === target);
    if (byInstance.length > 0) return byInstance;
    const byWorkload = all.filter(({ workload }) => workload.name === target);
    return byWorkload.length > 0 ? byWorkload : all.filter(({ workload }) => workload.service === target);
  }

  /** Workloads with processes that have no ready instance. Gateways and addresses are not supervised and never missing. */
  #missing(workload: ProcessWorkload): readonly string[] {
    const all = this.instances();
    return workload.dependsOn.filter((name) => {
      const own = all.filter(
        (instance) =>
          instance.workload.name === name && !(instance.state === 'stopped' && this.#heldBack.has(instance.name)),
      );
      return own.length > 0 && own.every(({ state }) => state !== 'ready');
    });
  }

  async #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    if (condition()) return;
    const met = new AbortController();
    const look = (): void => {
      if (condition()) met.abort();
    };
    this.#waiting.add(look);
    await pauseFor(2 ** 31 - 1, AbortSignal.any([met.signal, signal]));
    this.#waiting.delete(look);
  }
}

/** Everything about a workload that its process depends on. Where the file declares it is no such thing. */
function describeProcess(workload: ProcessWorkload | undefined): string | undefined {
  if (!workload) return undefined;
  return JSON.stringify({ ...workload, path: undefined, instances: undefined, dependsOn: undefined });
}

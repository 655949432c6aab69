/** Keeps one instance of a workload running: starts it, waits until it is ready, starts it again when it dies. */
import path from 'node:path';
import type { LogLine } from '../../../shared/engine-protocol.ts';
import type { ChildEnd, ChildRun } from './child-run.ts';
import { startChild } from './child-run.ts';
import { isOnPath, planLaunch } from './command-line.ts';
import type { FreePorts } from './free-ports.ts';
import { isPortFree } from './free-ports.ts';
import type { ProcessWorkload } from './local-mesh-spec.ts';
import { processEnvironment } from './process-environment.ts';
import { endGroup } from './process-group.ts';
import type { ReaperClient } from './reaper-client.ts';
import { instanceProbe, pauseFor, untilReady } from './readiness.ts';

/** `down`: it should run but does not; `stopped`: nobody wants it to run. */
export type SupervisedState = 'starting' | 'ready' | 'down' | 'stopped';

export interface InstanceStatus {
  /** `bookinfo/reviews-v1-0`. */
  readonly id: string;
  readonly name: string;
  readonly workload: ProcessWorkload;
  readonly state: SupervisedState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Why it is in this state, or what it waits for; may be empty. */
  readonly reason: string;
  readonly pid?: number;
  /** Application ports by port name, known from the first start on; kept across restarts while they are free. */
  readonly ports: Readonly<Record<string, number>>;
  /** Times it was started again by itself. */
  readonly restarts: number;
}

export interface SupervisorTiming {
  /** First pause before a restart; doubles up to `backoffMaxMs`. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** Ready for as long as this, the next pause is the first again. */
  readonly stableMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** Says what a starting instance waits for, each time this passes. */
  readonly slowMs: number;
  /** What it depends on is waited for at most this long. */
  readonly dependencyMs: number;
}

export interface InstanceContext {
  readonly namespace: string;
  /** Folder of the LocalMesh file. */
  readonly directory: string;
  readonly timing: SupervisorTiming;
  readonly ports: FreePorts;
  readonly reaper: Pick<ReaperClient, 'runId' | 'add' | 'remove'>;
  readonly baseEnvironment: Readonly<Record<string, string | undefined>>;
  /** Variables the mesh adds for this instance; its ports are known. A rejection counts as a failed start. */
  environmentOf(instance: InstanceStatus): Promise<Readonly<Record<string, string>>>;
  /** Called before an instance is stopped on purpose: no new calls shall reach it. Waited for at most `graceMs`. */
  beforeStop(instance: InstanceStatus): Promise<void>;
  /** Resolves when what the workload depends on is ready, or when aborted. */
  dependenciesReady(workload: ProcessWorkload, signal: AbortSignal): Promise<void>;
  /** Names of the workloads it still waits for. */
  missingDependencies(workload: ProcessWorkload): readonly string[];
  changed(instance: InstanceStatus, previous: SupervisedState): void;
  log(line: LogLine): void;
}

/** Another port helps against a race for one, not against a program that ignores PORT. */
const maxCollisions = 3;

export class SupervisedInstance {
  readonly id: string;
  readonly name: string;
  readonly #context: InstanceContext;
  #status: Omit<InstanceStatus, 'pid'>;
  #run: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #child: ChildRun | undefined;
  #expectedEnd = false;

  constructor(name: string, workload: ProcessWorkload, context: InstanceContext) {
    this.name = name;
    this.id = `${context.namespace}/${name}`;
    this.#context = context;
    this.#status = {
      id: this.id,
      name,
      workload,
      state: 'stopped',
      since: Date.now(),
      reason: '',
      ports: {},
      restarts: 0,
    };
  }

  get status(): InstanceStatus {
    const pid = this.#child?.pid;
    return pid === undefined ? this.#status : { ...this.#status, pid };
  }

  get workload(): ProcessWorkload {
    return this.#status.workload;
  }

  /** Takes a declaration that differs in nothing its process depends on. */
  redeclare(workload: ProcessWorkload): void {
    this.#status = { ...this.#status, workload };
  }

  /** Somebody wants it to run. */
  get isWanted(): boolean {
    return this.#run !== undefined;
  }

  /** Starts it unless it is started already. `waitForDependencies`: what it depends on comes first. */
  start(waitForDependencies: boolean): void {
    if (this.#run) return;
    const abort = new AbortController();
    // At once, so that whoever waits for what was just started does not find it stopped.
    this.#set('starting', '');
    const done = this.#keepRunning(abort.signal, waitForDependencies).then(() => {
      if (!abort.signal.aborted) this.#run = undefined;
    });
    this.#run = { abort, done };
  }

  /** Ends it: SIGTERM, after the grace SIGKILL, the whole process group. Resolves when it is gone. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run) {
      if (this.#status.state === 'ready') await this.#drain();
      this.#expectedEnd = true;
      run.abort.abort();
      await run.done;
      if (this.#run !== run) return;
      this.#run = undefined;
      this.#expectedEnd = false;
    }
    if (this.#status.state !== 'stopped') this.#set('stopped', '');
  }

  /** Forgets its ports. Only when stopped. */
  dispose(): void {
    for (const port of Object.values(this.#status.ports)) this.#context.ports.release(port);
  }

  async #drain(): Promise<void> {
    const drained = new AbortController();
    const asked = this.#context.beforeStop(this.status).catch((error: unknown) => {
      this.#log(`did not drain: ${error instanceof Error ? error.message : String(error)}`);
    });
    await Promise.race([asked, pauseFor(this.#context.timing.graceMs, drained.signal)]);
    drained.abort();
  }

  async #keepRunning(signal: AbortSignal, waitForDependencies: boolean): Promise<void> {
    const { timing } = this.#context;
    if (waitForDependencies) await this.#awaitDependencies(signal);
    let backoff = timing.backoffMs;
    let collisions = 0;
    while (!signal.aborted) {
      const { end, readyForMs } = await this.#live(signal);
      if (signal.aborted) return;
      if (readyForMs >= timing.stableMs) backoff = timing.backoffMs;
      if (end.portCollision && this.workload.port === undefined && collisions < maxCollisions) {
        collisions += 1;
        this.#log(`${end.reason}; tries another port`);
        continue;
      }
      collisions = 0;
      const { restart } = this.workload;
      const goesOn = restart === 'always' || (restart === 'on-failure' && end.code !== 0);
      const plan = goesOn ? `starts again in ${(backoff / 1000).toFixed(backoff < 1000 ? 1 : 0)} s` : 'stays down';
      this.#log(`${end.reason}; ${plan}`);
      if (!goesOn) return;
      await pauseFor(backoff, signal);
      backoff = Math.min(backoff * 2, timing.backoffMaxMs);
      if (!signal.aborted) this.#status = { ...this.#status, restarts: this.#status.restarts + 1 };
    }
  }

  async #awaitDependencies(signal: AbortSignal): Promise<void> {
    const missing = this.#context.missingDependencies(this.workload);
    if (missing.length === 0) return;
    this.#set('starting', `waits for ${missing.join(', ')}`);
    const enough = AbortSignal.any([signal, AbortSignal.timeout(this.#context.timing.dependencyMs)]);
    await this.#context.dependenciesReady(this.workload, enough);
    const still = this.#context.missingDependencies(this.workload);
    if (!signal.aborted && still.length > 0) this.#log(`starts without ${still.join(', ')}, which is not ready`);
  }

  /** From one start to the end of the process and of everything it left behind. */
  async #live(signal: AbortSignal): Promise<{ readonly end: ChildEnd; readonly readyForMs: number }> {
    this.#set('starting', '');
    const prepared = await this.#prepare();
    if (signal.aborted) return { end: notStarted('stopped'), readyForMs: 0 };
    if (typeof prepared === 'string') {
      this.#set('down', prepared);
      return { end: notStarted(prepared), readyForMs: 0 };
    }
    const { directory, reaper, timing } = this.#context;
    const folder = path.resolve(directory, this.workload.directory);
    const child = startChild(prepared.launch, folder, prepared.env, (stream, text) => this.#emitLine(stream, text));
    this.#child = child;
    if (child.pid !== undefined) {
      reaper.add(child.pid);
      this.#set('starting', '');
      this.#log(`started with process id ${child.pid}${describePorts(this.#status.ports)}`);
    }
    const over = new AbortController();
    const overOrStopped = AbortSignal.any([over.signal, signal]);
    const stopping = new Promise<void>((resolve) => {
      overOrStopped.addEventListener('abort', () => resolve(), { once: true });
    });
    let readySince: number | undefined;
    const ready = this.#becomeReady(overOrStopped).then((isReady) => {
      if (isReady && !over.signal.aborted && !signal.aborted) {
        readySince = performance.now();
        this.#set('ready', '');
      }
    });
    await Promise.race([child.ended, stopping]);
    if (signal.aborted && child.pid !== undefined) await endGroup(child.pid, timing.graceMs);
    const end = await child.ended;
    over.abort();
    this.#child = undefined;
    if (!this.#expectedEnd) this.#set('down', end.reason);
    await ready;
    if (child.pid !== undefined) {
      // What it started must not outlive it: it would hold the port that the next life needs.
      await endGroup(child.pid, timing.graceMs);
      reaper.remove(child.pid);
    }
    if (end.portCollision && this.workload.port === undefined) this.#forgetPorts();
    return { end, readyForMs: readySince === undefined ? 0 : performance.now() - readySince };
  }

  async #prepare(): Promise<PreparedStart | string> {
    const { ports } = this.#context;
    const { workload } = this;
    try {
      if (workload.port !== undefined && !(await isPortFree(workload.port))) {
        return `port ${workload.port} is taken by another program`;
      }
      const chosen = new Map<string, number>();
      for (const { name } of workload.ports) {
        chosen.set(name, workload.port ?? (await ports.keepOrTake(this.#status.ports[name])));
      }
      this.#status = { ...this.#status, ports: Object.fromEntries(chosen) };
      const mesh = await this.#context.environmentOf(this.status);
      return this.#plan(mesh);
    } catch (error) {
      return `could not be prepared: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #plan(mesh: Readonly<Record<string, string>>): PreparedStart {
    const { namespace, baseEnvironment, reaper } = this.#context;
    const parts = { base: baseEnvironment, namespace, instance: this.name, workload: this.workload, mesh };
    const withoutLaunch = { ...parts, ports: this.#status.ports, launch: {}, runId: reaper.runId };
    const launch = planLaunch(this.workload.command, {
      platform: process.platform,
      ownRuntime: process.execPath,
      isElectron: process.versions.electron !== undefined || process.env.ELECTRON_RUN_AS_NODE !== undefined,
      isOnPath: (program) => isOnPath(program, processEnvironment(withoutLaunch)),
    });
    return { launch, env: processEnvironment({ ...withoutLaunch, launch: launch.env }) };
  }

  async #becomeReady(signal: AbortSignal): Promise<boolean> {
    const definition = instanceProbe(this.workload, this.#status.ports);
    if (!definition) return this.#child?.pid !== undefined;
    return await untilReady(definition, signal, this.#context.timing.slowMs, (failure) => {
      this.#set('starting', `not ready yet: ${failure}`);
    });
  }

  #forgetPorts(): void {
    for (const port of Object.values(this.#status.ports)) this.#context.ports.release(port);
    this.#status = { ...this.#status, ports: {} };
  }

  #set(state: SupervisedState, reason: string): void {
    const previous = this.#status;
    const since = previous.state === state ? previous.since : Date.now();
    this.#status = { ...previous, state, reason, since };
    this.#context.changed(this.status, previous.state);
  }

  #log(text: string): void {
    this.#emitLine('mesh', text);
  }

  #emitLine(stream: LogLine['stream'], text: string): void {
    this.#context.log({ instance: this.id, workload: this.workload.name, stream, time: Date.now(), text });
  }
}

interface PreparedStart {
  readonly launch: ReturnType<typeof planLaunch>;
  readonly env: Readonly<Record<string, string>>;
}

const notStarted = (reason: string): ChildEnd => ({ code: null, signal: null, reason, portCollision: false });

function describePorts(ports: Readonly<Record<string, number>>): string {
  const list = Object.entries(ports).map(([name, port]) => `${name} on 127.0.0.1:${port}`);
  return list.length === 0 ? '' : `, ${list.join(', ')}`;
}

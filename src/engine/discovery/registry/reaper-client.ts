/** The engine's side of the reaper: starts it, tells it the process groups, starts it again should it die. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { entryPoint } from '../../entry-points.ts';

/** Variable by which processes of a run are recognised, with `runId` as its value. */
export const runMarker = 'MESHLENS_RUN';

const restartDelayMs = 200;

export class ReaperClient {
  /** Unique to this run of the engine; every process started gets it as `MESHLENS_RUN`. */
  readonly runId = randomBytes(12).toString('hex');
  readonly #groups = new Set<number>();
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #ready: Promise<void> = Promise.resolve();
  #closed = false;

  constructor() {
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it works: from then on not even a signal ends it. Groups may be announced before. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Announces a process group by the id of its leader. */
  add(group: number): void {
    this.#groups.add(group);
    this.#write(`add ${group}\n`);
  }

  /** The group is gone: its number may soon belong to somebody else. */
  remove(group: number): void {
    this.#groups.delete(group);
    this.#write(`remove ${group}\n`);
  }

  /** Lets the reaper end what is left, and itself. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.stdin?.end();
    });
  }

  #start(): void {
    // Without the marker in its own environment, else it would find itself.
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' };
    delete (env as NodeJS.ProcessEnv)[runMarker];
    const script = fileURLToPath(entryPoint('reaper'));
    const child = spawn(process.execPath, ['--max-old-space-size=32', script, this.runId], {
      // A session of its own: what ends the engine's session or terminal does not end it.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env,
      cwd: '/',
      windowsHide: true,
    });
    this.#child = child;
    child.on('error', () => this.#startAgain(child));
    child.on('exit', () => this.#startAgain(child));
    child.stdin.on('error', () => undefined);
    this.#ready = new Promise((resolve) => {
      child.stdout.once('data', () => {
        // It says nothing else; an open pipe would keep this process running.
        child.stdout.destroy();
        resolve();
      });
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    child.unref();
    for (const group of this.#groups) this.#write(`add ${group}\n`);
  }

  #startAgain(child: ChildProcess): void {
    if (this.#closed || this.#child !== child) return;
    this.#child = undefined;
    this.#restart = setTimeout(() => this.#start(), restartDelayMs);
    this.#restart.unref();
  }

  #write(line: string): void {
    const stdin = this.#child?.stdin;
    if (stdin?.writable) stdin.write(line);
  }
}

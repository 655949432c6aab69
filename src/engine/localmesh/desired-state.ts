import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What must outlive the engine: a successor goes on where it was cut off. */
export interface DesiredState {
  readonly running: boolean;
  readonly file?: string;
  /** When the engine was ended in order, milliseconds since the epoch; undefined after a crash. */
  readonly endedAt: number | undefined;
  /** Names of instances the person stopped. */
  readonly stopped: readonly string[];
  /** Loopback ports others may have written down (a Prometheus, a Consul client). */
  readonly ports: { readonly registry: number; readonly metrics: number; readonly otlp: number };
  /** Token of the registry's API, which programs started earlier hold. */
  readonly registryToken?: string;
  /** Registrations made through the API, as the catalog exports them. */
  readonly registrations?: unknown;
}

export const nothingDesired: DesiredState = {
  running: false,
  endedAt: undefined,
  stopped: [],
  ports: { registry: 0, metrics: 0, otlp: 0 },
};

function parse(text: string): DesiredState {
  const value: unknown = JSON.parse(text);
  if (!value || typeof value !== 'object') return nothingDesired;
  const state = value as Partial<Record<keyof DesiredState, unknown>>;
  const ports = (state.ports && typeof state.ports === 'object' ? state.ports : {}) as Readonly<
    Record<string, unknown>
  >;
  const port = (name: string): number => {
    const given = ports[name];
    return typeof given === 'number' && Number.isInteger(given) && given >= 0 && given < 65536 ? given : 0;
  };
  return {
    running: state.running === true,
    ...(typeof state.file === 'string' ? { file: state.file } : {}),
    endedAt: typeof state.endedAt === 'number' ? state.endedAt : undefined,
    stopped: Array.isArray(state.stopped)
      ? state.stopped.filter((item): item is string => typeof item === 'string')
      : [],
    ports: { registry: port('registry'), metrics: port('metrics'), otlp: port('otlp') },
    ...(typeof state.registryToken === 'string' ? { registryToken: state.registryToken } : {}),
    ...(state.registrations === undefined ? {} : { registrations: state.registrations }),
  };
}

/** A reloaded window starts its engine again within this time, and expects to find what ran. */
const reloadMs = 30_000;

/** Whether an engine that starts now succeeds one that ran a mesh: it crashed, or its window was reloaded. */
export function isToBeResumed({ running, endedAt }: DesiredState, now: number): boolean {
  return running && (endedAt === undefined || now - endedAt < reloadMs);
}

/** Keeps the desired state in one file of the storage folder; without a folder, in memory only. */
export class DesiredStateFile {
  private state: DesiredState = nothingDesired;
  private writing: Promise<void> = Promise.resolve();
  private readonly file: string | undefined;

  constructor(storage: string | undefined) {
    this.file = storage === undefined ? undefined : path.join(storage, 'local-mesh.json');
  }

  get current(): DesiredState {
    return this.state;
  }

  /** A missing or damaged file means: nothing was desired. */
  async load(): Promise<DesiredState> {
    if (this.file !== undefined) {
      this.state = await readFile(this.file, 'utf8')
        .then(parse)
        .catch(() => nothingDesired);
    }
    return this.state;
  }

  /** Resolves when it is on disk. Writes go one after the other and are atomic, since the next moment may be the last. */
  update(change: Partial<DesiredState>): Promise<void> {
    this.state = { ...this.state, endedAt: undefined, ...change };
    const { file } = this;
    if (file === undefined) return Promise.resolve();
    this.writing = this.writing.then(async () => {
      const text = JSON.stringify(this.state);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    });
    return this.writing;
  }
}

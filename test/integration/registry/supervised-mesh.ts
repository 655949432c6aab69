/** A supervisor with a reaper of its own, and everything it said. */
import path from 'node:path';
import type { LogLine } from '../../../src/shared/engine-protocol.ts';
import type { ProcessWorkload } from '../../../src/engine/discovery/registry/local-mesh-spec.ts';
import { ReaperClient } from '../../../src/engine/discovery/registry/reaper-client.ts';
import type {
  InstanceStatus,
  SupervisedState,
  SupervisorTiming,
} from '../../../src/engine/discovery/registry/supervised-instance.ts';
import type { SupervisorOptions } from '../../../src/engine/discovery/registry/supervisor.ts';
import { Supervisor } from '../../../src/engine/discovery/registry/supervisor.ts';
import { until } from '../until.ts';

export const services = path.resolve(import.meta.dirname, '../../fixtures/services');

export interface Change {
  readonly at: number;
  readonly name: string;
  readonly state: SupervisedState;
  readonly previous: SupervisedState;
  readonly reason: string;
}

/** Starts quickly again, so that tests see several lives. */
const quick: Partial<SupervisorTiming> = { backoffMs: 100, backoffMaxMs: 400, graceMs: 1000 };

export class SupervisedMesh {
  readonly changes: Change[] = [];
  readonly lines: LogLine[] = [];
  readonly reaper = new ReaperClient();
  readonly supervisor: Supervisor;

  constructor(options: Partial<SupervisorOptions> = {}) {
    this.supervisor = new Supervisor({
      namespace: 'test',
      directory: services,
      reaper: this.reaper,
      environmentOf: () => Promise.resolve({}),
      onChange: (instance, previous) => {
        const { name, state, reason } = instance;
        this.changes.push({ at: performance.now(), name, state, previous, reason });
      },
      onLog: (line) => this.lines.push(line),
      ...options,
      timing: { ...quick, ...options.timing },
    });
  }

  async run(workloads: readonly ProcessWorkload[]): Promise<void> {
    await this.supervisor.update(workloads, false);
    this.supervisor.startAll();
  }

  status(name: string): InstanceStatus {
    const found = this.supervisor.instances().find((instance) => instance.name === name);
    if (!found) throw new Error(`There is no instance ${name}`);
    return found;
  }

  async inState(name: string, state: SupervisedState): Promise<InstanceStatus> {
    return await until(`${name} is ${state}`, () => {
      const status = this.status(name);
      return status.state === state && status;
    });
  }

  /** Process id of an instance that runs. */
  pid(name: string): number {
    const { pid } = this.status(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  }

  async close(): Promise<void> {
    await this.supervisor.stopAll();
    await this.reaper.close();
  }
}

/** A workload of one HTTP service on the echo server, changed as a test needs it. */
export function echoWorkload(name: string, change: Partial<ProcessWorkload> = {}): ProcessWorkload {
  return {
    kind: 'process',
    name,
    app: name,
    version: 'v1',
    labels: { app: name, version: 'v1' },
    serviceAccount: name,
    service: name,
    ports: [{ name: 'http', port: 80, protocol: 'http' }],
    dependsOn: [],
    path: [],
    command: 'node echo.mjs',
    directory: '.',
    env: {},
    instances: 1,
    restart: 'always',
    health: { type: 'http', path: '/health', port: 'http', intervalMs: 1000, timeoutMs: 1000 },
    ...change,
  };
}

/** A process without ports. */
export function clientWorkload(name: string, change: Partial<ProcessWorkload> = {}): ProcessWorkload {
  const { kind, app, version, labels, serviceAccount, path: at, command, env, instances } = echoWorkload(name);
  const common = { kind, name, app, version, labels, serviceAccount, path: at, command, env, instances };
  return { ...common, ports: [], dependsOn: [], directory: '.', restart: 'always', ...change };
}

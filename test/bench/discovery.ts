import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { apiClient } from '../cluster/api-client.ts';
import { churnMesh, fullSize, generateMesh, type Churn, type MeshSize } from '../cluster/generator.ts';
import { realClusterMissing, startRealCluster } from '../cluster/real-cluster.ts';
import { seededRandom } from '../seeded-random.ts';
import type { SubjectMessage, SubjectOrder } from './subjects/discovery-probe.ts';
import { digits, type BenchRow } from './table.ts';

type Told<T extends SubjectMessage['type']> = Extract<SubjectMessage, { type: T }>;

/** A process that follows the cluster, and what it says of itself. */
class DiscoverySubject {
  readonly #child: ChildProcess;
  readonly #told: SubjectMessage[] = [];
  #wake: () => void = () => undefined;

  constructor(script: string, kubeconfig: string) {
    this.#child = fork(path.join(import.meta.dirname, 'subjects', script), [kubeconfig], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: SubjectMessage) => {
      this.#told.push(message);
      this.#wake();
    });
    this.#child.once('exit', () => this.#wake());
  }

  order(order: SubjectOrder): void {
    this.#child.send(order);
  }

  async told<T extends SubjectMessage['type']>(type: T): Promise<Told<T>> {
    for (;;) {
      const at = this.#told.findIndex((message) => message.type === type);
      const [found] = at < 0 ? [] : this.#told.splice(at, 1);
      if (found) return found as Told<T>;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error('A subject ended.');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await exited;
  }
}

interface Result {
  readonly useful: Told<'useful'>;
  readonly synced: Told<'synced'>;
  /** Before and after the churn. */
  readonly idle: Told<'usage'>;
  readonly churned: Told<'usage'>;
}

/** Microseconds for each change that was seen: an API server that is busy itself lets fewer through. */
const cpuOfChange = ({ idle, churned }: Result): number =>
  (churned.usage.cpuMs * 1000) / (churned.events - idle.events);

const megabytes = (bytes: number): number => bytes / 1024 / 1024;
const times = (ours: number, peer: number): string => `${digits(ours / peer, 2)} ×`;

function rowsOf(size: MeshSize, ours: Result, peer: Result, churn: Churn): readonly BenchRow[] {
  const what = `${size.services} services, ${size.pods} pods`;
  const block = Math.max(ours.synced.usage.longestBlockMs, ours.churned.usage.longestBlockMs);
  const peerBlock = Math.max(peer.synced.usage.longestBlockMs, peer.churned.usage.longestBlockMs);
  const cpu = { ours: ours.synced.usage.cpuMs, peer: peer.synced.usage.cpuMs };
  const change = { ours: cpuOfChange(ours), peer: cpuOfChange(peer) };
  const seen = (ours.churned.events - ours.idle.events) / churn.seconds;
  const memory = { ours: megabytes(ours.churned.retainedBytes), peer: megabytes(peer.churned.retainedBytes) };
  return [
    {
      what: `${what}: first useful view · everything in step`,
      ours: `${digits(ours.useful.ms)} · ${digits(ours.synced.ms)} ms`,
      peer: `client-node ${digits(peer.useful.ms)} · ${digits(peer.synced.ms)} ms`,
      budget: 'view < 2000 ms',
      met: ours.useful.ms < 2000,
    },
    {
      what: `CPU until everything is in step`,
      ours: `${digits(cpu.ours)} ms`,
      peer: `client-node ${digits(cpu.peer)} ms: ${times(cpu.ours, cpu.peer)}`,
      budget: '≤ ⅓',
      met: cpu.ours * 3 <= cpu.peer,
    },
    {
      what: `CPU for a change, at ${digits(seen)} a second`,
      ours: `${digits(change.ours)} µs`,
      peer: `client-node ${digits(change.peer)} µs: ${times(change.ours, change.peer)}`,
      budget: '≤ ⅓',
      met: change.ours * 3 <= change.peer,
    },
    {
      what: 'memory held after that',
      ours: `${digits(memory.ours)} MB`,
      peer: `client-node ${digits(memory.peer)} MB: ${times(memory.ours, memory.peer)}`,
      budget: '≤ ½',
      met: memory.ours * 2 <= memory.peer,
    },
    {
      what: 'longest block of the event loop (CPU)',
      ours: `${digits(block)} ms`,
      peer: `client-node ${digits(peerBlock)} ms`,
      budget: '≤ 50 ms',
      met: block <= 50,
    },
  ];
}

/**
 * Discovers a generated cluster and follows its changes beside the informers of the usual client library; those follow
 * only the generator's kinds. MESHLENS_CHURN_FULL=1 measures the full size, which takes some ten minutes to make.
 */
export async function benchDiscovery(): Promise<readonly BenchRow[]> {
  if (realClusterMissing !== false) throw new Error(realClusterMissing);
  const isFull = process.env['MESHLENS_CHURN_FULL'] === '1';
  const size: MeshSize = isFull ? fullSize : { services: 400, pods: 2000, policies: 200, nodes: 10 };
  const cluster = await startRealCluster({ nodes: size.nodes ?? 2 });
  const client = await apiClient(cluster);
  const subjects: DiscoverySubject[] = [];
  try {
    const made = await generateMesh(client, size);
    console.error(`  Made in ${digits(made.created)} s, settled after ${digits(made.settled)} s.`);
    const results: Pick<Result, 'useful' | 'synced'>[] = [];
    for (const script of ['discovery-meshlens.ts', 'discovery-client-node.ts']) {
      const subject = new DiscoverySubject(script, cluster.kubeconfig);
      subjects.push(subject);
      await subject.told('ready');
      subject.order('start');
      results.push({ useful: await subject.told('useful'), synced: await subject.told('synced') });
    }
    const usages = (): Promise<Told<'usage'>[]> =>
      Promise.all(
        subjects.map((subject) => {
          subject.order('usage');
          return subject.told('usage');
        }),
      );
    const idle = await usages();
    const rate = 500;
    const churn = await churnMesh(client, size, { rate, seconds: isFull ? 60 : 20, random: seededRandom(20_260) });
    const churned = await usages();
    console.error(`  ${churn.changes} changes made in ${digits(churn.seconds)} s of the wanted ${rate} a second.`);
    const [ours, peer] = results.map((result, at): Result | undefined => {
      const [before, after] = [idle[at], churned[at]];
      return before && after && { ...result, idle: before, churned: after };
    });
    if (!ours || !peer) throw new Error('A subject said nothing.');
    return rowsOf(size, ours, peer, churn);
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
    client.dispose();
    await cluster.stop();
  }
}

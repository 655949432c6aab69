import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiClient } from '../cluster/api-client.ts';
import { fullSize, generateMesh, type Churn, type MeshSize } from '../cluster/generator.ts';
import { realClusterMissing, startRealCluster } from '../cluster/real-cluster.ts';
import { churnStored } from '../cluster/stored-churn.ts';
import { seededRandom } from '../seeded-random.ts';
import type { SubjectMessage, SubjectOrder, Usage } from './subjects/discovery-probe.ts';
import { digits, type BenchRow } from './table.ts';

type Told<T extends SubjectMessage['type']> = Extract<SubjectMessage, { type: T }>;

/** A process that follows the cluster, and what it says of itself. */
class DiscoverySubject {
  readonly #child: ChildProcess;
  readonly #told: SubjectMessage[] = [];
  #wake: () => void = () => undefined;

  constructor(script: string, args: readonly string[]) {
    this.#child = fork(path.join(import.meta.dirname, 'subjects', script), args, {
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
  /** Of some seconds before the churn. */
  readonly idle: Told<'cpu'>;
  readonly churned: Told<'usage'>;
}

/** What was done, and in how many seconds all subjects had seen it. */
interface Followed {
  readonly churn: Churn;
  readonly seconds: number;
}

const idleSeconds = 5;
const warmUpSeconds = 15;

/** Microseconds for each change that was seen, without what the subject and its meter take while nothing happens. */
const cpuOfChange = ({ idle, churned }: Result, { seconds }: Followed): number =>
  ((churned.usage.cpuMs - (idle.usage.cpuMs / idleSeconds) * seconds) * 1000) / (churned.events - idle.events);

const megabytes = (bytes: number): number => bytes / 1024 / 1024;
const times = (ours: number, peer: number): string => `${digits(ours / peer, 2)} ×`;

/** Our reflectors on the kinds that the informers follow, on all kinds that the product knows, and the informers. */
interface Results {
  readonly same: Result;
  readonly all: Result;
  readonly peer: Result;
}

const usagesOf = ({ synced, churned }: Result): readonly Usage[] => [synced.usage, churned.usage];
const longestBlock = (results: readonly Result[]): number =>
  Math.max(...results.flatMap(usagesOf).map(({ longestBlockMs }) => longestBlockMs));

/** What both followed in one row: nine kinds beside nine, and all kinds beside nine. */
function ratioRow(
  what: string,
  unit: string,
  budget: { readonly words: string; readonly share: number },
  [same, all, peer]: readonly [number, number, number],
): BenchRow {
  return {
    what,
    ours: `${digits(same)} ${unit}, all kinds ${digits(all)} ${unit}`,
    peer: `client-node ${digits(peer)} ${unit}: ${times(same, peer)}, all kinds ${times(all, peer)}`,
    budget: budget.words,
    met: same <= peer * budget.share,
  };
}

function rowsOf(size: MeshSize, { same, all, peer }: Results, followed: Followed): readonly BenchRow[] {
  const what = `${size.services} services, ${size.pods} pods, ${size.policies} policies`;
  const three = (of: (result: Result) => number): [number, number, number] => [of(same), of(all), of(peer)];
  const seen = (same.churned.events - same.idle.events) / followed.seconds;
  const third = { words: '≤ ⅓', share: 1 / 3 };
  const block = longestBlock([same, all]);
  return [
    {
      what: `${what}: first useful view · everything in step`,
      ours: `${digits(all.useful.ms)} · ${digits(all.synced.ms)} ms`,
      peer: `client-node ${digits(peer.useful.ms)} · ${digits(peer.synced.ms)} ms`,
      budget: 'view < 2000 ms',
      met: all.useful.ms < 2000,
    },
    ratioRow(
      'CPU until the same nine kinds are in step',
      'ms',
      third,
      three(({ synced }) => synced.usage.cpuMs),
    ),
    ratioRow(
      `CPU for a change, at ${digits(seen)} a second`,
      'µs',
      third,
      three((result) => cpuOfChange(result, followed)),
    ),
    ratioRow(
      'memory held after that',
      'MB',
      { words: '≤ ½', share: 1 / 2 },
      three(({ churned }) => megabytes(churned.retainedBytes)),
    ),
    {
      what: 'longest block of the event loop (CPU)',
      ours: `${digits(block)} ms`,
      peer: `client-node ${digits(longestBlock([peer]))} ms`,
      budget: '≤ 50 ms',
      met: block <= 50,
    },
  ];
}

/**
 * Discovers a generated cluster and follows its changes beside the informers of the usual client library, on the nine kinds
 * of the generator, and on all kinds that the product follows. MESHLENS_CHURN_FULL=1 measures the full size, which takes some ten minutes to make.
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
    const scripts: readonly (readonly [string, ...string[]])[] = [
      ['discovery-meshlens.ts', 'compared'],
      ['discovery-meshlens.ts'],
      ['discovery-client-node.ts'],
    ];
    for (const [script, ...args] of scripts) {
      const subject = new DiscoverySubject(script, [cluster.kubeconfig, ...args]);
      subjects.push(subject);
      await subject.told('ready');
      subject.order('start');
      results.push({ useful: await subject.told('useful'), synced: await subject.told('synced') });
    }
    const ask = <T extends SubjectOrder & SubjectMessage['type']>(order: T): Promise<Told<T>[]> =>
      Promise.all(
        subjects.map((subject) => {
          subject.order(order);
          return subject.told(order);
        }),
      );
    const counts = async (): Promise<string> => (await ask('events')).map(({ events }) => events).join();
    /** A server that is busy tells of a change some time after it was made. */
    const quiet = async (): Promise<void> => {
      for (let before = ''; ;) {
        const now = await counts();
        if (now === before) return;
        before = now;
        await sleep(2000);
      }
    };
    const rate = 500;
    const random = seededRandom(20_260);
    // Who follows a cluster for hours has compiled what it does for a change.
    await churnStored(cluster, { rate, seconds: warmUpSeconds, random });
    await quiet();
    await ask('cpu');
    await sleep(idleSeconds * 1000);
    const idle = await ask('cpu');
    const started = performance.now();
    const churn = await churnStored(cluster, { rate, seconds: isFull ? 60 : 20, random });
    await quiet();
    const followed: Followed = { churn, seconds: (performance.now() - started) / 1000 };
    const churned = await ask('usage');
    console.error(`  ${churn.changes} changes made in ${digits(churn.seconds)} s of the wanted ${rate} a second.`);
    const [same, all, peer] = results.map((result, at): Result | undefined => {
      const [before, after] = [idle[at], churned[at]];
      return before && after && { ...result, idle: before, churned: after };
    });
    if (!same || !all || !peer) throw new Error('A subject said nothing.');
    return rowsOf(size, { same, all, peer }, followed);
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
    client.dispose();
    await cluster.stop();
  }
}

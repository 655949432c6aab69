import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RealCluster } from './real-cluster.ts';

interface Entry {
  readonly key: string;
  readonly revision: string;
  readonly value: string;
}

/** What changes by itself in a cluster at rest, and what counts numbers and addresses. */
const livesOn =
  /^\/registry\/(?:events|leases|masterleases|peerserverleases|minions|ranges|clustertrustbundles|apiregistration\.k8s\.io)\//;

/** What makes others goes before what it makes: controllers must not make again what was just removed. */
const makers = [
  /^\/registry\/(?:validating|mutating)webhookconfigurations\//,
  /^\/registry\/(?:cronjobs|deployments|statefulsets|daemonsets|jobs)\//,
  /^\/registry\/replicasets\//,
  /^\/registry\/services\/specs\//,
  /^\/registry\/(?:pods|endpointslices|services\/endpoints)\//,
];

/**
 * All that a cluster's etcd holds, kept to be put back: afterwards the API server, and who watches it, know of nothing
 * else. It needs no controller, grace period or finalizer, so it takes milliseconds, and it leaves nothing out.
 */
export class ClusterState {
  readonly #etcd: string;
  readonly #kept: Map<string, Entry>;

  private constructor(etcd: string, kept: Map<string, Entry>) {
    this.#etcd = etcd;
    this.#kept = kept;
  }

  static async of(cluster: Pick<RealCluster, 'folder'>): Promise<ClusterState> {
    const etcd = (await readFile(path.join(cluster.folder, 'etcd.address'), 'utf8')).trim();
    const entries = await entriesIn(etcd, true);
    return new ClusterState(etcd, new Map(entries.map((entry) => [entry.key, entry])));
  }

  /** Keys of objects that were not there when the state was kept. */
  async added(): Promise<readonly string[]> {
    const entries = await entriesIn(this.#etcd, false);
    return entries.map(({ key }) => key).filter((key) => !livesOn.test(key) && !this.#kept.has(key));
  }

  /** Puts the state back. Resolves when nothing else is there; who has watched may hear of it a moment later. */
  async restore(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if ((await this.#restoreOnce()) === 0) return;
    }
    throw new Error(`Something makes objects again and again: ${(await this.added()).join(', ')}`);
  }

  async #restoreOnce(): Promise<number> {
    const present = (await entriesIn(this.#etcd, false)).filter(({ key }) => !livesOn.test(key));
    const names = new Set(present.map(({ key }) => key));
    const gone = present.filter(({ key }) => !this.#kept.has(key)).map(({ key }) => key);
    const rank = (key: string): number => {
      const found = makers.findIndex((pattern) => pattern.test(key));
      return found === -1 ? makers.length : found;
    };
    for (const key of gone.sort((a, b) => rank(a) - rank(b))) {
      await ask(this.#etcd, 'deleterange', { key: encoded(key) });
    }
    const changed = present.filter(({ key, revision }) => {
      const kept = this.#kept.get(key);
      return kept !== undefined && kept.revision !== revision;
    });
    const lost = [...this.#kept.keys()].filter((key) => !names.has(key) && !livesOn.test(key));
    for (const key of [...changed.map((entry) => entry.key), ...lost]) {
      const kept = this.#kept.get(key);
      if (!kept) continue;
      const { header } = (await ask(this.#etcd, 'put', { key: encoded(key), value: kept.value })) as {
        readonly header: { readonly revision: string };
      };
      this.#kept.set(key, { ...kept, revision: header.revision });
    }
    return gone.length + changed.length + lost.length;
  }
}

const encoded = (text: string): string => Buffer.from(text).toString('base64');

async function ask(etcd: string, method: string, question: unknown): Promise<unknown> {
  const answer = await fetch(`http://${etcd}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(question) });
  if (!answer.ok) throw new Error(`etcd ${method}: ${await answer.text()}`);
  return answer.json();
}

async function entriesIn(etcd: string, withValues: boolean): Promise<readonly Entry[]> {
  const { kvs = [] } = (await ask(etcd, 'range', {
    key: encoded('/registry/'),
    range_end: encoded('/registry0'),
    keys_only: !withValues,
  })) as { readonly kvs?: readonly { readonly key: string; readonly mod_revision: string; readonly value?: string }[] };
  return kvs.map(({ key, mod_revision, value = '' }) => ({
    key: Buffer.from(key, 'base64').toString(),
    revision: mod_revision,
    value,
  }));
}

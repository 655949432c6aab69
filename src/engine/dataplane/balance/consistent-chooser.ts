import type { HashTable, Member, TableBuild } from './hash-table.ts';
import { hashNumber } from './hash32.ts';
import type { BalancerDependencies, Timer } from './balancer-dependencies.ts';
import type { Host } from './host.ts';

/** A table built for a set of members, with the hosts that its indexes mean now. */
interface BuiltTable {
  readonly signature: string;
  readonly members: readonly Member[];
  readonly table: HashTable;
  hosts: readonly (Host | undefined)[];
}

/** Sets of members whose tables are kept: an endpoint that leaves and comes back finds its table. */
const keptTables = 4;
/** Steps of a build done at once: when there is no table yet, about 10 ms of work, which
 * a maglev table of the default size for a thousand uneven members needs; else, while the old one serves, 1 ms. */
const firstBuildSteps = 32;
const rebuildSteps = 2;

/**
 * Ring hash and maglev over changing hosts. Members and weights make the table; candidates say who may be used. A large
 * table is built in slices while the one before (or, at the very start, rendezvous hashing) serves.
 */
export class ConsistentChooser {
  readonly #deps: BalancerDependencies;
  readonly #build: (members: readonly Member[]) => TableBuild;
  readonly #tables: BuiltTable[] = [];
  #candidates: readonly Host[] = [];
  #current: BuiltTable | undefined;
  #pending: { readonly signature: string; readonly timer: Timer } | undefined;
  #hostsById = new Map<string, Host>();

  constructor(deps: BalancerDependencies, build: (members: readonly Member[]) => TableBuild) {
    this.#deps = deps;
    this.#build = build;
  }

  /** All hosts, whether healthy or not. */
  setMembers(hosts: readonly Host[]): void {
    this.#hostsById = new Map(hosts.map((host) => [host.id, host]));
    const members = hosts
      .map((host): Member => ({ id: host.id, weight: host.weight }))
      .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    const signature = JSON.stringify(members.map(({ id, weight }) => [id, weight]));
    if (this.#current) this.#current.hosts = this.#hostsOf(this.#current.members);
    if (this.#current?.signature === signature) {
      this.#cancelPending();
      return;
    }
    if (this.#pending?.signature === signature) return;
    this.#cancelPending();
    const kept = this.#tables.find((table) => table.signature === signature);
    if (kept) this.#use(kept);
    else if (members.length === 0) this.#current = undefined;
    else this.#start(signature, members);
  }

  setCandidates(candidates: readonly Host[]): void {
    this.#candidates = candidates;
  }

  choose(hash: number | undefined, tried: ReadonlySet<string> | undefined): Host | undefined {
    // No key in the request: anywhere (Envoy: `hash ? hash : random`), still by weight.
    const key = hash ?? Math.floor(this.#deps.random() * 0x1_0000_0000);
    const avoid = tried && tried.size > 0 && this.#hasUntried(tried) ? tried : undefined;
    const current = this.#current;
    if (current) {
      for (let attempt = 0; attempt < current.table.attempts; attempt++) {
        const host = current.hosts[current.table.ownerOf(key, attempt)];
        if (host?.isCandidate && !avoid?.has(host.id)) return host;
      }
    }
    return this.#rendezvous(key, avoid);
  }

  dispose(): void {
    this.#cancelPending();
  }

  #hasUntried(tried: ReadonlySet<string>): boolean {
    for (const host of this.#candidates) if (!tried.has(host.id)) return true;
    return false;
  }

  /** Highest random weight, O(n): consistent without a table. */
  #rendezvous(key: number, avoid: ReadonlySet<string> | undefined): Host | undefined {
    let best: Host | undefined;
    let bestScore = -Infinity;
    for (const host of this.#candidates) {
      if (avoid?.has(host.id)) continue;
      // -weight / ln(uniform): the share of a host is proportional to its weight.
      const uniform = (hashNumber(key | 0, host.hash) + 0.5) / 0x1_0000_0000;
      const score = -host.weight / Math.log(uniform);
      if (score > bestScore) {
        best = host;
        bestScore = score;
      }
    }
    return best;
  }

  #start(signature: string, members: readonly Member[]): void {
    const build = this.#build(members);
    for (let steps = this.#current ? rebuildSteps : firstBuildSteps; steps > 0; steps--) {
      const step = build.next();
      if (step.done) {
        this.#finish(signature, members, step.value);
        return;
      }
    }
    this.#continueLater(signature, members, build);
  }

  #continueLater(signature: string, members: readonly Member[], build: TableBuild): void {
    const timer = this.#deps.setTimer(() => {
      const step = build.next();
      if (!step.done) {
        this.#continueLater(signature, members, build);
        return;
      }
      this.#pending = undefined;
      this.#finish(signature, members, step.value);
    }, 0);
    this.#pending = { signature, timer };
  }

  #finish(signature: string, members: readonly Member[], table: HashTable): void {
    const built: BuiltTable = { signature, members, table, hosts: [] };
    this.#tables.unshift(built);
    if (this.#tables.length > keptTables) this.#tables.pop();
    this.#use(built);
  }

  #use(table: BuiltTable): void {
    table.hosts = this.#hostsOf(table.members);
    this.#current = table;
  }

  #hostsOf(members: readonly Member[]): readonly (Host | undefined)[] {
    return members.map(({ id }) => this.#hostsById.get(id));
  }

  #cancelPending(): void {
    this.#pending?.timer.cancel();
    this.#pending = undefined;
  }
}

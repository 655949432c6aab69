/**
 * Policies that need no key. Each chooses among the current candidates; the balancer calls `reset` when these change.
 * Rules of Envoy's `source/extensions/load_balancing_policies/{round_robin,random,least_request}`.
 */
import { EdfScheduler } from './edf-scheduler.ts';
import type { Host } from './host.ts';

export interface Chooser {
  /** `candidates` is not empty and not changed afterwards. */
  reset(candidates: readonly Host[]): void;
  choose(): Host | undefined;
}

/** Whether all weights are the same, so that they do not matter. */
function isEven(hosts: readonly Host[]): boolean {
  return hosts.every((host) => host.weight === hosts[0]?.weight);
}

/** A scheduler that starts somewhere in its cycle: proxies started together must not all begin with the same host. */
function startScheduler(hosts: readonly Host[], start: number, weigh: (host: Host) => number): EdfScheduler {
  const scheduler = new EdfScheduler(hosts.map(weigh));
  for (let turn = 0; turn < start; turn++) {
    const host = hosts[scheduler.next()];
    if (host) scheduler.requeue(weigh(host));
  }
  return scheduler;
}

const plainWeight = (host: Host): number => host.weight;

/** Turns in order; with weights, as many turns as the weight says, spread evenly. */
export class RoundRobin implements Chooser {
  readonly #start: number;
  #hosts: readonly Host[] = [];
  #scheduler: EdfScheduler | undefined;
  #turn: number;

  constructor(random: () => number) {
    this.#start = random();
    this.#turn = -1;
  }

  reset(candidates: readonly Host[]): void {
    const start = Math.floor(this.#start * candidates.length);
    this.#hosts = candidates;
    this.#scheduler = isEven(candidates) ? undefined : startScheduler(candidates, start, plainWeight);
    if (this.#turn < 0) this.#turn = start;
  }

  choose(): Host | undefined {
    const scheduler = this.#scheduler;
    if (!scheduler) {
      if (this.#turn >= this.#hosts.length) this.#turn = 0;
      return this.#hosts[this.#turn++];
    }
    const host = this.#hosts[scheduler.next()];
    if (host) scheduler.requeue(host.weight);
    return host;
  }
}

/** Any, with the same probability: Envoy's random policy does not look at weights. */
export class RandomChoice implements Chooser {
  readonly #random: () => number;
  #hosts: readonly Host[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  reset(candidates: readonly Host[]): void {
    this.#hosts = candidates;
  }

  choose(): Host | undefined {
    return this.#hosts[Math.floor(this.#random() * this.#hosts.length)];
  }
}

const biasedWeight = (host: Host): number => host.weight / (host.active + 1);

/**
 * Same weights: of two drawn at random (with replacement, `choice_count` 2) the one with fewer requests in flight, the
 * first on a tie. Different weights: round robin with the weight divided by the requests in flight plus one
 * (`active_request_bias` 1.0).
 */
export class LeastRequest implements Chooser {
  readonly #random: () => number;
  #hosts: readonly Host[] = [];
  #scheduler: EdfScheduler | undefined;

  constructor(random: () => number) {
    this.#random = random;
  }

  reset(candidates: readonly Host[]): void {
    this.#hosts = candidates;
    this.#scheduler = isEven(candidates)
      ? undefined
      : startScheduler(candidates, Math.floor(this.#random() * candidates.length), biasedWeight);
  }

  choose(): Host | undefined {
    const hosts = this.#hosts;
    const scheduler = this.#scheduler;
    if (!scheduler) {
      const first = hosts[Math.floor(this.#random() * hosts.length)];
      const second = hosts[Math.floor(this.#random() * hosts.length)];
      return first && second && second.active < first.active ? second : first;
    }
    const host = hosts[scheduler.next()];
    if (host) scheduler.requeue(biasedWeight(host));
    return host;
  }
}

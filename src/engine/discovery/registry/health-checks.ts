/**
 * Runs the checks of a catalog: probes HTTP and TCP ones at their interval, lets TTL ones expire, and deregisters
 * instances that stay critical too long. Everything it finds goes into the catalog.
 */
import { formatGoDuration } from '../../../shared/go-duration.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogCheck, CheckStatus } from './catalog-entries.ts';
import type { ProbeOptions, ProbeResult } from './health-probe.ts';
import { probe } from './health-probe.ts';

export interface HealthChecksOptions {
  readonly catalog: Catalog;
  readonly allow?: ProbeOptions['allow'];
  /** Consul's floor for DeregisterCriticalServiceAfter is a minute. */
  readonly minDeregisterMs?: number;
  readonly random?: () => number;
}

interface Running {
  readonly key: string;
  readonly definition: string;
  readonly abort: AbortController;
  timer: NodeJS.Timeout | undefined;
  deregister: NodeJS.Timeout | undefined;
  /** Until it passed once it is probed in quick succession: something has just been started. */
  quickPauseMs: number;
  successes: number;
  failures: number;
  /** Probes of an earlier epoch are out of date when they answer. */
  epoch: number;
}

const firstQuickPauseMs = 100;

export class HealthChecks {
  readonly #catalog: Catalog;
  readonly #allow: ProbeOptions['allow'];
  readonly #minDeregisterMs: number;
  readonly #random: () => number;
  readonly #running = new Map<string, Running>();
  readonly #subscription: { dispose(): void };
  #disposed = false;

  constructor(options: HealthChecksOptions) {
    this.#catalog = options.catalog;
    this.#allow = options.allow;
    this.#minDeregisterMs = options.minDeregisterMs ?? 60_000;
    this.#random = options.random ?? Math.random;
    this.#subscription = this.#catalog.onEvent((event) => {
      if (event.type === 'checks-changed') this.#sync(event.check);
    });
    for (const check of this.#catalog.checks()) this.#sync(check.id);
  }

  /** Sets the status of a TTL check and starts its time anew. False where there is no such TTL check. */
  report(id: string, status: CheckStatus, output: string): boolean {
    const check = this.#catalog.check(id);
    const running = this.#running.get(id);
    if (check?.definition.type !== 'ttl' || !running) return false;
    this.#armTtl(running, check.definition.ttlMs);
    this.#settle(running, id, status, output);
    return true;
  }

  /** Somebody else has just probed the instance with success: what failed before says nothing about it any more. */
  passed(instance: string, output: string): void {
    for (const { id, definition } of this.#catalog.checksOf(instance)) {
      const running = this.#running.get(id);
      if (!running || (definition.type !== 'http' && definition.type !== 'tcp')) continue;
      running.failures = 0;
      running.epoch += 1;
      this.#catalog.setCheck(id, 'passing', output);
      const now = this.#catalog.check(id);
      if (now) this.#watchCritical(running, now);
      this.#schedule(running, id, definition.intervalMs);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    for (const id of [...this.#running.keys()]) this.#stop(id);
  }

  /** Checks of other nodes are known, not run: whoever registered them reports. */
  #sync(id: string): void {
    const check = this.#catalog.check(id);
    const running = this.#running.get(id);
    if (!check) {
      this.#stop(id);
      return;
    }
    const definition = JSON.stringify([check.definition, check.instance]);
    if (running?.definition === definition) return;
    this.#stop(id);
    if (check.definition.type === 'reported') return;
    const next: Running = {
      key: id,
      definition,
      abort: new AbortController(),
      timer: undefined,
      deregister: undefined,
      quickPauseMs: firstQuickPauseMs,
      successes: 0,
      failures: 0,
      epoch: 0,
    };
    this.#running.set(id, next);
    this.#watchCritical(next, check);
    if (check.definition.type === 'ttl') this.#armTtl(next, check.definition.ttlMs);
    // Many checks registered together shall not probe together for ever; the first result must not wait long either.
    else this.#schedule(next, id, this.#random() * Math.min(100, check.definition.intervalMs));
  }

  #stop(id: string): void {
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    clearTimeout(running.timer);
    clearTimeout(running.deregister);
    running.abort.abort();
  }

  #schedule(running: Running, id: string, delayMs: number): void {
    clearTimeout(running.timer);
    running.timer = setTimeout(() => void this.#probe(running, id), delayMs);
  }

  async #probe(running: Running, id: string): Promise<void> {
    const definition = this.#catalog.check(id)?.definition;
    if (definition?.type !== 'http' && definition?.type !== 'tcp') return;
    const { epoch } = running;
    const options = { signal: running.abort.signal, ...(this.#allow ? { allow: this.#allow } : {}) };
    const result: ProbeResult = await probe(definition, options);
    if (this.#disposed || this.#running.get(id) !== running || running.epoch !== epoch) return;
    this.#settle(running, id, result.status, result.output);
    if (result.status === 'critical') running.quickPauseMs *= 1.5;
    else running.quickPauseMs = Infinity;
    const pause = Math.min(running.quickPauseMs, definition.intervalMs);
    // Up to a tenth earlier or later, so that checks drift apart.
    this.#schedule(running, id, pause * (0.9 + this.#random() * 0.2));
  }

  #armTtl(running: Running, ttlMs: number): void {
    clearTimeout(running.timer);
    running.timer = setTimeout(() => {
      const check = this.#catalog.check(running.key);
      if (!check || check.status === 'critical') return;
      const last = check.output === '' ? 'none' : check.output;
      const output = `TTL of ${formatGoDuration(ttlMs)} expired (last output: ${last})`;
      this.#settle(running, running.key, 'critical', output);
    }, ttlMs);
  }

  /** Applies Consul's thresholds: a status changes once enough probes in a row say so. */
  #settle(running: Running, id: string, status: CheckStatus, output: string): void {
    const check = this.#catalog.check(id);
    if (!check) return;
    const { successBeforePassing, failuresBeforeWarning, failuresBeforeCritical } = check.thresholds;
    if (status === 'critical') {
      running.successes = 0;
      running.failures += 1;
    } else {
      running.failures = 0;
      running.successes += 1;
    }
    let settled: CheckStatus = check.status;
    if (status === 'critical') {
      if (running.failures >= failuresBeforeCritical) settled = 'critical';
      else if (running.failures >= failuresBeforeWarning) settled = 'warning';
    } else if (running.successes >= successBeforePassing) settled = status;
    this.#catalog.setCheck(id, settled, output);
    const now = this.#catalog.check(id);
    if (now) this.#watchCritical(running, now);
  }

  /** Starts the time to deregistration when a check turns critical, and stops it when it does not stay so. */
  #watchCritical(running: Running, check: CatalogCheck): void {
    if (check.status !== 'critical') {
      clearTimeout(running.deregister);
      running.deregister = undefined;
      return;
    }
    const { instance, deregisterAfterMs } = check;
    if (deregisterAfterMs === undefined || instance === undefined || running.deregister) return;
    const after = Math.max(deregisterAfterMs, this.#minDeregisterMs);
    running.deregister = setTimeout(() => this.#catalog.deregister(instance), after);
  }
}

import type { ClusterPlan, PlannedStep } from '../../../../shared/cluster.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import type { ApiResource } from '../access/api-resources.ts';

/** What executing a step sends. */
export type Change =
  /** Server-side apply. */
  | { readonly type: 'apply'; readonly body: UntrustedRecord }
  /** JSON merge patch. */
  | { readonly type: 'patch'; readonly body: UntrustedRecord }
  | { readonly type: 'remove' }
  /** The object as it was, managed fields included. */
  | { readonly type: 'restore'; readonly object: UntrustedRecord };

/** A step that was shown, with what only the engine knows of it. */
export interface PreparedStep {
  readonly shown: PlannedStep;
  /** Absent where there is nothing to do: refused, or unchanged. */
  readonly change?: Change;
  /** Absent where the kind is made by an earlier step of the plan. */
  readonly resource?: ApiResource;
  /** The object the plan was made on; absent where there was none. */
  readonly live?: UntrustedRecord;
}

export interface PreparedPlan {
  readonly plan: ClusterPlan;
  readonly steps: readonly PreparedStep[];
}

/** The plan is not there any more, or was made for something else; the message says what to do. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

const maximumPlans = 50;

/** Plans that were shown and may be executed once, for a while. */
export class PreparedPlans {
  readonly #now: () => number;
  readonly #plans = new Map<string, { readonly prepared: PreparedPlan; readonly until: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `keepMs`: how long it may be executed. */
  add(prepared: PreparedPlan, keepMs: number): ClusterPlan {
    this.#forgetOld();
    this.#plans.set(prepared.plan.id, { prepared, until: this.#now() + keepMs });
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > maximumPlans && oldest !== undefined) this.#plans.delete(oldest);
    return prepared.plan;
  }

  /** @throws {PlanError} where it was executed, or is too old. */
  get(id: string): PreparedPlan {
    this.#forgetOld();
    const found = this.#plans.get(id);
    if (!found)
      throw new PlanError('This plan was carried out already, or is too old. Plan the change again and look at it.');
    return found.prepared;
  }

  has(id: string): boolean {
    this.#forgetOld();
    return this.#plans.has(id);
  }

  remove(id: string): void {
    this.#plans.delete(id);
  }

  #forgetOld(): void {
    for (const [id, { until }] of this.#plans) if (until < this.#now()) this.#plans.delete(id);
  }
}

import type { ClusterAction, ClusterExecution, ClusterPlan } from '../../../../shared/cluster.ts';
import type { ChangeExecutor, StepResult } from './change-executor.ts';
import type { ChangePlanner } from './change-planner.ts';
import { PreparedPlans, type PreparedStep } from './prepared-plan.ts';
import type { StepPlanner } from './step-planner.ts';

export interface ClusterChangesOptions {
  readonly planner: ChangePlanner;
  readonly steps: StepPlanner;
  readonly executor: ChangeExecutor;
  readonly now: () => number;
}

const planMs = 10 * 60_000;
/** A person finds out later that it was a mistake. */
const undoMs = 60 * 60_000;

/** Plans, executes and takes back what a person wants to have changed in one cluster. Nothing is written but by a plan. */
export class ClusterChanges {
  readonly #options: ClusterChangesOptions;
  readonly #plans: PreparedPlans;

  constructor(options: ClusterChangesOptions) {
    this.#options = options;
    this.#plans = new PreparedPlans(options.now);
  }

  async plan(action: ClusterAction, signal?: AbortSignal): Promise<ClusterPlan> {
    return this.#plans.add(await this.#options.planner.plan(action, signal), planMs);
  }

  has(id: string): boolean {
    return this.#plans.has(id);
  }

  /** Does each step that can be done, in order. @throws {PlanError} for a plan that is not there any more. */
  async execute(id: string, { force }: { readonly force: boolean }, signal?: AbortSignal): Promise<ClusterExecution> {
    const { plan, steps } = this.#plans.get(id);
    // From here on it must not be executed a second time.
    this.#plans.remove(id);
    const results: { readonly step: PreparedStep; readonly result: StepResult }[] = [];
    for (const step of steps) results.push({ step, result: await this.#execute(step, force, signal) });
    const isChanged = results.some(({ result }) => result.reverse !== undefined);
    // Nothing was done: it still can be, with conflicts taken over or when what was in the way is gone.
    if (!isChanged) this.#plans.add({ plan, steps }, planMs);
    const undo = isChanged ? await this.#undo(plan.title, results) : undefined;
    return {
      context: plan.context,
      steps: results.map(({ result }) => result.executed),
      ...(undo ? { undo } : {}),
    };
  }

  /** What was done before a step that fails must not be forgotten: a failure is the step's result. */
  async #execute(step: PreparedStep, force: boolean, signal: AbortSignal | undefined): Promise<StepResult> {
    try {
      signal?.throwIfAborted();
      return await this.#options.executor.execute(step, { force, signal });
    } catch (error) {
      const why = error instanceof Error && !signal?.aborted ? error.message : 'cancelled.';
      const message = `Not done, as far as is known: ${why} Look at the object before you try again.`;
      return { executed: { ref: step.shown.ref, done: false, message } };
    }
  }

  /** Undefined where the server went away meanwhile: then it cannot say what taking back would do. */
  async #undo(
    title: string,
    results: readonly { readonly step: PreparedStep; readonly result: StepResult }[],
  ): Promise<ClusterPlan | undefined> {
    const { planner, steps } = this.#options;
    const undone: PreparedStep[] = [];
    try {
      for (const { step, result } of [...results].reverse()) {
        const { reverse } = result;
        if (!reverse) continue;
        undone.push(
          reverse.type === 'remove'
            ? await steps.remove(step.shown.ref)
            : await steps.restore(reverse.address, reverse.previous),
        );
      }
    } catch {
      return undefined;
    }
    return this.#plans.add(planner.prepared(reversed(title), undone), undoMs);
  }
}

function reversed(title: string): string {
  const undo = 'Undo: ';
  return title.startsWith(undo) ? title.slice(undo.length) : `${undo}${title}`;
}

import type { ClusterExecution, ClusterPlan, PlannedStep } from '../../../shared/cluster.ts';
import { refText } from '../../cluster-target.ts';
import type { Translate } from '../../translate.ts';

/** What a person is asked before a cluster is changed. */
export interface Confirmation {
  readonly message: string;
  readonly detail: string;
  /** Steps without conflict can be done. */
  readonly canApply: boolean;
  /** Fields of others would have to be taken over for the rest. */
  readonly conflicts: number;
}

/** Steps that would change something. */
export function changingSteps({ steps }: ClusterPlan): readonly PlannedStep[] {
  return steps.filter(({ operation }) => operation !== 'unchanged' && operation !== 'refused');
}

/** Steps the server does not take, whatever is answered. */
function refusedSteps({ steps }: ClusterPlan): readonly PlannedStep[] {
  return steps.filter(({ operation }) => operation === 'refused');
}

/** Names that people give to clusters on which others depend. */
export function looksLikeProduction(name: string): boolean {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .some((word) => /^(?:prod|production|prd|live)\d*$/.test(word));
}

/** The question before a plan is executed. It names the context first, and everything that would happen. */
export function confirmation(plan: ClusterPlan, t: Translate): Confirmation {
  const changing = changingSteps(plan);
  const conflicting = changing.filter(({ conflicts }) => conflicts.length > 0);
  const refused = refusedSteps(plan);
  const title =
    changing.length === 1
      ? t('Change 1 object in context {0}?', plan.context)
      : t('Change {0} objects in context {1}?', changing.length, plan.context);
  const lines = changing.map((step) => `• ${operationText(step, t)}`);
  return {
    message: looksLikeProduction(plan.context) ? `${t('This looks like a PRODUCTION cluster.')} ${title}` : title,
    detail: [
      plan.title,
      '',
      ...shortened(lines, t),
      ...(conflicting.length === 0
        ? []
        : ['', t('Fields that others own:'), ...shortened(conflictLines(conflicting), t)]),
      ...(refused.length === 0
        ? []
        : [
            '',
            t('Refused by the server, and left out:'),
            ...shortened(
              refused.map((step) => refusedText(step, t)),
              t,
            ),
          ]),
    ].join('\n'),
    canApply: changing.length > conflicting.length,
    conflicts: conflicting.reduce((sum, { conflicts }) => sum + conflicts.length, 0),
  };
}

/** The second question, where fields of others would be taken over. */
export function takeOverDetail(plan: ClusterPlan, t: Translate): string {
  const conflicting = changingSteps(plan).filter(({ conflicts }) => conflicts.length > 0);
  return [
    ...shortened(conflictLines(conflicting), t),
    '',
    t('Whoever owns them now may set them back, or fail at the next change.'),
  ].join('\n');
}

/** Who else owns fields of the plan. */
export function managersOf(plan: ClusterPlan): readonly string[] {
  return [...new Set(plan.steps.flatMap(({ conflicts }) => conflicts.map(({ manager }) => manager)))].sort();
}

/** "3 of 4 done in admin." */
export function executionText({ context, steps }: ClusterExecution, t: Translate): string {
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) {
    const [only] = steps;
    return steps.length === 1 && only !== undefined
      ? t('{0}: {1} ({2})', refText(only.ref), only.message, context)
      : t('{0} objects changed in {1}.', done, context);
  }
  const failed = steps.find((step) => !step.done);
  const why = failed === undefined ? '' : `${refText(failed.ref)}: ${failed.message}`;
  return t('{0} of {1} done in {2}. {3}', done, steps.length, context, why);
}

/** Why nothing is left to be done. */
export function nothingToDo(plan: ClusterPlan, t: Translate): string {
  const [refused] = refusedSteps(plan);
  if (refused === undefined) return t('Context {0} has it already: nothing would change.', plan.context);
  return t('The server refuses it: {0}', refusedText(refused, t));
}

/** "create Service bookinfo/reviews" */
export function operationText({ operation, ref }: PlannedStep, t: Translate): string {
  switch (operation) {
    case 'create':
      return t('create {0}', refText(ref));
    case 'update':
      return t('change {0}', refText(ref));
    case 'remove':
      return t('REMOVE {0}', refText(ref));
    case 'unchanged':
      return t('leave {0}', refText(ref));
    case 'refused':
      return t('cannot change {0}', refText(ref));
  }
}

function refusedText({ ref, problem }: PlannedStep, t: Translate): string {
  return `${refText(ref)}: ${problem ?? t('no reason was given')}`;
}

function conflictLines(steps: readonly PlannedStep[]): readonly string[] {
  return steps.flatMap(({ ref, conflicts }) =>
    conflicts.map(({ field, manager }) => `• ${refText(ref)}: ${field} (${manager})`),
  );
}

const most = 20;

/** A dialog has room for so many lines. */
function shortened(lines: readonly string[], t: Translate): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), t('… and {0} more', lines.length - most)];
}

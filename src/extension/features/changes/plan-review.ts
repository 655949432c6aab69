import { commands as vscodeCommands, l10n, ProgressLocation, TabInputText, TabInputTextDiff, window } from 'vscode';
import type { ClusterAction, ClusterExecution, ClusterPlan, PlannedStep } from '../../../shared/cluster.ts';
import { refText } from '../../cluster-target.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import { ReportWriter } from '../../report-writer.ts';
import type { Services } from '../../services.ts';
import { PendingChangeItem } from './pending-change-item.ts';
import {
  changingSteps,
  confirmation,
  executionText,
  managersOf,
  nothingToDo,
  operationText,
  takeOverDetail,
} from './plan-words.ts';

/** The one way in which a cluster is changed: plan, diff, confirmation, execution, undo. */
export class PlanReview {
  readonly #services: Services;
  /** Answers the review that waits; undefined while none does. */
  #answer: ((goesOn: boolean) => void) | undefined;
  #undo: ClusterPlan | undefined;
  readonly #item: PendingChangeItem;

  constructor(services: Services, owned: DisposableList) {
    this.#services = services;
    this.#item = new PendingChangeItem(owned);
    services.commands.register(commandIds.confirmChange, () => this.#answer?.(true));
    services.commands.register(commandIds.discardChange, () => this.#answer?.(false));
    services.commands.register(commandIds.undoChange, async () => {
      if (this.#undo === undefined) throw new UserFacingError(l10n.t('There is no change to take back.'));
      return this.#review(this.#undo);
    });
    services.contextKeys.set('meshlens.change.isPending', false);
    services.contextKeys.set('meshlens.change.canUndo', false);
  }

  /** Lets the engine plan an action, and leads a person through it. Answers what was done, if anything was. */
  async run(context: string, action: ClusterAction): Promise<ClusterExecution | undefined> {
    const plan = await window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: l10n.t('Asking {0} what would change', context),
        cancellable: true,
      },
      (_, token) => this.#services.engine.request('mesh/cluster/plan', { context, action }, token),
    );
    return this.#review(plan);
  }

  async #review(plan: ClusterPlan): Promise<ClusterExecution | undefined> {
    const steps = changingSteps(plan);
    if (steps.length === 0) {
      const message = nothingToDo(plan, l10n.t);
      if (plan.steps.some(({ operation }) => operation === 'refused')) throw new UserFacingError(message);
      void window.showInformationMessage(message);
      return undefined;
    }
    this.#answer?.(false);
    const diff = await this.#showDiff(plan, steps);
    const answer = (await this.#goesOn(plan)) ? await ask(plan) : undefined;
    const execution = answer === undefined ? undefined : await this.#execute(plan, answer === 'take-over');
    await closeDiff(diff);
    return execution;
  }

  /** One diff, or all of them below one another. Answers the title of the tab, to close it again. */
  async #showDiff(plan: ClusterPlan, steps: readonly PlannedStep[]): Promise<string> {
    const { snapshots } = this.#services;
    const sides = steps.map(({ ref, before, after }) => {
      return { ...snapshots.pair(`${refText(ref)}.yaml`, before, after), isNew: before === '', isGone: after === '' };
    });
    const title = l10n.t('{0} (context {1})', plan.title, plan.context);
    const [only] = sides;
    if (sides.length === 1 && only) {
      // Opening a file must not take the place of what somebody is about to agree to.
      await vscodeCommands.executeCommand('vscode.diff', only.before, only.after, title, { preview: false });
    } else {
      const changes = sides.map(({ before, after, isNew, isGone }) => [
        after,
        isNew ? undefined : before,
        isGone ? undefined : after,
      ]);
      await vscodeCommands.executeCommand('vscode.changes', title, changes);
    }
    return title;
  }

  /** A dialog would cover the diff: the person reads first, and goes on by a notification, a button or a command. */
  async #goesOn(plan: ClusterPlan): Promise<boolean> {
    const { contextKeys } = this.#services;
    contextKeys.set('meshlens.change.isPending', true);
    this.#item.show(plan);
    let isPending = true;
    const goOn = l10n.t('Continue…');
    const discard = l10n.t('Discard');
    try {
      return await new Promise<boolean>((resolve) => {
        this.#answer = resolve;
        void window
          .showInformationMessage(
            l10n.t('{0}: look through what would change in {1}.', plan.title, plan.context),
            goOn,
            discard,
          )
          .then((choice) => {
            // A notification that was closed leaves the item of the status bar, the button above the diff and the command.
            if (isPending && choice !== undefined) resolve(choice === goOn);
            // Notifications stay in their list, and cannot be taken back.
            if (isPending || choice !== goOn) return;
            void window.showInformationMessage(
              l10n.t(
                '{0}: this has been decided already. Run the command again to see what would change now.',
                plan.title,
              ),
            );
          });
      });
    } finally {
      isPending = false;
      this.#answer = undefined;
      this.#item.hide();
      contextKeys.set('meshlens.change.isPending', false);
    }
  }

  async #execute(plan: ClusterPlan, force: boolean): Promise<ClusterExecution> {
    const { contextKeys, engine } = this.#services;
    const title = l10n.t('Changing {0}', plan.context);
    const execution = await window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (_, token) => engine.request('mesh/cluster/execute', { plan: plan.id, ...(force ? { force } : {}) }, token),
    );
    if (execution.undo !== undefined) this.#undo = execution.undo;
    contextKeys.set('meshlens.change.canUndo', this.#undo !== undefined);
    void this.#tell(plan, execution);
    return execution;
  }

  async #tell(plan: ClusterPlan, execution: ClusterExecution): Promise<void> {
    const undo = l10n.t('Undo…');
    const details = l10n.t('Show Details');
    const message = executionText(execution, l10n.t);
    const buttons = [...(execution.undo === undefined ? [] : [undo]), details];
    const isWhole = execution.steps.every(({ done }) => done);
    const choice = await (isWhole
      ? window.showInformationMessage(message, ...buttons)
      : window.showWarningMessage(message, ...buttons));
    // Another change may have followed: this message takes back its own.
    if (choice === undo && execution.undo !== undefined) await this.#review(execution.undo);
    if (choice !== details) return;
    const writer = new ReportWriter();
    writer.line(`# ${plan.title}`).line().line(l10n.t('Context {0}', execution.context)).line();
    for (const { ref, done, message: told } of execution.steps) {
      const step = plan.steps.find((one) => refText(one.ref) === refText(ref));
      const what = step === undefined ? refText(ref) : operationText(step, l10n.t);
      writer.line(`- ${done ? l10n.t('done') : l10n.t('NOT DONE')}: ${what}: ${told}`);
    }
    await this.#services.documents.show(plan.title, writer.finish());
  }
}

/** The modal questions: one that names the context, and a second one where fields of others would be taken over. */
async function ask(plan: ClusterPlan): Promise<'apply' | 'take-over' | undefined> {
  const { message, detail, canApply, conflicts } = confirmation(plan, l10n.t);
  const removes = changingSteps(plan).every(({ operation }) => operation === 'remove');
  const apply = removes ? l10n.t('Remove from {0}', plan.context) : l10n.t('Apply to {0}', plan.context);
  const takeOver = l10n.t('Take Over These Fields…');
  const buttons = [...(canApply ? [apply] : []), ...(conflicts > 0 ? [takeOver] : [])];
  const choice = await window.showWarningMessage(message, { modal: true, detail }, ...buttons);
  if (choice === apply) return 'apply';
  if (choice !== takeOver) return undefined;
  const sure = l10n.t('Take Over and Apply to {0}', plan.context);
  const question = l10n.t(
    'Take over {0} fields from {1} in context {2}?',
    conflicts,
    managersOf(plan).join(', '),
    plan.context,
  );
  const second = await window.showWarningMessage(question, { modal: true, detail: takeOverDetail(plan, l10n.t) }, sure);
  return second === sure ? 'take-over' : undefined;
}

/**
 * Closes the diff of a review that has ended. The editor tells extensions nothing of a tab with several diffs but its
 * title, behind which it puts their number.
 */
async function closeDiff(title: string): Promise<void> {
  const tabs = window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input, label }) => {
      if (input instanceof TabInputTextDiff) return label === title;
      return !(input instanceof TabInputText) && (label === title || label.startsWith(`${title} (`));
    });
  if (tabs.length > 0) await window.tabGroups.close(tabs, true);
}

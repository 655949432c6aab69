import { l10n, MarkdownString, StatusBarAlignment, ThemeColor, window, type StatusBarItem } from 'vscode';
import type { ClusterPlan } from '../../../shared/cluster.ts';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';

/** Says for as long as a change waits that it does: a notification goes while one still reads the diff. */
export class PendingChangeItem {
  readonly #item: StatusBarItem;

  constructor(owned: DisposableList) {
    this.#item = owned.add(window.createStatusBarItem('meshlens.change', StatusBarAlignment.Left, 8.5));
    this.#item.name = l10n.t('Meshlens Cluster Change');
    this.#item.command = commandIds.confirmChange;
    this.#item.backgroundColor = new ThemeColor('statusBarItem.warningBackground');
  }

  show({ title, context }: ClusterPlan): void {
    const text = l10n.t('Continue: {0} ({1})…', title, context);
    this.#item.text = `$(diff) ${text}`;
    this.#item.accessibilityInformation = { label: text, role: 'button' };
    const tooltip = new MarkdownString(undefined, true);
    tooltip.isTrusted = { enabledCommands: [commandIds.confirmChange, commandIds.discardChange] };
    tooltip.appendText(l10n.t('Nothing is changed in {0} yet. What would change stands in the diff.', context));
    tooltip.appendMarkdown(
      `\n\n[${l10n.t('Continue…')}](command:${commandIds.confirmChange}) · [${l10n.t('Discard')}](command:${commandIds.discardChange})`,
    );
    this.#item.tooltip = tooltip;
    this.#item.show();
  }

  hide(): void {
    this.#item.hide();
  }
}

import { commands as vscodeCommands, l10n, StatusBarAlignment, ThemeColor, window } from 'vscode';
import { commandIds, type CommandId } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { devProxyText } from './dev-proxy-text.ts';

/** Says that the dev proxy runs, and offers what can be done with it. */
export function registerDevProxyStatusBar(services: Services, owned: DisposableList): void {
  const { commands, devProxy } = services;
  const item = owned.add(window.createStatusBarItem('meshlens.devProxy', StatusBarAlignment.Left, 8));
  item.name = l10n.t('Meshlens Dev Proxy');
  item.command = commandIds.showDevProxyActions;
  const draw = (): void => {
    const shown = devProxyText(devProxy.status, l10n.t);
    if (shown === undefined) {
      item.hide();
      return;
    }
    item.text = shown.text;
    item.tooltip = shown.tooltip;
    item.accessibilityInformation = { label: shown.text.replace(/\$\([^)]*\)\s*/g, ''), role: 'button' };
    item.backgroundColor = shown.isDegraded ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    item.show();
  };
  owned.add(devProxy.onDidChange(draw));
  draw();
  commands.register(commandIds.showDevProxyActions, () => showActions(services));
}

async function showActions({ devProxy }: Services): Promise<void> {
  const { includeUnsaved, standIns } = devProxy.status;
  const items: { readonly label: string; readonly id: CommandId }[] = devProxy.isActive
    ? [
        { label: l10n.t('$(debug-disconnect) Stop dev proxy'), id: commandIds.stopDevProxy },
        {
          label: includeUnsaved
            ? l10n.t('$(check) Unsaved policy edits count: leave them out')
            : l10n.t('$(edit) Let unsaved policy edits count'),
          id: commandIds.toggleUnsavedPolicies,
        },
        { label: l10n.t('$(arrow-swap) Let a local process stand in for a workload'), id: commandIds.standIn },
        ...(standIns.length === 0 ? [] : [{ label: l10n.t('$(close) End a stand-in'), id: commandIds.endStandIn }]),
        { label: l10n.t('$(symbol-numeric) Give services ports of their own'), id: commandIds.giveServicePorts },
        { label: l10n.t('$(terminal) Copy its environment'), id: commandIds.copyDevProxyEnvironment },
        { label: l10n.t('$(type-hierarchy) Open cluster topology'), id: commandIds.openClusterTopology },
      ]
    : [{ label: l10n.t('$(plug) Start dev proxy'), id: commandIds.startDevProxy }];
  const choice = await window.showQuickPick(items, { placeHolder: l10n.t('Dev proxy') });
  if (choice !== undefined) await vscodeCommands.executeCommand(choice.id);
}

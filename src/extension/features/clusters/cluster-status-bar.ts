import { commands as vscodeCommands, l10n, QuickPickItemKind, StatusBarAlignment, ThemeColor, window } from 'vscode';
import { commandIds, type CommandId } from '../../commands.ts';
import { viewIds } from '../../contribution-ids.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { clusterStatusText } from './cluster-status-text.ts';

/** Context, namespaces and state in the status bar while a context is chosen; a click offers what can be done now. */
export function registerClusterStatusBar(services: Services, owned: DisposableList): void {
  const { clusters, commands } = services;
  const item = owned.add(window.createStatusBarItem('meshlens.cluster', StatusBarAlignment.Left, 9));
  item.name = l10n.t('Meshlens Cluster');
  item.command = commandIds.showClusterActions;
  const draw = (): void => {
    const shown = clusterStatusText(clusters.statuses, l10n.t);
    if (shown === undefined) {
      item.hide();
      return;
    }
    item.text = shown.text;
    item.tooltip = shown.tooltip;
    item.accessibilityInformation = {
      label: l10n.t('Meshlens cluster: {0}', shown.text.replace(/\$\([^)]*\)\s*/g, '')),
      role: 'button',
    };
    item.backgroundColor =
      shown.level === 'normal' ? undefined : new ThemeColor(`statusBarItem.${shown.level}Background`);
    item.show();
  };
  owned.add(clusters.onDidChange(draw));
  draw();
  commands.register(commandIds.showClusterActions, () => showActions(services));
}

interface ActionItem {
  readonly label: string;
  readonly description?: string;
  readonly kind?: QuickPickItemKind;
  readonly command?: CommandId | `${typeof viewIds.clusters}.focus`;
  readonly argument?: unknown;
}

async function showActions({ clusters, devProxy }: Services): Promise<void> {
  const ill = clusters.statuses.filter(({ phase }) => ['unreachable', 'unauthorized', 'failed'].includes(phase));
  const waiting = clusters.statuses.filter(({ phase }) => phase === 'needs-consent');
  const isConnected = clusters.usable.length > 0;
  const when = (condition: boolean, ...items: readonly ActionItem[]): readonly ActionItem[] => (condition ? items : []);
  const items: ActionItem[] = [
    ...waiting.map(({ context }) => ({
      label: l10n.t('$(shield) Allow the sign-in program of {0}', context),
      command: commandIds.allowProgram,
      argument: { context },
    })),
    ...ill.map(({ context, message }) => ({
      label: l10n.t('$(refresh) Connect {0} anew', context),
      ...(message === undefined ? {} : { description: message }),
      command: commandIds.retryCluster,
      argument: { context },
    })),
    ...when(
      isConnected,
      { label: l10n.t('$(type-hierarchy) Open cluster topology'), command: commandIds.openClusterTopology },
      { label: l10n.t('$(filter) Choose namespaces'), command: commandIds.chooseNamespaces },
    ),
    { label: l10n.t('$(server-environment) Connect to another cluster'), command: commandIds.connectCluster },
    { label: l10n.t('$(list-tree) Show the Clusters view'), command: `${viewIds.clusters}.focus` },
    ...when(
      isConnected,
      { label: '', kind: QuickPickItemKind.Separator },
      { label: l10n.t('$(go-to-file) Open an object'), command: commandIds.openObject },
      { label: l10n.t('$(pulse) Show proxy status'), command: commandIds.showProxyStatus },
      { label: l10n.t('$(rocket) Deploy Bookinfo'), command: commandIds.deployBookinfo },
      devProxy.isActive
        ? { label: l10n.t('$(debug-disconnect) Stop dev proxy'), command: commandIds.stopDevProxy }
        : { label: l10n.t('$(plug) Start dev proxy'), command: commandIds.startDevProxy },
    ),
    { label: '', kind: QuickPickItemKind.Separator },
    { label: l10n.t('$(close) Disconnect'), command: commandIds.disconnectCluster },
  ];
  const choice = await window.showQuickPick(items, { placeHolder: l10n.t('Clusters'), matchOnDescription: true });
  if (choice?.command !== undefined) {
    await vscodeCommands.executeCommand(choice.command, ...(choice.argument === undefined ? [] : [choice.argument]));
  }
}

import { commands as vscodeCommands, l10n, QuickPickItemKind, StatusBarAlignment, ThemeColor, window } from 'vscode';
import { commandIds, type CommandId } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { statusText, type StatusInput } from './status-text.ts';

/** The one item in the status bar: state of the mesh and worst health; a click offers what can be done now. */
export function registerStatusBar(services: Services, owned: DisposableList): void {
  const { commands, engine, mesh, meshFiles, topology } = services;
  const item = owned.add(window.createStatusBarItem('meshlens.status', StatusBarAlignment.Left, 10));
  item.name = 'Meshlens';
  item.command = commandIds.showActions;

  const draw = (): void => {
    const { status } = mesh;
    const { worst } = topology;
    const input: StatusInput = {
      engine: engine.state,
      hasMeshFile: meshFiles.known.length > 0,
      ...(status === undefined ? {} : { status }),
      ...(worst === undefined ? {} : { worst }),
    };
    const shown = statusText(input, l10n.t);
    if (shown === undefined) {
      item.hide();
      return;
    }
    item.text = shown.text;
    item.tooltip = shown.tooltip;
    item.accessibilityInformation = { label: `Meshlens: ${shown.text.replace(/\$\([^)]*\)\s*/g, '')}`, role: 'button' };
    item.backgroundColor =
      shown.level === 'normal' ? undefined : new ThemeColor(`statusBarItem.${shown.level}Background`);
    item.show();
  };
  for (const event of [engine.onDidChangeState, mesh.onDidChange, meshFiles.onDidChange, topology.onDidChangeWorst]) {
    owned.add((event as (listener: () => void) => { dispose(): void })(draw));
  }
  draw();
  commands.register(commandIds.showActions, () => showActions(services));
}

interface ActionItem {
  readonly label: string;
  readonly description?: string;
  readonly kind?: QuickPickItemKind;
  readonly id?: CommandId;
}

async function showActions({ engine, mesh }: Services): Promise<void> {
  const isRunning = mesh.isActive;
  const rejected = mesh.status?.config?.rejected;
  const items: ActionItem[] = [
    ...(engine.state.state === 'stopped'
      ? [{ label: l10n.t('$(debug-restart) Restart engine'), id: commandIds.restartEngine }]
      : []),
    ...(rejected === undefined
      ? []
      : [
          {
            label: l10n.t('$(warning) Show what was rejected'),
            description: rejected.message,
            id: commandIds.showRejection,
          },
        ]),
    { label: l10n.t('$(type-hierarchy) Open topology'), id: commandIds.openTopology },
    isRunning
      ? { label: l10n.t('$(debug-stop) Stop local mesh'), id: commandIds.stopMesh }
      : { label: l10n.t('$(play) Start local mesh'), id: commandIds.startMesh },
    ...(isRunning
      ? [
          { label: l10n.t('$(debug-restart) Restart a service'), id: commandIds.restartService },
          { label: l10n.t('$(send) Send test request'), id: commandIds.sendRequest },
          { label: l10n.t('$(git-compare) Show route decision'), id: commandIds.showRoute },
          { label: l10n.t('$(terminal) Copy proxy environment'), id: commandIds.copyProxyEnvironment },
        ]
      : []),
    { label: '', kind: QuickPickItemKind.Separator },
    { label: l10n.t('$(checklist) Analyze workspace'), id: commandIds.analyzeWorkspace },
    { label: l10n.t('$(output) Show engine log'), id: commandIds.showEngineLog },
  ];
  const choice = await window.showQuickPick(items, { placeHolder: l10n.t('Meshlens') });
  if (choice?.id !== undefined) await vscodeCommands.executeCommand(choice.id);
}

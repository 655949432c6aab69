import { commands as vscodeCommands, EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItem, window } from 'vscode';
import type { MeshEvent } from '../../../shared/mesh-event.ts';
import { commandIds } from '../../commands.ts';
import { colorIds, viewIds } from '../../contribution-ids.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { openSource } from '../../source-links.ts';

/** The Events view: what happened in the mesh, newest first; a click leads to the text or the picture it concerns. */
export function registerEventsView({ commands, events, topology }: Services, owned: DisposableList): void {
  const changes = owned.add(new EventEmitter<undefined>());
  owned.add(
    window.createTreeView<MeshEvent>(viewIds.events, {
      treeDataProvider: {
        onDidChangeTreeData: changes.event,
        getChildren: (event) => (event === undefined ? [...events.events] : []),
        getTreeItem: toItem,
      },
    }),
  );
  owned.add(events.onDidChange(() => changes.fire(undefined)));
  commands.register(commandIds.openEvent, async (argument) => {
    const event = events.events.find((candidate) => candidate === argument);
    if (event === undefined) return;
    const isAboutText = event.kind === 'config-rejected' || event.kind === 'config-applied';
    if (isAboutText && event.source?.uri !== undefined) return openSource(event.source);
    const select = topology.findNode(event);
    if (select === undefined && event.source?.uri !== undefined) return openSource(event.source);
    await vscodeCommands.executeCommand(commandIds.openTopology, select === undefined ? {} : { select });
  });
}

function toItem(event: MeshEvent): TreeItem {
  const item = new TreeItem(event.message);
  const time = new Date(event.time);
  item.id = `${event.time}/${event.id}`;
  item.description = time.toLocaleTimeString();
  item.tooltip = `${event.message}\n${time.toLocaleString()}`;
  item.iconPath = icons[event.severity];
  item.contextValue = 'event';
  item.accessibilityInformation = { label: `${severityWord(event.severity)}: ${event.message}` };
  item.command = { command: commandIds.openEvent, title: l10n.t('Open'), arguments: [event] };
  return item;
}

function severityWord(severity: MeshEvent['severity']): string {
  switch (severity) {
    case 'info':
      return l10n.t('information');
    case 'warning':
      return l10n.t('warning');
    case 'error':
      return l10n.t('error');
  }
}

const icons: Readonly<Record<MeshEvent['severity'], ThemeIcon>> = {
  info: new ThemeIcon('info'),
  warning: new ThemeIcon('warning', new ThemeColor(colorIds.degraded)),
  error: new ThemeIcon('error', new ThemeColor(colorIds.failing)),
};

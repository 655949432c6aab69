import { l10n, Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import { panelProtocolVersion, type PanelShow, type PanelState } from '../../../shared/panel-protocol.ts';
import { commandIds } from '../../commands.ts';
import { topologyPanelType } from '../../contribution-ids.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { carryOut } from './panel-actions.ts';
import { parsePanelState } from './panel-messages.ts';
import { PanelSession } from './panel-session.ts';

/** The Mesh Topology panel: one instance, restored after a reload of the window. */
export function registerTopologyPanel(services: Services, owned: DisposableList): void {
  const { context, commands, mesh, settings } = services;
  let session: PanelSession | undefined;
  owned.add({ dispose: () => session?.dispose() });

  const adopt = (panel: WebviewPanel, state: PanelState): void => {
    panel.iconPath = {
      light: Uri.joinPath(context.extensionUri, 'media', 'panel-light.svg'),
      dark: Uri.joinPath(context.extensionUri, 'media', 'panel-dark.svg'),
    };
    const adopted = new PanelSession(services, panel, state, async (action) => {
      try {
        await carryOut(action, (traceId) => open({ traceId }, false));
      } catch (error) {
        services.log.warn('An action of the topology panel failed.', error);
        void window.showErrorMessage(error instanceof Error ? error.message : String(error));
      }
    });
    session = adopted;
    adopted.onDidEnd(() => {
      if (session === adopted) session = undefined;
    });
  };

  const open = (target: PanelShow, preserveFocus: boolean): void => {
    if (session === undefined) {
      const panel = window.createWebviewPanel(
        topologyPanelType,
        l10n.t('Mesh Topology'),
        { viewColumn: panelColumn(), preserveFocus },
        { enableScripts: true, localResourceRoots: [Uri.joinPath(context.extensionUri, 'dist', 'webview')] },
      );
      adopt(panel, newState(settings.get('topology.graphType'), settings.get('topology.window')));
    }
    session?.show(target, preserveFocus);
  };

  owned.add(
    window.registerWebviewPanelSerializer(topologyPanelType, {
      deserializeWebviewPanel(panel, state: unknown) {
        // A second restored panel would show the same: one is kept.
        if (session) panel.dispose();
        else {
          adopt(
            panel,
            parsePanelState(state) ?? newState(settings.get('topology.graphType'), settings.get('topology.window')),
          );
        }
        return Promise.resolve();
      },
    }),
  );
  commands.register(commandIds.openTopology, (target) => open(toTarget(target), false));

  let wasRunning = false;
  owned.add(
    mesh.onDidChange((status) => {
      const isRunning = status?.phase === 'running';
      const hasStarted = isRunning && !wasRunning;
      // An engine that comes back tells the same mesh again; only a mesh that was down has started.
      if (status !== undefined) wasRunning = isRunning;
      if (hasStarted && session === undefined && settings.get('topology.openWithMesh')) open({}, true);
    }),
  );
}

/** Beside the text that is being edited, else in the place of nothing. */
function panelColumn(): ViewColumn {
  return window.activeTextEditor === undefined ? ViewColumn.Active : ViewColumn.Beside;
}

function newState(graphType: PanelState['graphType'], seconds: number): PanelState {
  return {
    version: panelProtocolVersion,
    source: 'local',
    contexts: [],
    view: 'topology',
    namespaces: [],
    graphType,
    window: seconds,
    positions: {},
    showList: false,
    showLegend: true,
  };
}

/** Title buttons pass the document they stand above; links and other features pass a target. */
function toTarget(value: unknown): PanelShow {
  if (typeof value !== 'object' || value === null) return {};
  const { traceId, select, source, contexts, namespaces } = value as Record<string, unknown>;
  const texts = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((item) => typeof item === 'string');
  return {
    ...(typeof traceId === 'string' ? { traceId } : {}),
    ...(typeof select === 'string' ? { select } : {}),
    ...(source === 'local' || source === 'cluster' ? { source } : {}),
    ...(texts(contexts) ? { contexts } : {}),
    ...(texts(namespaces) ? { namespaces } : {}),
  };
}

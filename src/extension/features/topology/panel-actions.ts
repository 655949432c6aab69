import { Buffer } from 'node:buffer';
import { commands, env, l10n, Uri, window, workspace } from 'vscode';
import type { PanelAction } from '../../../shared/panel-protocol.ts';
import { commandIds } from '../../commands.ts';
import { viewIds } from '../../contribution-ids.ts';
import { openSource } from '../../source-links.ts';

/** Carries out what somebody clicked in the panel. `openTrace` shows a trace in the panel itself. */
export async function carryOut(action: PanelAction, openTrace: (traceId: string) => void): Promise<void> {
  switch (action.action) {
    case 'open-source':
      return openSource(action.source, true);
    case 'start-mesh':
      await commands.executeCommand(commandIds.startMesh);
      return;
    case 'stop-mesh':
      await commands.executeCommand(commandIds.stopMesh);
      return;
    case 'show-log':
      await commands.executeCommand(commandIds.showEngineLog);
      return;
    case 'open-events':
      await commands.executeCommand(`${viewIds.events}.focus`);
      return;
    case 'show-clusters':
      await commands.executeCommand(`${viewIds.clusters}.focus`);
      return;
    case 'open-metrics-settings':
      await commands.executeCommand('workbench.action.openSettings', 'meshlens.cluster.prometheus');
      return;
    case 'retry-cluster':
      await commands.executeCommand(commandIds.retryCluster, { context: action.context });
      return;
    case 'open-object': {
      const { context, resource: ref } = action;
      await commands.executeCommand(commandIds.openObject, { context, ref });
      return;
    }
    case 'start-service':
      await commands.executeCommand(commandIds.startService, target(action));
      return;
    case 'stop-service':
      await commands.executeCommand(commandIds.stopService, target(action));
      return;
    case 'restart-service':
      await commands.executeCommand(commandIds.restartService, target(action));
      return;
    case 'send-request':
      await commands.executeCommand(commandIds.sendRequest, { host: action.host });
      return;
    case 'show-route': {
      const { host, from } = action;
      await commands.executeCommand(commandIds.showRoute, {
        host,
        ...(from === undefined ? {} : { from }),
      });
      return;
    }
    case 'open-trace':
      openTrace(action.traceId);
      return;
    case 'copy':
      await env.clipboard.writeText(action.text);
      window.setStatusBarMessage(l10n.t('$(check) Copied'), 2_000);
      return;
    case 'export':
      return saveExport(action.format, action.data);
  }
}

function target({ namespace, name }: { namespace: string; name: string }): { namespace: string; name: string } {
  return { namespace, name };
}

/** `data`: text for SVG and JSON; for PNG a data URL or bare base64. */
async function saveExport(format: 'png' | 'svg' | 'json', data: string): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const name = `mesh-topology.${format}`;
  const uri = await window.showSaveDialog({
    filters: { [format.toUpperCase()]: [format] },
    ...(folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, name) }),
  });
  if (uri === undefined) return;
  const bytes = format === 'png' ? Buffer.from(data.replace(/^data:[^,]*,/, ''), 'base64') : Buffer.from(data, 'utf8');
  await workspace.fs.writeFile(uri, bytes);
  const open = l10n.t('Open');
  const choice = await window.showInformationMessage(l10n.t('Saved {0}.', workspace.asRelativePath(uri)), open);
  if (choice === open) await commands.executeCommand('vscode.open', uri);
}

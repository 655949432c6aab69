import { l10n, ProgressLocation, window } from 'vscode';
import { pickUsable } from '../../cluster-pick.ts';
import { clusterTargetOf } from '../../cluster-target.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { Services } from '../../services.ts';
import { proxyReport } from './proxy-report.ts';

/** Whether proxies run what their control plane sent, and what the Envoy of a pod runs. */
export function registerProxies({ clusters, commands, documents, engine, snapshots }: Services): void {
  commands.register(commandIds.showProxyStatus, async (argument) => {
    const status = await pickUsable(clusters, clusterTargetOf(argument).context, l10n.t('Context'));
    if (status === undefined) return;
    const { context } = status;
    const proxies = await window.withProgress(
      { location: ProgressLocation.Window, title: l10n.t('Asking the control plane of {0}', context) },
      () => engine.request('mesh/cluster/proxyStatus', { context }),
    );
    await documents.show(`${l10n.t('Proxy status')} ${context}`, proxyReport(context, proxies, l10n.t));
  });

  commands.register(commandIds.showProxyConfiguration, async (argument) => {
    const { context: named, ref } = clusterTargetOf(argument);
    const status = await pickUsable(clusters, named, l10n.t('Context'));
    if (status === undefined) return;
    const { context } = status;
    const proxies = await engine.request('mesh/cluster/proxyStatus', { context });
    const items = proxies
      .filter(({ namespace, workload, pod }) => {
        if (ref === undefined) return true;
        return namespace === ref.namespace && (workload === ref.name || pod === ref.name);
      })
      .map(({ namespace, pod, state }) => ({ label: pod, description: `${namespace} · ${state}`, namespace, pod }));
    const [only] = items;
    if (only === undefined) {
      throw new UserFacingError(
        ref === undefined
          ? l10n.t('No proxy of {0} is connected to a control plane that may be asked.', context)
          : l10n.t('No pod of {0} has a proxy that is connected to a control plane.', ref.name),
      );
    }
    const placeHolder = l10n.t('Pod whose Envoy is asked');
    const picked =
      items.length === 1 ? only : await window.showQuickPick(items, { placeHolder, matchOnDescription: true });
    if (picked === undefined) return;
    const { namespace, pod } = picked;
    const { text } = await window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: l10n.t('Reading the configuration of {0}', pod),
        cancellable: true,
      },
      (_, token) => engine.request('mesh/cluster/proxyConfig', { context, namespace, pod }, token),
    );
    await window.showTextDocument(snapshots.put(`${pod}.envoy.json`, text), { preview: true });
  });
}

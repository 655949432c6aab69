import { l10n, window } from 'vscode';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { openSource } from '../../source-links.ts';

/** Says, while it is so, that the mesh keeps its last good configuration, and leads to the line that was rejected. */
export function registerRejectedConfiguration(
  { commands, contextKeys, log, mesh }: Services,
  owned: DisposableList,
): void {
  let told = '';
  contextKeys.set('meshlens.configuration.isRejected', false);
  owned.add(
    mesh.onDidChange((status) => {
      const rejected = status?.config?.rejected;
      contextKeys.set('meshlens.configuration.isRejected', rejected !== undefined);
      const notice = rejected === undefined ? '' : `${rejected.at} ${rejected.message}`;
      if (notice === told) return;
      told = notice;
      if (rejected) log.warn(`The mesh keeps its last good configuration: ${rejected.message}`);
    }),
  );
  commands.register(commandIds.showRejection, async () => {
    const rejected = mesh.status?.config?.rejected;
    if (rejected === undefined) {
      void window.showInformationMessage(l10n.t('The mesh runs the configuration of the saved files.'));
    } else if (rejected.source?.uri === undefined) {
      void window.showWarningMessage(l10n.t('The mesh keeps its last good configuration: {0}', rejected.message));
    } else {
      await openSource(rejected.source);
    }
  });
}

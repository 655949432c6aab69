import { extensions, l10n, window, workspace } from 'vscode';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { startSettings, toEngineSettings } from '../../settings.ts';
import { isStructureCheckedElsewhere } from '../../yaml-companion.ts';

/** The log and the restart of the engine, what it is told of settings and trust, and the notice when it gave up. */
export function registerEngineCommands(services: Services, owned: DisposableList): void {
  const { commands, contextKeys, engine, log, settings } = services;
  commands.register(commandIds.showEngineLog, () => log.show(true));
  commands.register(commandIds.restartEngine, () => engine.restart());

  contextKeys.set('meshlens.engine.state', engine.state.state);
  owned.add(
    engine.onDidChangeState(({ state, message }) => {
      contextKeys.set('meshlens.engine.state', state);
      if (state === 'stopped' && message !== undefined) void offerRestart(services, message);
    }),
  );

  const tell = (): void =>
    void engine
      .notify('workspace/didChangeConfiguration', {
        settings: toEngineSettings(settings.get, isStructureCheckedElsewhere()),
      })
      .catch((error: unknown) => log.warn('The engine was not told of changed settings.', error));
  // Another extension may begin, or cease, to hold YAML to our schemas.
  owned.add(extensions.onDidChange(tell));
  owned.add(workspace.onDidChangeConfiguration((change) => change.affectsConfiguration('yaml.validate') && tell()));
  owned.add(
    settings.onDidChange((keys) => {
      tell();
      if (startSettings.some((key) => keys.has(key))) void offerToApply(services);
    }),
  );
  // What was refused in Restricted Mode is allowed now: the engine learns it by its start.
  owned.add(workspace.onDidGrantWorkspaceTrust(() => void engine.restart()));
}

async function offerRestart({ engine, log }: Services, message: string): Promise<void> {
  const restart = l10n.t('Restart');
  const showLog = l10n.t('Show Log');
  const text = l10n.t('{0} Meshlens does not check or show anything until it runs again.', message);
  const choice = await window.showErrorMessage(text, restart, showLog);
  if (choice === restart) await engine.restart();
  if (choice === showLog) log.show();
}

async function offerToApply({ engine }: Services): Promise<void> {
  const restart = l10n.t('Restart Engine');
  const text = l10n.t(
    'The changed setting counts when the engine starts again. A running local mesh starts again too.',
  );
  if ((await window.showInformationMessage(text, restart)) === restart) await engine.restart();
}

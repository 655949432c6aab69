import { ConfigurationTarget, l10n, window, workspace } from 'vscode';
import { commandIds } from '../../commands.ts';
import type { Services } from '../../services.ts';

/** Switches a rule off in the settings: of the workspace, or of the person where no folder is open. */
export function registerSwitchOffRule({ commands, settings }: Services): void {
  commands.register(commandIds.switchOffRule, async (code: unknown) => {
    if (typeof code !== 'string' || !/^MESH\d{4}$/.test(code)) return;
    const rules = { ...settings.get('analysis.rules'), [code]: 'off' };
    const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
    await workspace.getConfiguration('meshlens').update('analysis.rules', rules, target);
    void window.showInformationMessage(
      l10n.t('{0} is off. The setting "meshlens.analysis.rules" switches it on again.', code),
    );
  });
}

import { ConfigurationTarget, l10n, Uri, window, workspace } from 'vscode';
import { commandIds } from '../../commands.ts';
import type { Services } from '../../services.ts';

/**
 * Switches a rule off for the workspace. Where the code action wrote that into the configuration file, the file is saved,
 * so that the team has it; where there is no folder to have one in, it goes into the settings.
 */
export function registerSwitchOffRule(services: Services): void {
  services.commands.register(commandIds.switchOffRule, async (code: unknown, file: unknown) => {
    if (typeof code !== 'string' || !/^MESH\d{4}$/.test(code)) return;
    if (typeof file === 'string') await save(code, Uri.parse(file));
    else await set(code, services);
  });
}

async function save(code: string, file: Uri): Promise<void> {
  const document = await workspace.openTextDocument(file);
  if (!(await document.save())) return;
  const open = l10n.t('Open');
  const said = l10n.t(
    '{0} is off for everyone who works in this folder: {1} says so.',
    code,
    workspace.asRelativePath(file),
  );
  // The command is done; whether somebody looks at the file is up to them.
  void window.showInformationMessage(said, open).then(async (chosen) => {
    if (chosen === open) await window.showTextDocument(document);
  });
}

async function set(code: string, { settings }: Services): Promise<void> {
  const rules = { ...settings.get('analysis.rules'), [code]: 'off' };
  const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await workspace.getConfiguration('meshlens').update('analysis.rules', rules, target);
  void window.showInformationMessage(
    l10n.t('{0} is off. The setting "meshlens.analysis.rules" switches it on again.', code),
  );
}

import { extensions, workspace } from 'vscode';

/** The extension that gives YAML files a language server of their own. */
export const yamlExtensionId = 'redhat.vscode-yaml';

/** Whether somebody else holds YAML to the schemas that we offer. */
export function isStructureCheckedElsewhere(): boolean {
  const isInstalled = extensions.getExtension<unknown>(yamlExtensionId) !== undefined;
  return isInstalled && workspace.getConfiguration('yaml').get<unknown>('validate') !== false;
}

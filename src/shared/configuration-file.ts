/** The file that says, for all who work on it, how a workspace is checked. */
export const configurationFileName = '.meshlensrc.yaml';
export const configurationFileNames: readonly string[] = [configurationFileName, '.meshlensrc.yml'];

/** What the file declares. It needs no `apiVersion` and no `kind`: its name says what it is. */
export const configurationKind = { apiVersion: 'meshlens.dev/v1alpha1', kind: 'Configuration' } as const;

export function isConfigurationFile(uri: string): boolean {
  return configurationFileNames.includes(uri.slice(uri.lastIndexOf('/') + 1));
}

/** The file that says, for all who work on it, how a workspace is checked. */
export const configurationFileName = '.meshlensrc.yaml';

/** What the file declares. It needs no `apiVersion` and no `kind`: its name says what it is. */
export const configurationKind = { apiVersion: 'meshlens.dev/v1alpha1', kind: 'Configuration' } as const;

export function isConfigurationFile(uri: string): boolean {
  return /(?:^|\/)\.meshlensrc\.ya?ml$/.test(uri);
}

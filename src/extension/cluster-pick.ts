import { l10n, window } from 'vscode';
import type { ClusterStatus } from '../shared/cluster.ts';
import { UserFacingError } from './command-registry.ts';
import type { ClusterState } from './mesh/cluster-state.ts';

/** The usable context a command is for: the one that is named, the only one, or the one somebody picks. */
export async function pickUsable(
  clusters: ClusterState,
  named: string | undefined,
  placeHolder: string,
): Promise<ClusterStatus | undefined> {
  const { usable } = clusters;
  if (named !== undefined) {
    const status = usable.find(({ context }) => context === named);
    if (status === undefined) throw new UserFacingError(l10n.t('Context {0} is not connected.', named));
    return status;
  }
  const [only] = usable;
  if (only === undefined) throw new UserFacingError(l10n.t('No cluster is connected. Connect to one first.'));
  if (usable.length === 1) return only;
  const items = usable.map((status) => ({ label: status.context, description: status.namespaces.join(', '), status }));
  return (await window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.status;
}

/** A namespace of a context: picked where they are known, typed otherwise. */
export async function askNamespace(
  status: ClusterStatus,
  options: { readonly placeHolder: string; readonly suggestion?: string; readonly allowNew?: boolean },
): Promise<string | undefined> {
  const check = (text: string): string | undefined =>
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
      ? undefined
      : l10n.t('A namespace is made of lower-case letters, digits and hyphens.');
  if (options.allowNew === true || status.knownNamespaces.length === 0) {
    return window.showInputBox({
      prompt: options.placeHolder,
      value: options.suggestion ?? status.namespaces[0] ?? '',
      validateInput: check,
    });
  }
  const chosen = new Set(status.namespaces);
  const names = status.knownNamespaces.toSorted((a, b) => Number(chosen.has(b)) - Number(chosen.has(a)));
  return window.showQuickPick(names, { placeHolder: options.placeHolder });
}

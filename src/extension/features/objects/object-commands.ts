import { commands as vscodeCommands, l10n, Selection, Uri, ViewColumn, window, workspace } from 'vscode';
import type { ClusterTreeItem } from '../../../shared/cluster.ts';
import type { SourceRef } from '../../../shared/resource.ts';
import { pickUsable } from '../../cluster-pick.ts';
import { clusterTargetOf, refText, type ClusterTarget } from '../../cluster-target.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import { documentAt } from '../../kubernetes-documents.ts';
import type { Services } from '../../services.ts';
import { openSource } from '../../source-links.ts';
import { ObjectDocuments } from './object-documents.ts';
import { objectAddress, objectScheme, type ObjectAddress } from './object-uri.ts';

/** Any object of a cluster as YAML, beside the file that declares it, and the difference between the two. */
export function registerObjects(services: Services, owned: DisposableList): void {
  const { commands, engine, snapshots } = services;
  const documents = owned.add(new ObjectDocuments(services));

  commands.register(commandIds.openObject, async (argument) => {
    const address = addressOf(argument) ?? (await pickObject(services, clusterTargetOf(argument)));
    if (address === undefined) return;
    const { declaredAt } = await engine.request('mesh/cluster/object', address);
    const uri = documents.uriOf(address);
    if (declaredAt?.uri !== undefined) await openSource(declaredAt);
    const column = declaredAt?.uri === undefined ? ViewColumn.Active : ViewColumn.Beside;
    const editor = await window.showTextDocument(uri, { viewColumn: column, preview: true });
    const managed = documents.managedLines(uri);
    if (managed === undefined) return;
    await vscodeCommands.executeCommand('editor.fold', { selectionLines: [managed.start], levels: 1 });
    editor.selection = new Selection(0, 0, 0, 0);
  });

  commands.register(commandIds.openObjectSource, async (argument) => {
    const { declaredAt } = clusterTargetOf(argument);
    if (declaredAt === undefined) throw new UserFacingError(l10n.t('This workspace does not declare it.'));
    await openSource(declaredAt);
  });

  commands.register(commandIds.compareObject, async (argument) => {
    const address = addressOf(argument) ?? (await pickObject(services, clusterTargetOf(argument), true));
    if (address === undefined) return;
    const { context, ref } = address;
    const { declaredAt, yaml } = await engine.request('mesh/cluster/object', address);
    const workspaceText = await declaredText(declaredAt);
    if (declaredAt?.uri === undefined || workspaceText === undefined) {
      throw new UserFacingError(l10n.t('This workspace does not declare {0}.', refText(ref)));
    }
    // Like `kubectl diff`: the server says what the file would make of the object, so that only what counts differs.
    const action = { type: 'apply', uri: declaredAt.uri, text: workspaceText } as const;
    const plan = await engine.request('mesh/cluster/plan', { context, action });
    const step = plan.steps.find(({ ref: of }) => of.kind === ref.kind && of.name === ref.name) ?? plan.steps[0];
    const isJudged = step !== undefined && step.operation !== 'refused';
    if (!isJudged) {
      const why = step?.problem ?? l10n.t('The server gave no answer.');
      void window.showWarningMessage(l10n.t('The texts are compared as they stand: {0}', why));
    }
    const sides = snapshots.pair(`${ref.name}.${ref.kind}.yaml`, isJudged ? step.before : yaml, step?.after ?? '');
    await vscodeCommands.executeCommand(
      'vscode.diff',
      sides.before,
      isJudged ? sides.after : Uri.parse(declaredAt.uri, true),
      isJudged && step.before === step.after
        ? l10n.t('{0}: {1} and the workspace agree', refText(ref), context)
        : l10n.t('{0}: {1} ↔ workspace', refText(ref), context),
      { preview: true },
    );
  });
}

/** Rows name their object; the command of an open object's own title bar passes its URI. */
function addressOf(argument: unknown): ObjectAddress | undefined {
  if (argument instanceof Uri && argument.scheme === objectScheme) return objectAddress(argument.query);
  const { context, ref } = clusterTargetOf(argument);
  return context === undefined || ref === undefined ? undefined : { context, ref };
}

async function pickObject(
  { clusters, engine }: Services,
  target: ClusterTarget,
  onlyDeclared = false,
): Promise<ObjectAddress | undefined> {
  const status = await pickUsable(clusters, target.context, l10n.t('Context'));
  if (status === undefined) return undefined;
  const { context } = status;
  const { namespaces } = await engine.request('mesh/cluster/tree', { context });
  const items = namespaces
    .flatMap(({ services, workloads, gateways, policies }) => [...services, ...workloads, ...gateways, ...policies])
    .filter(({ declaredAt }: ClusterTreeItem) => !onlyDeclared || declaredAt?.uri !== undefined)
    .map(({ ref }) => ({ label: ref.name, description: `${ref.kind} · ${ref.namespace}`, ref }));
  if (items.length === 0) {
    throw new UserFacingError(
      onlyDeclared
        ? l10n.t('This workspace declares no object of {0}.', context)
        : l10n.t('Nothing of {0} can be seen.', context),
    );
  }
  const placeHolder = l10n.t('Object of {0}', context);
  const picked = await window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  return picked === undefined ? undefined : { context, ref: picked.ref };
}

/** The one document of the file that declares the object, as it stands in the editor. */
async function declaredText(source: SourceRef | undefined): Promise<string | undefined> {
  if (source?.uri === undefined) return undefined;
  const document = await workspace.openTextDocument(Uri.parse(source.uri, true));
  return documentAt(document.getText(), source.range?.start.line ?? 0)?.text;
}

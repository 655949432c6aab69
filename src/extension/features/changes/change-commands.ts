import { l10n, Uri, window, workspace, type QuickPickItem } from 'vscode';
import { askNamespace, pickUsable } from '../../cluster-pick.ts';
import { clusterTargetOf, refText } from '../../cluster-target.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import { documentAt, kubernetesDocuments } from '../../kubernetes-documents.ts';
import type { Services } from '../../services.ts';
import { ApplyLenses } from './apply-lenses.ts';
import { PlanReview } from './plan-review.ts';

/** Everything that changes a cluster. Each command ends in the same review; nothing else writes. */
export function registerChanges(services: Services, owned: DisposableList): void {
  const { clusters, commands, engine } = services;
  const review = new PlanReview(services, owned);
  owned.add(new ApplyLenses(services));

  commands.register(commandIds.applyDocument, async (argument, place) => {
    const uri = argument instanceof Uri ? argument : window.activeTextEditor?.document.uri;
    if (uri === undefined) throw new UserFacingError(l10n.t('Open the YAML that shall be applied.'));
    const document = await workspace.openTextDocument(uri);
    const text = await chosenText(document.getText(), lineOf(place));
    if (text === undefined) return undefined;
    const status = await pickUsable(clusters, contextIn(place), l10n.t('Context to apply it to'));
    if (status === undefined) return undefined;
    return review.run(status.context, { type: 'apply', uri: uri.toString(), text });
  });

  commands.register(commandIds.enrolNamespace, async (argument) => {
    const target = clusterTargetOf(argument);
    const status = await pickUsable(clusters, target.context, l10n.t('Context'));
    if (status === undefined) return undefined;
    const namespace = target.namespace ?? (await askNamespace(status, { placeHolder: l10n.t('Namespace to enrol') }));
    if (namespace === undefined) return undefined;
    const mode = await askMode(
      status.meshes.flatMap(({ kind, revisions }) => (kind === 'istio' ? (revisions ?? []) : [])),
      namespace,
    );
    return mode === undefined ? undefined : review.run(status.context, { type: 'enrol', namespace, ...mode });
  });

  commands.register(commandIds.removeObject, async (argument) => {
    const { context, ref } = clusterTargetOf(argument);
    const status = await pickUsable(clusters, context, l10n.t('Context'));
    if (status === undefined) return undefined;
    if (ref !== undefined) return review.run(status.context, { type: 'remove', refs: [ref] });
    const { namespaces } = await engine.request('mesh/cluster/tree', { context: status.context });
    const items = namespaces
      .flatMap(({ policies, gateways, services: served, workloads }) => [
        ...policies,
        ...gateways,
        ...served,
        ...workloads,
      ])
      .map((item) => ({ label: item.ref.name, description: refText(item.ref), ref: item.ref }));
    const placeHolder = l10n.t('Objects to remove from {0}', status.context);
    const picked = await window.showQuickPick(items, { placeHolder, canPickMany: true, matchOnDescription: true });
    if (picked === undefined || picked.length === 0) return undefined;
    return review.run(status.context, { type: 'remove', refs: picked.map((item) => item.ref) });
  });

  commands.register(commandIds.deployBookinfo, async (argument) => {
    const target = clusterTargetOf(argument);
    const status = await pickUsable(clusters, target.context, l10n.t('Context to deploy Bookinfo to'));
    if (status === undefined) return undefined;
    const namespace =
      target.namespace ??
      (await askNamespace(status, {
        placeHolder: l10n.t('Namespace for Bookinfo; it is created where it is missing'),
        suggestion: 'bookinfo',
        allowNew: true,
      }));
    if (namespace === undefined) return undefined;
    return review.run(status.context, { type: 'deploy-bookinfo', namespace });
  });
}

/** The whole text, or one of its documents: the one of the lens, else the one somebody picks. */
async function chosenText(text: string, line: number | undefined): Promise<string | undefined> {
  const documents = kubernetesDocuments(text);
  if (documents.length === 0) {
    throw new UserFacingError(
      l10n.t('No Kubernetes object is in this text: an object has apiVersion, kind and a name.'),
    );
  }
  if (line !== undefined) return documentAt(text, line)?.text;
  if (documents.length === 1) return text;
  const whole = { label: l10n.t('All {0} objects', documents.length), description: '', text };
  const items = documents.map((document) => ({
    label: document.name,
    description: document.kind,
    text: document.text,
  }));
  const placeHolder = l10n.t('What to apply');
  return (await window.showQuickPick([whole, ...items], { placeHolder, matchOnDescription: true }))?.text;
}

interface ModeItem extends QuickPickItem {
  readonly mode: 'sidecar' | 'ambient' | 'none';
  readonly revision?: string;
}

async function askMode(
  revisions: readonly string[],
  namespace: string,
): Promise<{ readonly mode: ModeItem['mode']; readonly revision?: string } | undefined> {
  const items: ModeItem[] = [
    {
      label: l10n.t('Sidecars'),
      description: 'istio-injection: enabled',
      detail: l10n.t('Pods that are created from now on get a sidecar; running ones keep what they have.'),
      mode: 'sidecar',
    },
    ...revisions
      .filter((revision) => revision !== 'default')
      .map((revision): ModeItem => ({
        label: l10n.t('Sidecars of revision {0}', revision),
        description: `istio.io/rev: ${revision}`,
        mode: 'sidecar',
        revision,
      })),
    {
      label: l10n.t('Ambient'),
      description: 'istio.io/dataplane-mode: ambient',
      detail: l10n.t('Running pods are taken in at once, without a sidecar.'),
      mode: 'ambient',
    },
    {
      label: l10n.t('Out of the mesh'),
      description: l10n.t('removes these labels'),
      mode: 'none',
    },
  ];
  const placeHolder = l10n.t('How shall {0} take part in the mesh?', namespace);
  const picked = await window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  if (picked === undefined) return undefined;
  return { mode: picked.mode, ...(picked.revision === undefined ? {} : { revision: picked.revision }) };
}

/** Lenses pass `{ line }`, other callers `{ context }`; menus pass a group of editors, which means nothing here. */
function lineOf(place: unknown): number | undefined {
  if (typeof place !== 'object' || place === null || !('line' in place)) return undefined;
  return typeof place.line === 'number' ? place.line : undefined;
}

function contextIn(place: unknown): string | undefined {
  return clusterTargetOf(place).context;
}

import { commands as vscodeCommands, env, l10n, window, workspace, type QuickPickItem } from 'vscode';
import type { ClusterContext, ForbiddenResource } from '../../../shared/cluster.ts';
import { pickUsable } from '../../cluster-pick.ts';
import { clusterTargetOf } from '../../cluster-target.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { Services } from '../../services.ts';
import { administratorText } from './forbidden-text.ts';
import { phaseWord } from './phase-words.ts';

/** Connecting, choosing, disconnecting, and the consent to sign-in programs. */
export function registerClusterCommands(services: Services): void {
  const { clusters, commands } = services;
  commands.register(commandIds.connectCluster, async (argument) => {
    needsTrust();
    const { contexts, problems } = await clusters.readContexts();
    if (contexts.length === 0) {
      throw new UserFacingError(
        problems[0] ??
          l10n.t('The kubeconfig names no contexts. Set KUBECONFIG or the setting meshlens.cluster.kubeconfig.'),
      );
    }
    const named = clusterTargetOf(argument).context;
    const context =
      named === undefined ? await pickContext(services, contexts) : contexts.find(({ name }) => name === named);
    if (context === undefined) {
      if (named === undefined) return;
      throw new UserFacingError(l10n.t('The kubeconfig has no context {0}.', named));
    }
    if (context.problem !== undefined) throw new UserFacingError(context.problem);
    if (!(await mayRun(services, context))) return;
    const known = clusters.choices.find((choice) => choice.context === context.name);
    const namespaces = namesIn(argument) ?? known?.namespaces ?? [];
    await clusters.connect({ context: context.name, namespaces });
  });
  commands.register(commandIds.disconnectCluster, async (argument) => {
    const context = clusterTargetOf(argument).context ?? (await pickChosen(services, l10n.t('Context to disconnect')));
    if (context !== undefined) await clusters.disconnect(context);
  });
  commands.register(commandIds.retryCluster, async (argument) => {
    const context =
      clusterTargetOf(argument).context ?? (await pickChosen(services, l10n.t('Context to connect anew')));
    if (context === undefined) return;
    await clusters.readContexts();
    await clusters.retry(context);
  });
  commands.register(commandIds.chooseNamespaces, (argument) => chooseNamespaces(services, argument));
  commands.register(commandIds.allowProgram, async (argument) => {
    const { contexts } = await clusters.readContexts();
    const waiting = clusters.statuses.filter(({ phase }) => phase === 'needs-consent');
    const name = clusterTargetOf(argument).context ?? waiting[0]?.context;
    const context = contexts.find((one) => one.name === name);
    if (context === undefined) throw new UserFacingError(l10n.t('No context waits for a program to be allowed.'));
    if (await mayRun(services, context)) await clusters.retry(context.name);
  });
  commands.register(commandIds.forgetPrograms, () => forgetPrograms(services));
  commands.register(commandIds.refreshClusters, async () => {
    needsTrust();
    await clusters.readContexts();
  });
  commands.register(commandIds.copyForbidden, async (argument) => {
    const context =
      clusterTargetOf(argument).context ?? (await pickUsable(clusters, undefined, l10n.t('Context')))?.context;
    if (context === undefined) return;
    const forbidden = forbiddenOf(argument) ?? clusters.status(context)?.forbidden ?? [];
    if (forbidden.length === 0) throw new UserFacingError(l10n.t('Nothing is forbidden in context {0}.', context));
    const user = clusters.kubeconfig?.contexts.find(({ name }) => name === context)?.user;
    await env.clipboard.writeText(administratorText(context, user, forbidden, l10n.t));
    void window.showInformationMessage(l10n.t('Copied. It names what is missing and the roles that would allow it.'));
  });
  commands.register(commandIds.openClusterTopology, async (argument) => {
    const target = clusterTargetOf(argument);
    // Of a single context nobody has to be told that it is all of them.
    const [only, ...more] = clusters.usable;
    const context = target.context ?? (more.length === 0 ? only?.context : undefined);
    await vscodeCommands.executeCommand(commandIds.openTopology, {
      source: 'cluster',
      ...(context === undefined ? {} : { contexts: [context] }),
      ...(target.namespace === undefined ? {} : { namespaces: [target.namespace] }),
    });
  });
}

function needsTrust(): void {
  if (workspace.isTrusted) return;
  throw new UserFacingError(l10n.t('Clusters are not touched in Restricted Mode. Trust the workspace first.'));
}

interface ContextItem extends QuickPickItem {
  readonly context: ClusterContext;
}

async function pickContext(
  { clusters }: Services,
  contexts: readonly ClusterContext[],
): Promise<ClusterContext | undefined> {
  const items = contexts
    .toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent))
    .map((context): ContextItem => {
      const status = clusters.status(context.name);
      return {
        label: `${context.insecure ? '$(unlock)' : '$(server-environment)'} ${context.name}`,
        description: [
          ...(context.isCurrent ? [l10n.t('current')] : []),
          ...(status === undefined ? [] : [phaseWord(status.phase, l10n.t)]),
          context.server,
        ].join(' · '),
        ...detailOf(context),
        context,
      };
    });
  const placeHolder = l10n.t('Context to connect to');
  return (await window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true }))?.context;
}

function detailOf(context: ClusterContext): { readonly detail?: string } {
  if (context.problem !== undefined) return { detail: `$(error) ${context.problem}` };
  if (context.insecure) {
    return { detail: `$(warning) ${l10n.t('Insecure: the certificate of the server is not verified')}` };
  }
  return context.execCommand === undefined ? {} : { detail: l10n.t('Signs in with {0}', context.execCommand) };
}

async function pickChosen({ clusters }: Services, placeHolder: string): Promise<string | undefined> {
  const names = clusters.choices.map(({ context }) => context);
  if (names.length === 0) throw new UserFacingError(l10n.t('No cluster is connected.'));
  return names.length === 1 ? names[0] : window.showQuickPick(names, { placeHolder });
}

/** A program of the kubeconfig is run only when a person has agreed to this very command line. */
async function mayRun({ clusters }: Services, context: ClusterContext): Promise<boolean> {
  const { execCommand: command, needsConsent } = context;
  if (command === undefined || !needsConsent || clusters.memory.allowedPrograms.includes(command)) return true;
  const allow = l10n.t('Allow and Connect');
  const choice = await window.showWarningMessage(
    l10n.t('Context {0} signs in with a program. May it be run?', context.name),
    {
      modal: true,
      detail: l10n.t(
        '{0}\n\nIt runs on this machine with your rights, whenever the credentials must be renewed. The answer is kept for this very command until you forget it.',
        command,
      ),
    },
    allow,
  );
  if (choice !== allow) return false;
  await clusters.memory.allow(command);
  return true;
}

async function chooseNamespaces({ clusters }: Services, argument: unknown): Promise<void> {
  const status = await pickUsable(clusters, clusterTargetOf(argument).context, l10n.t('Context'));
  if (status === undefined) return;
  const { context, knownNamespaces, namespaces } = status;
  const given = namesIn(argument);
  if (given !== undefined) return clusters.connect({ context, namespaces: given });
  if (knownNamespaces.length === 0) {
    const typed = await window.showInputBox({
      prompt: l10n.t('Namespaces of {0}, with commas between; these credentials may not list them', context),
      value: namespaces.join(', '),
    });
    if (typed !== undefined) await clusters.connect({ context, namespaces: words(typed) });
    return;
  }
  const shown = new Set(namespaces);
  const items = [...new Set([...namespaces, ...knownNamespaces])]
    .toSorted((a, b) => Number(shown.has(b)) - Number(shown.has(a)))
    .map((label) => ({ label, picked: shown.has(label) }));
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    title: l10n.t('Namespaces of {0}', context),
    placeHolder: l10n.t('None chosen: all that may be read'),
  });
  if (picked !== undefined) await clusters.connect({ context, namespaces: picked.map(({ label }) => label) });
}

async function forgetPrograms({ clusters }: Services): Promise<void> {
  const { allowedPrograms } = clusters.memory;
  if (allowedPrograms.length === 0) {
    void window.showInformationMessage(l10n.t('No sign-in program has been allowed.'));
    return;
  }
  const items = allowedPrograms.map((label) => ({ label, picked: true }));
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: l10n.t('Programs that shall be asked for again'),
  });
  if (picked !== undefined) await clusters.memory.forbid(picked.map(({ label }) => label));
}

function namesIn(argument: unknown): readonly string[] | undefined {
  if (typeof argument !== 'object' || argument === null || !('namespaces' in argument)) return undefined;
  const { namespaces } = argument;
  return Array.isArray(namespaces) ? namespaces.filter((name) => typeof name === 'string') : undefined;
}

function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** Rows of the view carry what is forbidden. */
function forbiddenOf(argument: unknown): readonly ForbiddenResource[] | undefined {
  if (typeof argument !== 'object' || argument === null || !('forbidden' in argument)) return undefined;
  const { forbidden } = argument;
  return Array.isArray(forbidden) && forbidden.length > 0 ? (forbidden as ForbiddenResource[]) : undefined;
}

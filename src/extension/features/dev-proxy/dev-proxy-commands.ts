import { env, l10n, ProgressLocation, window, workspace } from 'vscode';
import type { DevProxyParams, StandIn } from '../../../shared/dev-proxy.ts';
import { pickUsable } from '../../cluster-pick.ts';
import { clusterTargetOf } from '../../cluster-target.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import { environmentText } from '../../environment-text.ts';
import type { Services } from '../../services.ts';
import { DevProxyInjection } from './dev-proxy-injection.ts';
import { registerDevProxyStatusBar } from './dev-proxy-status-bar.ts';
import { askStandIn } from './stand-in.ts';

const rememberedKey = 'meshlens.devProxy.params';

/** Start, stop and change of the dev proxy, and what it gives to terminals and debug sessions. */
export function registerDevProxy(services: Services, owned: DisposableList): void {
  const { commands, contextKeys, devProxy, context } = services;
  owned.add(new DevProxyInjection(services));
  registerDevProxyStatusBar(services, owned);

  const tell = (): void => {
    contextKeys.set('meshlens.devProxy.phase', devProxy.status.phase);
    contextKeys.set('meshlens.devProxy.hasStandIns', devProxy.status.standIns.length > 0);
  };
  owned.add(devProxy.onDidChange(tell));
  tell();

  commands.register(commandIds.startDevProxy, async (argument) => {
    if (!workspace.isTrusted) {
      throw new UserFacingError(l10n.t('The dev proxy is not started in Restricted Mode. Trust the workspace first.'));
    }
    const params = await askParams(services, argument);
    if (params === undefined) return undefined;
    const title = l10n.t('Starting the dev proxy for {0}', params.context);
    const status = await window.withProgress({ location: ProgressLocation.Notification, title }, () =>
      devProxy.start(params),
    );
    const { includeUnsaved, namespaces } = params;
    await context.workspaceState.update(rememberedKey, { context: params.context, namespaces, includeUnsaved });
    void window.showInformationMessage(
      l10n.t(
        'The dev proxy listens on {0}. New terminals and debug sessions use it; open terminals do not.',
        status.address ?? '127.0.0.1',
      ),
    );
    return status;
  });
  commands.register(commandIds.stopDevProxy, () => devProxy.stop());
  commands.register(commandIds.toggleUnsavedPolicies, async () => {
    const params = running(services);
    const includeUnsaved = !devProxy.status.includeUnsaved;
    await devProxy.start({ ...params, includeUnsaved });
    void window.showInformationMessage(
      includeUnsaved
        ? l10n.t('Unsaved policy edits count in the dev proxy.')
        : l10n.t('Only saved policies count in the dev proxy.'),
    );
  });
  commands.register(commandIds.standIn, async (argument) => {
    const params = devProxy.isActive ? running(services) : await askParams(services, argument);
    if (params === undefined) return;
    const standIn = standInOf(argument) ?? (await askStandIn(services, params, clusterTargetOf(argument).ref));
    if (standIn === undefined) return;
    const others = (params.standIns ?? []).filter((one) => !isSame(one, standIn));
    await devProxy.start({ ...params, standIns: [...others, standIn] });
    void window.showInformationMessage(
      l10n.t(
        'Calls from this machine to {0} reach {1}. Callers in the cluster reach the cluster’s.',
        standIn.workload,
        Object.values(standIn.ports).join(', '),
      ),
    );
  });
  commands.register(commandIds.endStandIn, async (argument) => {
    const params = running(services);
    const { standIns } = devProxy.status;
    const items = standIns.map((standIn) => ({
      label: `${standIn.namespace}/${standIn.workload}`,
      description: Object.values(standIn.ports).join(', '),
      standIn,
    }));
    const named = standInOf(argument);
    const placeHolder = l10n.t('Stand-in to end');
    const chosen =
      named ?? (items.length === 1 ? items[0]?.standIn : (await window.showQuickPick(items, { placeHolder }))?.standIn);
    if (chosen === undefined) return;
    await devProxy.start({ ...params, standIns: standIns.filter((one) => !isSame(one, chosen)) });
  });
  commands.register(commandIds.giveServicePorts, async () => {
    const params = running(services);
    const listened = new Set(params.services ?? []);
    const items = devProxy.status.services.map(({ host, port, listener }) => {
      const label = `${host}:${port}`;
      const name = `${host.split('.').slice(0, 2).join('.')}:${port}`;
      return { label, name, ...(listener === undefined ? {} : { description: listener }), picked: listened.has(name) };
    });
    const picked = await window.showQuickPick(items, {
      canPickMany: true,
      placeHolder: l10n.t('Services that get a port of their own on this machine'),
    });
    if (picked !== undefined) await devProxy.start({ ...params, services: picked.map(({ name }) => name) });
  });
  commands.register(commandIds.copyDevProxyEnvironment, async () => {
    running(services);
    const formats = [
      { label: 'Shell', description: "export HTTP_PROXY='…'", format: 'shell' },
      { label: 'PowerShell', description: "$env:HTTP_PROXY = '…'", format: 'powershell' },
      { label: '.env', description: 'HTTP_PROXY=…', format: 'dotenv' },
    ] as const;
    const picked = await window.showQuickPick(formats, { placeHolder: l10n.t('Format') });
    if (picked === undefined) return;
    await env.clipboard.writeText(environmentText(devProxy.status.environment, picked.format));
    window.setStatusBarMessage(l10n.t('$(check) Copied'), 2_000);
  });
}

function running({ devProxy }: Services): DevProxyParams {
  if (!devProxy.isActive || devProxy.params === undefined) {
    throw new UserFacingError(l10n.t('The dev proxy does not run. Start it first.'));
  }
  return devProxy.params;
}

/** Context and namespaces, asked for unless they are given; the last answers come first. */
async function askParams(services: Services, argument: unknown): Promise<DevProxyParams | undefined> {
  const { clusters, settings } = services;
  const remembered = rememberedParams(services);
  const status = await pickUsable(clusters, clusterTargetOf(argument).context, l10n.t('Context to call services of'));
  if (status === undefined) return undefined;
  const known = [...new Set([...status.namespaces, ...status.knownNamespaces])];
  const last = remembered?.context === status.context ? remembered.namespaces : status.namespaces;
  const namespaces = givenNamespaces(argument) ?? (await askNamespaces(known, last));
  if (namespaces === undefined) return undefined;
  if (namespaces.length === 0) {
    throw new UserFacingError(l10n.t('No namespace was chosen. The dev proxy needs one whose services it reaches.'));
  }
  return {
    context: status.context,
    namespaces,
    includeUnsaved: remembered?.includeUnsaved ?? false,
    port: settings.get('devProxy.port'),
  };
}

async function askNamespaces(
  known: readonly string[],
  last: readonly string[],
): Promise<readonly string[] | undefined> {
  if (known.length === 0) {
    const typed = await window.showInputBox({
      prompt: l10n.t('Namespaces, with commas between'),
      value: last.join(', '),
    });
    return typed?.split(/[\s,]+/).filter((name) => name !== '');
  }
  const items = known
    .toSorted((a, b) => Number(last.includes(b)) - Number(last.includes(a)))
    .map((label) => ({ label, picked: last.includes(label) }));
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    title: l10n.t('Namespaces whose services you call'),
    placeHolder: l10n.t('Their services answer to short names'),
  });
  if (picked === undefined || picked.length < 2) return picked?.map(({ label }) => label);
  const own = await window.showQuickPick(byPreference(picked, last[0]), {
    title: l10n.t('Your own namespace'),
    placeHolder: l10n.t('Its services and routes come first, as if your programs ran there'),
  });
  return own && [own.label, ...picked.filter((item) => item !== own).map(({ label }) => label)];
}

function byPreference<T extends { readonly label: string }>(items: readonly T[], first: string | undefined): T[] {
  return items.toSorted((a, b) => Number(b.label === first) - Number(a.label === first));
}

function rememberedParams({
  context,
}: Services): Pick<DevProxyParams, 'context' | 'namespaces' | 'includeUnsaved'> | undefined {
  const stored: unknown = context.workspaceState.get(rememberedKey);
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { context: name, namespaces, includeUnsaved } = stored as Record<string, unknown>;
  if (typeof name !== 'string' || !Array.isArray(namespaces)) return undefined;
  return {
    context: name,
    namespaces: namespaces.filter((one) => typeof one === 'string'),
    includeUnsaved: includeUnsaved === true,
  };
}

function givenNamespaces(argument: unknown): readonly string[] | undefined {
  if (typeof argument !== 'object' || argument === null || !('namespaces' in argument)) return undefined;
  const { namespaces } = argument;
  return Array.isArray(namespaces) ? namespaces.filter((name) => typeof name === 'string') : undefined;
}

function standInOf(argument: unknown): StandIn | undefined {
  if (typeof argument !== 'object' || argument === null || !('workload' in argument) || !('ports' in argument)) {
    return undefined;
  }
  const { namespace, workload, ports } = argument as Record<string, unknown>;
  if (typeof namespace !== 'string' || typeof workload !== 'string' || typeof ports !== 'object' || ports === null) {
    return undefined;
  }
  const pairs = Object.entries(ports).filter(([, address]) => typeof address === 'string') as [string, string][];
  return { namespace, workload, ports: Object.fromEntries(pairs) };
}

function isSame(a: StandIn, b: StandIn): boolean {
  return a.namespace === b.namespace && a.workload === b.workload;
}

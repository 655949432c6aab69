import { l10n, window } from 'vscode';
import type { DevProxyParams, StandIn } from '../../../shared/dev-proxy.ts';
import type { ResourceRef } from '../../../shared/resource.ts';
import { UserFacingError } from '../../command-registry.ts';
import type { Services } from '../../services.ts';

/** Asks for a workload, one of its ports, and the local port of the process that stands in for it. */
export async function askStandIn(
  services: Services,
  params: DevProxyParams,
  ref: ResourceRef | undefined,
): Promise<StandIn | undefined> {
  const workload = ref ?? (await pickWorkload(services, params));
  if (workload === undefined) return undefined;
  const { namespace, name } = workload;
  const port = await askPort(
    l10n.t('Port of {0} that its callers reach', name),
    await declaredPort(services, params, workload),
  );
  if (port === undefined) return undefined;
  const local = await askPort(l10n.t('Port of the process on this machine (127.0.0.1)'), port);
  return local === undefined ? undefined : { namespace, workload: name, ports: { [port]: `127.0.0.1:${local}` } };
}

/** The first port that its containers declare, as a suggestion; who may not read the object knows it himself. */
async function declaredPort({ engine }: Services, { context }: DevProxyParams, ref: ResourceRef): Promise<string> {
  const object = await engine.request('mesh/cluster/object', { context, ref }).catch(() => undefined);
  return /^\s*(?:- )?containerPort: (\d+)$/m.exec(object?.yaml ?? '')?.[1] ?? '';
}

async function pickWorkload({ engine }: Services, params: DevProxyParams): Promise<ResourceRef | undefined> {
  const { namespaces } = await engine.request('mesh/cluster/tree', { context: params.context });
  const items = namespaces
    .filter(({ name }) => params.namespaces.includes(name))
    .flatMap(({ workloads }) => workloads)
    .map(({ ref, description }) => ({ label: ref.name, description: `${ref.namespace} · ${description}`, ref }));
  if (items.length === 0)
    throw new UserFacingError(l10n.t('No workload was found in {0}.', params.namespaces.join(', ')));
  const placeHolder = l10n.t('Workload to stand in for: its callers on this machine reach your process instead');
  return (await window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.ref;
}

function askPort(prompt: string, value: string): Thenable<string | undefined> {
  return window.showInputBox({
    prompt,
    value,
    validateInput: (text) =>
      /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
        ? undefined
        : l10n.t('A port is a number from 1 to 65535.'),
  });
}

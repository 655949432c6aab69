import { commands as vscodeCommands, l10n, window } from 'vscode';
import type { EngineMethod } from '../../../shared/engine-protocol.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import { viewIds } from '../../contribution-ids.ts';
import type { Services } from '../../services.ts';
import { openSource } from '../../source-links.ts';
import { serviceTree, type ServiceTreeNode, type ServiceTreeTarget } from './service-tree.ts';

type ServiceMethod = Extract<EngineMethod, `mesh/service/${string}`>;

/** Start, stop and restart of one service, from the view or the palette, and the ways from a service to other places. */
export function registerServiceCommands(services: Services): void {
  const { commands, engine, mesh, topology } = services;
  const act = (method: ServiceMethod, placeHolder: string) => async (argument: unknown) => {
    const target = toTarget(argument) ?? (await pick(services, placeHolder));
    if (target === undefined) return;
    const { namespace, name } = target;
    await window.withProgress({ location: { viewId: viewIds.services } }, async () => {
      mesh.set(await engine.request(method, { namespace, name }));
    });
  };
  commands.register(commandIds.startService, act('mesh/service/start', l10n.t('Service to start')));
  commands.register(commandIds.stopService, act('mesh/service/stop', l10n.t('Service to stop')));
  commands.register(commandIds.restartService, act('mesh/service/restart', l10n.t('Service to restart')));
  commands.register(commandIds.openServiceSource, async (argument) => {
    const source = isNode(argument) ? argument.declaredAt : undefined;
    if (source) await openSource(source);
  });
  commands.register(commandIds.revealService, async (argument) => {
    const target = toTarget(argument);
    // A lens knows only the name of a service.
    const select = target && topology.findNode({ workload: target.name, service: target.name, ...target });
    await vscodeCommands.executeCommand(commandIds.openTopology, select === undefined ? {} : { select });
  });
}

async function pick({ mesh }: Services, placeHolder: string): Promise<ServiceTreeTarget | undefined> {
  const items = serviceTree(mesh.status, l10n.t)
    .flatMap((root) => root.children)
    .flatMap((node) => [node, ...node.children, ...node.children.flatMap((child) => child.children)])
    .filter((node) => node.abilities.includes('startable') || node.abilities.includes('stoppable'))
    .map((node) => ({ label: node.label, description: `${node.kind} · ${node.description}`, target: node.target }));
  if (items.length === 0) throw new UserFacingError(l10n.t('No local mesh is running, or it runs no processes.'));
  return (await window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.target;
}

/** Rows of the view come as nodes, links of the panel as targets. */
function toTarget(value: unknown): ServiceTreeTarget | undefined {
  if (isNode(value)) return value.target;
  if (typeof value !== 'object' || value === null) return undefined;
  const { namespace, name } = value as Record<string, unknown>;
  return typeof namespace === 'string' && typeof name === 'string' ? { namespace, name } : undefined;
}

function isNode(value: unknown): value is ServiceTreeNode {
  return typeof value === 'object' && value !== null && 'abilities' in value && 'children' in value;
}

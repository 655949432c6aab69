import { EventEmitter, l10n, ThemeColor, ThemeIcon, type TreeItem, window, workspace } from 'vscode';
import type { ClusterTree } from '../../../shared/cluster.ts';
import { commandIds, type CommandId } from '../../commands.ts';
import { colorIds, viewIds } from '../../contribution-ids.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { treeItemOf } from '../../tree-row.ts';
import type { ClusterClick, ClusterIcon, ClusterNode } from './cluster-node.ts';
import { clusterTree } from './cluster-tree.ts';

/** The Clusters view: contexts, namespaces, and what a mesh is made of in them. Asks only while it is seen. */
export function registerClustersView(services: Services, owned: DisposableList): void {
  const { clusters, contextKeys, engine, log } = services;
  const changes = owned.add(new EventEmitter<undefined>());
  const trees = new Map<string, ClusterTree>();
  const asking = new Set<string>();
  const stale = new Set<string>();
  let shown = '';

  const rows = (): readonly ClusterNode[] =>
    clusterTree(
      {
        contexts: clusters.kubeconfig?.contexts ?? [],
        problems: clusters.kubeconfig?.problems ?? [],
        chosen: workspace.isTrusted ? clusters.choices.map(({ context }) => context) : [],
        statuses: new Map(clusters.statuses.map((status) => [status.context, status])),
        trees,
      },
      l10n.t,
    );
  let latest: readonly ClusterNode[] = [];
  // A row that is away while a cluster is connected anew comes back as the person left it; the editor forgets that.
  const opened = new Map<string, boolean>();
  const view = owned.add(
    window.createTreeView<ClusterNode>(viewIds.clusters, {
      showCollapseAll: true,
      treeDataProvider: {
        onDidChangeTreeData: changes.event,
        getChildren: (node) => [...(node === undefined ? latest : node.children)],
        getTreeItem: (node) => toItem(node, opened.get(node.id) ?? node.isExpanded),
      },
    }),
  );
  owned.add(view.onDidExpandElement(({ element }) => opened.set(element.id, true)));
  owned.add(view.onDidCollapseElement(({ element }) => opened.set(element.id, false)));

  const draw = (): void => {
    latest = rows();
    const text = JSON.stringify(latest);
    // A cluster tells more changes than a row shows.
    if (text === shown) return;
    shown = text;
    changes.fire(undefined);
  };

  /** One question a context at a time; what changes meanwhile is asked for once more. */
  const ask = (context: string): void => {
    if (!view.visible || asking.has(context)) {
      stale.add(context);
      return;
    }
    stale.delete(context);
    asking.add(context);
    engine
      .request('mesh/cluster/tree', { context })
      .then(
        (tree) => trees.set(context, tree),
        (error: unknown) => log.warn(`The tree of ${context} could not be read.`, error),
      )
      .finally(() => {
        asking.delete(context);
        draw();
        if (stale.has(context)) ask(context);
      });
  };

  const read = (): void => {
    if (!workspace.isTrusted || clusters.kubeconfig !== undefined || engine.state.state !== 'running') return;
    clusters.readContexts().catch((error: unknown) => log.warn('The kubeconfig could not be read.', error));
  };

  const told = new Map<string, string>();
  const look = (): void => {
    const { kubeconfig, choices, usable } = clusters;
    const hasContexts = (kubeconfig?.contexts.length ?? 0) > 0;
    const state =
      choices.length > 0 ? 'chosen' : kubeconfig === undefined ? 'unread' : hasContexts ? 'unchosen' : 'none';
    contextKeys.set('meshlens.clusters.state', state);
    contextKeys.set('meshlens.clusters.isConnected', usable.length > 0);
    for (const context of trees.keys()) {
      if (choices.every((choice) => choice.context !== context)) trees.delete(context);
    }
    for (const { context, phase, namespaces } of usable) {
      // Connected anew, or with other namespaces: another tree.
      const now = JSON.stringify([phase, namespaces]);
      if (told.get(context) === now && trees.has(context)) continue;
      told.set(context, now);
      ask(context);
    }
    draw();
  };
  owned.add(clusters.onDidChange(look));
  owned.add(clusters.onDidChangeObjects(ask));
  owned.add(
    view.onDidChangeVisibility(({ visible }) => {
      if (!visible) return;
      read();
      for (const context of [...stale]) ask(context);
    }),
  );
  owned.add(
    engine.onDidChangeState(({ state }) => {
      if (state === 'running' && view.visible) read();
    }),
  );
  look();
}

function toItem(node: ClusterNode, isExpanded: boolean): TreeItem {
  const item = treeItemOf(node, { isExpanded, icon: icons[node.icon], spoken: node.spoken });
  if (node.click !== undefined) {
    const { command, title, argument } = clicks[node.click];
    item.command = { command, title: title(), arguments: [argument ?? node] };
  }
  return item;
}

interface Click {
  readonly command: CommandId | 'workbench.action.openSettings';
  readonly title: () => string;
  /** Instead of the row. */
  readonly argument?: string;
}

const clicks: Readonly<Record<ClusterClick, Click>> = {
  'open-object': { command: commandIds.openObject, title: () => l10n.t('Open') },
  'choose-namespaces': { command: commandIds.chooseNamespaces, title: () => l10n.t('Choose namespaces') },
  'allow-program': { command: commandIds.allowProgram, title: () => l10n.t('Allow') },
  'copy-forbidden': { command: commandIds.copyForbidden, title: () => l10n.t('Copy for the administrator') },
  retry: { command: commandIds.retryCluster, title: () => l10n.t('Try again') },
  'open-kubeconfig-setting': {
    command: 'workbench.action.openSettings',
    title: () => l10n.t('Open Settings'),
    argument: 'meshlens.cluster.kubeconfig',
  },
};

const icons: Readonly<Record<ClusterIcon, ThemeIcon>> = {
  cluster: new ThemeIcon('server-environment', new ThemeColor(colorIds.healthy)),
  'cluster-off': new ThemeIcon('server-environment'),
  connecting: new ThemeIcon('loading~spin', new ThemeColor(colorIds.idle)),
  namespace: new ThemeIcon('symbol-namespace'),
  services: new ThemeIcon('symbol-interface'),
  workloads: new ThemeIcon('server-process'),
  gateways: new ThemeIcon('globe'),
  policies: new ThemeIcon('law'),
  service: new ThemeIcon('symbol-interface'),
  gateway: new ThemeIcon('globe'),
  policy: new ThemeIcon('law'),
  healthy: new ThemeIcon('pass-filled', new ThemeColor(colorIds.healthy)),
  degraded: new ThemeIcon('warning', new ThemeColor(colorIds.degraded)),
  failing: new ThemeIcon('error', new ThemeColor(colorIds.failing)),
  idle: new ThemeIcon('circle-outline', new ThemeColor(colorIds.idle)),
  unknown: new ThemeIcon('question', new ThemeColor(colorIds.unknown)),
  locked: new ThemeIcon('lock'),
  program: new ThemeIcon('shield'),
  choose: new ThemeIcon('filter'),
  others: new ThemeIcon('ellipsis'),
  information: new ThemeIcon('info'),
};

import { EventEmitter, l10n, ThemeColor, ThemeIcon, type TreeItem, window } from 'vscode';
import { colorIds, viewIds } from '../../contribution-ids.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { treeItemOf } from '../../tree-row.ts';
import { serviceTree, type ServiceTreeNode, type TreeIcon } from './service-tree.ts';

/** The Services view: the mesh, its services, their workloads and instances, with their states. */
export function registerServicesView({ mesh }: Services, owned: DisposableList): void {
  const changes = owned.add(new EventEmitter<undefined>());
  owned.add(
    window.createTreeView<ServiceTreeNode>(viewIds.services, {
      showCollapseAll: true,
      treeDataProvider: {
        onDidChangeTreeData: changes.event,
        getChildren: (node) => [...(node === undefined ? serviceTree(mesh.status, l10n.t) : node.children)],
        getTreeItem: toItem,
      },
    }),
  );
  // The engine tells whole states; drawing them more than a few times a second helps nobody.
  let timer: NodeJS.Timeout | undefined;
  owned.add({ dispose: () => clearTimeout(timer) });
  owned.add(
    mesh.onDidChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        changes.fire(undefined);
      }, 100);
    }),
  );
}

function toItem(node: ServiceTreeNode): TreeItem {
  return treeItemOf(node, {
    isExpanded: node.kind !== 'workload',
    icon: icons[node.icon],
    spoken: `${node.label}, ${node.description}`,
  });
}

const icons: Readonly<Record<TreeIcon, ThemeIcon>> = {
  mesh: new ThemeIcon('type-hierarchy'),
  service: new ThemeIcon('symbol-interface'),
  healthy: new ThemeIcon('pass-filled', new ThemeColor(colorIds.healthy)),
  starting: new ThemeIcon('loading~spin', new ThemeColor(colorIds.idle)),
  degraded: new ThemeIcon('warning', new ThemeColor(colorIds.degraded)),
  failing: new ThemeIcon('error', new ThemeColor(colorIds.failing)),
  stopped: new ThemeIcon('circle-slash', new ThemeColor(colorIds.idle)),
};

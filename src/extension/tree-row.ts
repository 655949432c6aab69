import { type ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';

/** What rows of our views have in common. */
export interface TreeRow {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** Words that `when` clauses of menus look for, beside the kind. */
  readonly abilities: readonly string[];
  readonly children: readonly unknown[];
}

/** A row as the editor draws it. `spoken`: what a screen reader says, the state in words. */
export function treeItemOf(
  row: TreeRow,
  { isExpanded, icon, spoken }: { readonly isExpanded: boolean; readonly icon: ThemeIcon; readonly spoken: string },
): TreeItem {
  const opened = isExpanded ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
  const item = new TreeItem(row.label, row.children.length === 0 ? TreeItemCollapsibleState.None : opened);
  item.id = row.id;
  item.description = row.description;
  item.tooltip = row.tooltip;
  item.iconPath = icon;
  item.contextValue = [row.kind, ...row.abilities].join(' ');
  item.accessibilityInformation = { label: spoken };
  return item;
}

import type { ClusterTreeItem, ClusterTreeNamespace, SyncState } from '../../../shared/cluster.ts';
import type { Health } from '../../../shared/health.ts';
import type { Translate } from '../../translate.ts';
import type { ClusterIcon, ClusterNode } from './cluster-node.ts';
import { notice } from './notice-node.ts';

type Group = 'services' | 'workloads' | 'gateways' | 'policies';

const groups: readonly Group[] = ['services', 'workloads', 'gateways', 'policies'];

/** A namespace with its groups; groups without objects are left out. */
export function namespaceNode(context: string, namespace: ClusterTreeNamespace, t: Translate): ClusterNode {
  const id = `context/${context}/namespace/${namespace.name}`;
  const target = { context, namespace: namespace.name };
  const isBad = namespace.health.health === 'degraded' || namespace.health.health === 'failing';
  const filled = groups.filter((group) => namespace[group].length > 0);
  const isOutside = namespace.membership === 'not in a mesh';
  const description =
    filled.length === 0
      ? joined(isOutside ? '' : namespace.membership, t('no services or workloads'))
      : namespace.membership;
  return {
    id,
    kind: 'namespace',
    label: namespace.name,
    description,
    tooltip: [namespace.membership, namespace.health.reason].filter((line) => line !== '').join('\n'),
    icon: isBad ? namespace.health.health : 'namespace',
    spoken: joined(
      t('Namespace {0}', namespace.name),
      description,
      healthWord(namespace.health.health, t),
      isBad ? namespace.health.reason : '',
    ),
    abilities: [isOutside ? 'outside' : 'enrolled'],
    target,
    isExpanded: false,
    // Never without rows: the editor keeps a row closed that once could not be opened.
    children:
      filled.length === 0
        ? [
            notice(`${id}/empty`, t('Services, workloads, gateways and policies would be here.'), 'information', {
              target,
            }),
          ]
        : filled.map((group) => groupNode(id, group, namespace[group], target, t)),
  };
}

function groupNode(
  parent: string,
  group: Group,
  items: readonly ClusterTreeItem[],
  target: { readonly context: string; readonly namespace: string },
  t: Translate,
): ClusterNode {
  const id = `${parent}/${group}`;
  const label = groupWord(group, t);
  const ill = items.filter(({ health }) => health.health === 'degraded' || health.health === 'failing').length;
  const told = joined(String(items.length), ill === 0 ? '' : t('{0} not healthy', ill));
  return {
    id,
    kind: 'group',
    label,
    description: told,
    tooltip: label,
    icon: group,
    spoken: joined(label, told),
    abilities: [group],
    target,
    isExpanded: group === 'workloads' || group === 'services',
    children: items.map((item) => itemNode(id, target.context, group, item, t)),
  };
}

function itemNode(parent: string, context: string, group: Group, item: ClusterTreeItem, t: Translate): ClusterNode {
  const { ref, health, membership, sync } = item;
  const { reason = '' } = item;
  // Services and workloads say how many are ready; of others the reason is all there is to say, so it stands first.
  const isCounted = group === 'services' || group === 'workloads';
  const isIll = health.health === 'degraded' || health.health === 'failing';
  const description = joined(isIll && !isCounted ? reason : '', item.description);
  return {
    id: `${parent}/${ref.apiVersion}/${ref.kind}/${ref.name}`,
    kind: 'item',
    label: ref.name,
    description,
    tooltip: [
      `${ref.kind} ${ref.namespace}/${ref.name}`,
      `${healthWord(health.health, t)}: ${health.reason}`,
      ...(reason === '' || reason === health.reason ? [] : [reason]),
      ...(sync === undefined ? [] : [t('Proxies: {0}', syncWord(sync, t))]),
      ...(item.hint === undefined ? [] : [item.hint]),
      ...(item.declaredAt?.uri === undefined ? [] : [t('Declared in this workspace')]),
    ].join('\n'),
    icon: itemIcon(group, health.health),
    spoken: joined(
      t('{0} {1}', ref.kind, ref.name),
      healthWord(health.health, t),
      item.description,
      reason,
      item.hint ?? '',
    ),
    abilities: [
      group,
      ref.kind,
      ...(membership === undefined ? [] : [membership]),
      ...(item.declaredAt?.uri === undefined ? [] : ['declared']),
    ],
    target: {
      context,
      namespace: ref.namespace,
      ref,
      ...(item.declaredAt === undefined ? {} : { declaredAt: item.declaredAt }),
    },
    click: 'open-object',
    isExpanded: false,
    children: [],
  };
}

/** Grey is normal: only what is not well is coloured, and workloads, whose health is what people look for. */
function itemIcon(group: Group, health: Health): ClusterIcon {
  if (health === 'degraded' || health === 'failing' || group === 'workloads') return health;
  return group === 'services' ? 'service' : group === 'gateways' ? 'gateway' : 'policy';
}

function groupWord(group: Group, t: Translate): string {
  switch (group) {
    case 'services':
      return t('Services');
    case 'workloads':
      return t('Workloads');
    case 'gateways':
      return t('Gateways');
    case 'policies':
      return t('Policies');
  }
}

/** The word for a health, said wherever an icon shows it. */
function healthWord(health: Health, t: Translate): string {
  switch (health) {
    case 'healthy':
      return t('healthy');
    case 'degraded':
      return t('degraded');
    case 'failing':
      return t('failing');
    case 'idle':
      return t('idle');
    case 'unknown':
      return t('health unknown');
  }
}

/** The words for the sync state of proxies. */
function syncWord(sync: SyncState, t: Translate): string {
  switch (sync) {
    case 'synced':
      return t('in sync');
    case 'stale':
      return t('behind their control plane');
    case 'not-sent':
      return t('nothing sent');
    case 'ignored':
      return t('not subscribed');
    case 'unknown':
      return t('sync unknown');
  }
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

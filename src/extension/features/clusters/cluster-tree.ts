import type {
  ClusterContext,
  ClusterStatus,
  ClusterTree,
  ForbiddenResource,
  MeshInstallation,
} from '../../../shared/cluster.ts';
import { lacksRights, readsWhatIsAllowed } from '../../../shared/missing-rights.ts';
import type { Translate } from '../../translate.ts';
import type { ClusterIcon, ClusterNode } from './cluster-node.ts';
import { forbiddenAction } from './forbidden-text.ts';
import { namespaceNode } from './namespace-nodes.ts';
import { notice } from './notice-node.ts';
import { phaseWord } from './phase-words.ts';

const meshNames: Readonly<Record<MeshInstallation['kind'], string>> = {
  istio: 'Istio',
  'gateway-api': 'Gateway API',
  linkerd: 'Linkerd',
  cilium: 'Cilium',
  consul: 'Consul',
};

/** What the Clusters view shows. */
export interface ClusterTreeInput {
  readonly contexts: readonly ClusterContext[];
  /** What is wrong with the kubeconfig. */
  readonly problems: readonly string[];
  /** Chosen contexts, in their order. */
  readonly chosen: readonly string[];
  readonly statuses: ReadonlyMap<string, ClusterStatus>;
  readonly trees: ReadonlyMap<string, ClusterTree>;
}

/** The rows of the Clusters view; none while no context is chosen, when the view says what to do instead. */
export function clusterTree(input: ClusterTreeInput, t: Translate): readonly ClusterNode[] {
  const problems = input.problems.map((problem, at) =>
    notice(`problem/${at}`, problem, 'degraded', {
      spoken: t('Kubeconfig: {0}', problem),
      tooltip: `${problem}\n${t('Click to open the setting that names the files.')}`,
      click: 'open-kubeconfig-setting',
    }),
  );
  if (input.chosen.length === 0) {
    // With a row in it the view no longer says how to go on: the contexts that can be read do.
    return problems.length === 0 || input.contexts.length === 0
      ? problems
      : [...problems, { ...othersNode(input.contexts, t), label: t('Contexts'), isExpanded: true }];
  }
  const byName = new Map(input.contexts.map((context) => [context.name, context]));
  const others = input.contexts.filter(({ name }) => !input.chosen.includes(name));
  return [
    ...input.chosen.map((name) =>
      contextNode(name, byName.get(name), input.statuses.get(name), input.trees.get(name), t),
    ),
    ...problems,
    ...(others.length === 0 ? [] : [othersNode(others, t)]),
  ];
}

function contextNode(
  name: string,
  context: ClusterContext | undefined,
  status: ClusterStatus | undefined,
  tree: ClusterTree | undefined,
  t: Translate,
): ClusterNode {
  const isUsable = status?.phase === 'connected' || status?.phase === 'degraded';
  const versions = isUsable
    ? [
        status.kubernetesVersion ?? '',
        ...status.meshes.map(({ kind, version }) => `${meshNames[kind]} ${version ?? ''}`.trim()),
      ]
    : [];
  const state = context === undefined ? t('not in the kubeconfig') : phaseWord(status?.phase ?? 'disconnected', t);
  const insecure = context?.insecure === true ? t('certificate not verified') : '';
  const description = joined(state, insecure, ...versions);
  return {
    id: `context/${name}`,
    kind: 'context',
    label: name,
    description,
    tooltip: contextTooltip(context, status, t),
    icon: contextIcon(status, context?.insecure === true),
    spoken: t('Context {0}, {1}', name, description),
    abilities: ['chosen', isUsable ? 'connected' : 'unconnected'],
    target: { context: name },
    isExpanded: true,
    // Never without rows: the editor keeps a row closed that once could not be opened.
    children: status === undefined ? [waitingNode(name, t)] : contextChildren(name, context, status, tree, t),
  };
}

function contextChildren(
  name: string,
  context: ClusterContext | undefined,
  status: ClusterStatus,
  tree: ClusterTree | undefined,
  t: Translate,
): readonly ClusterNode[] {
  const id = `context/${name}`;
  const target = { context: name };
  const isUsable = status.phase === 'connected' || status.phase === 'degraded';
  const rows: ClusterNode[] = [];
  if (status.phase === 'needs-consent') {
    const command = context?.execCommand ?? '';
    rows.push(
      notice(`${id}/program`, t('Allow to run: {0}', command), 'program', {
        target,
        tooltip: status.message ?? t('The kubeconfig names this program to sign in with.'),
        click: 'allow-program',
      }),
    );
  } else if (status.phase === 'connecting' && status.message === undefined) {
    rows.push(waitingNode(name, t));
  } else if (!isUsable || (status.phase === 'degraded' && status.message !== undefined && !lacksRights(status))) {
    // A missing right is said by the row of what is not allowed: a second one would say it twice.
    const icon = status.phase === 'connecting' ? 'connecting' : status.phase === 'degraded' ? 'degraded' : 'failing';
    const retries = status.phase === 'unreachable' || status.phase === 'unauthorized' || status.phase === 'failed';
    rows.push(
      notice(`${id}/message`, status.message ?? phaseWord(status.phase, t), icon, {
        target,
        ...(retries ? { click: 'retry', abilities: ['retry'] } : {}),
      }),
    );
  }
  const namespaces = tree?.namespaces ?? [];
  if (isUsable && namespaces.length === 0 && status.forbidden.length > 0) {
    rows.push(
      notice(`${id}/nothing`, t('Nothing here may be read with these credentials.'), 'locked', {
        target,
        tooltip: t('Choose a namespace that you may read, or copy for the administrator what is missing.'),
        click: 'choose-namespaces',
      }),
    );
  }
  if (isUsable && status.meshes.length === 0 && status.kinds.some(({ state }) => state === 'synced')) {
    rows.push(
      notice(
        `${id}/no-mesh`,
        hidesMesh(status) ? t('Whether there is a mesh may not be read.') : t('No mesh was found in this cluster.'),
        'information',
        {
          target,
          tooltip: hidesMesh(status)
            ? t('Its control plane would be in a namespace that these credentials may not read. All else is shown.')
            : t(
                'Services and workloads are shown all the same. Istio, Gateway API, Linkerd, Cilium and Consul are known.',
              ),
        },
      ),
    );
  }
  rows.push(...namespaces.map((namespace) => namespaceNode(name, namespace, t)));
  if (isUsable && tree === undefined) {
    rows.push(notice(`${id}/reading`, t('Reading what is in it…'), 'connecting', { target }));
  }
  if (isUsable) rows.push(chooseNode(id, status, t));
  if (status.forbidden.length > 0) rows.push(forbiddenNode(id, name, status.forbidden, t));
  return rows;
}

/** Kinds by which a mesh is found, and the namespaces it may be in. */
const tellOfMeshes: ReadonlySet<string> = new Set(['namespaces', 'deployments', 'pods', 'services', 'daemonsets']);

const hidesMesh = ({ forbidden }: ClusterStatus): boolean =>
  forbidden.some(({ resource }) => tellOfMeshes.has(resource));

function waitingNode(name: string, t: Translate): ClusterNode {
  return notice(`context/${name}/waiting`, t('Connecting…'), 'connecting', { target: { context: name } });
}

function chooseNode(id: string, status: ClusterStatus, t: Translate): ClusterNode {
  const shown = new Set(status.namespaces);
  const more = shown.size === 0 ? 0 : status.knownNamespaces.filter((name) => !shown.has(name)).length;
  const label = t('Choose namespaces…');
  const description = shown.size === 0 ? t('all are shown') : more === 0 ? '' : t('{0} more', more);
  return {
    ...notice(`${id}/choose`, label, 'choose', { target: { context: status.context }, click: 'choose-namespaces' }),
    kind: 'choose',
    description,
    spoken: joined(label, description),
  };
}

function forbiddenNode(
  id: string,
  context: string,
  forbidden: readonly ForbiddenResource[],
  t: Translate,
): ClusterNode {
  const rows = forbidden.map((one): ClusterNode => {
    const action = forbiddenAction(one, t);
    const label = t('Not allowed: {0}', action);
    return {
      ...notice(`${id}/forbidden/${action}`, label, 'locked', { target: { context }, click: 'copy-forbidden' }),
      kind: 'forbidden',
      tooltip: t('Click to copy what an administrator needs to allow it.'),
      forbidden: [one],
    };
  });
  const [only] = rows;
  if (rows.length === 1 && only) return only;
  const label = t('Not allowed');
  const description = t('{0} kinds of objects', forbidden.length);
  return {
    ...notice(`${id}/forbidden`, label, 'locked', { target: { context } }),
    kind: 'forbidden',
    description,
    spoken: joined(label, description),
    tooltip: t('What these credentials may not read is left out.'),
    forbidden,
    children: rows,
  };
}

function othersNode(others: readonly ClusterContext[], t: Translate): ClusterNode {
  const label = t('Other contexts');
  return {
    ...notice('others', label, 'others', {}),
    kind: 'others',
    description: String(others.length),
    spoken: t('{0} other contexts', others.length),
    children: others.map((context): ClusterNode => {
      const description = joined(
        context.isCurrent ? t('current') : '',
        context.problem === undefined ? '' : t('cannot be used'),
        context.insecure ? t('certificate not verified') : '',
        context.cluster,
      );
      return {
        id: `other/${context.name}`,
        kind: 'context',
        label: context.name,
        description,
        tooltip: contextTooltip(context, undefined, t),
        icon: 'cluster-off',
        spoken: t('Context {0}, {1}', context.name, joined(t('not connected'), description)),
        abilities: ['other'],
        target: { context: context.name },
        isExpanded: false,
        children: [],
      };
    }),
  };
}

function contextIcon(status: ClusterStatus | undefined, isInsecure: boolean): ClusterIcon {
  switch (status?.phase) {
    case undefined:
    case 'disconnected':
      return 'cluster-off';
    case 'connecting':
      return 'connecting';
    case 'connected':
      return isInsecure ? 'degraded' : 'cluster';
    case 'degraded':
      return readsWhatIsAllowed(status) && !isInsecure ? 'cluster' : 'degraded';
    case 'unreachable':
    case 'needs-consent':
      return 'degraded';
    case 'unauthorized':
    case 'failed':
      return 'failing';
  }
}

function contextTooltip(context: ClusterContext | undefined, status: ClusterStatus | undefined, t: Translate): string {
  return [
    ...(status?.message === undefined ? [] : [status.message]),
    ...(context === undefined
      ? []
      : [
          t('Server {0}', context.server),
          t('User {0}, by {1}', context.user, context.authentication),
          ...(context.namespace === undefined ? [] : [t('Namespace {0}', context.namespace)]),
          ...(context.insecure
            ? [t('The certificate of the server is not verified: anybody could be in between.')]
            : []),
          ...(context.problem === undefined ? [] : [context.problem]),
        ]),
    ...(status?.meshes.map(({ summary }) => summary) ?? []),
    ...(status?.telemetry.message === undefined ? [] : [t('Metrics: {0}', status.telemetry.message)]),
  ].join('\n');
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

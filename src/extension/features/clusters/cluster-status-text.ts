import type { ClusterStatus, ConnectionPhase } from '../../../shared/cluster.ts';
import { readsWhatIsAllowed } from '../../../shared/missing-rights.ts';
import type { Translate } from '../../translate.ts';
import { phaseWord } from './phase-words.ts';

/** What the status bar says of clusters, as plain data. */
export interface ClusterStatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly level: 'normal' | 'warning' | 'error';
}

/** Worst first. */
const order: readonly ConnectionPhase[] = [
  'failed',
  'unauthorized',
  'unreachable',
  'needs-consent',
  'degraded',
  'connecting',
  'disconnected',
  'connected',
];

/** Rights that are missing for good hide nothing that goes on elsewhere. */
const rank = (status: ClusterStatus): number =>
  readsWhatIsAllowed(status) ? order.indexOf('connected') - 0.5 : order.indexOf(status.phase);

/** "admin · bookinfo · connected"; undefined where no context is chosen. */
export function clusterStatusText(statuses: readonly ClusterStatus[], t: Translate): ClusterStatusText | undefined {
  const [worst] = statuses.toSorted((a, b) => rank(a) - rank(b));
  if (worst === undefined) return undefined;
  const name =
    statuses.length === 1
      ? [worst.context, namespacesText(worst.namespaces, t)]
      : [t('{0} clusters', statuses.length), ...(worst.phase === 'connected' ? [] : [worst.context])];
  const { icon, level } = looks(worst);
  return {
    text: `$(${icon}) ${[...name, phaseWord(worst.phase, t)].join(' · ')}`,
    tooltip: statuses
      .map(
        ({ context, phase, message }) =>
          `${context}: ${phaseWord(phase, t)}${message === undefined ? '' : `\n${message}`}`,
      )
      .join('\n'),
    level,
  };
}

function namespacesText(namespaces: readonly string[], t: Translate): string {
  if (namespaces.length === 0) return t('all namespaces');
  return namespaces.length <= 2 ? namespaces.join(', ') : t('{0} namespaces', namespaces.length);
}

function looks(status: ClusterStatus): { readonly icon: string; readonly level: ClusterStatusText['level'] } {
  switch (status.phase) {
    case 'connected':
    case 'disconnected':
      return { icon: 'server-environment', level: 'normal' };
    case 'connecting':
      return { icon: 'sync~spin', level: 'normal' };
    case 'degraded':
      return { icon: readsWhatIsAllowed(status) ? 'server-environment' : 'warning', level: 'normal' };
    case 'needs-consent':
    case 'unreachable':
      return { icon: 'warning', level: 'warning' };
    case 'unauthorized':
    case 'failed':
      return { icon: 'error', level: 'error' };
  }
}

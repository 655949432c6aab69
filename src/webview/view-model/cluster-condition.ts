import type { ClusterStatus, ConnectionPhase } from '../../shared/cluster.ts';
import { lacksRights } from '../../shared/missing-rights.ts';
import type { PanelData } from '../host/panel-data.ts';
import { shownClusters } from './mesh-source.ts';
import type { Banner, PanelCondition } from './condition.ts';

const phaseTitles: Readonly<Partial<Record<ConnectionPhase, string>>> = {
  unreachable: 'cannot be reached',
  unauthorized: 'refuses the credentials',
  'needs-consent': 'waits for your consent',
  failed: 'cannot be used',
};

/** What stands for the picture of a cluster while there is nothing to draw. */
export function clusterWithoutGraph(data: PanelData): PanelCondition {
  const shown = shownClusters(data);
  const [first] = shown;
  if (first === undefined) {
    const [context] = data.of.contexts;
    return {
      screen: 'cluster',
      title: context === undefined ? 'No cluster is connected' : `Not connected to ${context}`,
      text: 'Connect a context of your kubeconfig to see its services, and their traffic where there are metrics.',
      action: 'show-clusters',
    };
  }
  const troubled = shown.find(({ phase }) => phaseTitles[phase] !== undefined);
  if (troubled && shown.every(({ phase }) => phase !== 'connecting')) {
    return {
      screen: 'error',
      title: `${troubled.context} ${phaseTitles[troubled.phase] ?? ''}`,
      text: troubled.message ?? 'The log says more.',
      action: 'show-clusters',
    };
  }
  if (shown.some(({ phase }) => phase === 'connecting')) {
    return { screen: 'loading', text: first.message ?? `Connecting to ${first.context}` };
  }
  if (data.graph === undefined) {
    return data.problem === undefined
      ? { screen: 'loading', text: `Reading ${first.context}` }
      : { screen: 'error', title: 'The cluster could not be read', text: data.problem, action: 'retry' };
  }
  return {
    screen: 'cluster',
    title: 'Nothing runs here',
    text:
      first.namespaces.length === 0
        ? `No workload of ${first.context} may be read, or there is none.`
        : `There is no workload in ${first.namespaces.join(', ')}. Choose other namespaces of ${first.context}.`,
    action: 'show-clusters',
  };
}

/** What is not as it should be with the contexts that are shown, and with where their metrics come from. */
export function clusterBanners(data: PanelData): readonly Banner[] {
  const shown = shownClusters(data);
  const several = shown.length > 1;
  return [
    ...shown.flatMap((status) => connectionBanner(status, several)),
    ...alike(shown).flatMap((statuses) => telemetryBanner(statuses, several)),
  ];
}

/** Clusters whose metrics are in one state for one reason: it is said once of all of them. */
function alike(statuses: readonly ClusterStatus[]): readonly (readonly ClusterStatus[])[] {
  const groups = new Map<string, ClusterStatus[]>();
  for (const status of statuses) {
    const key = JSON.stringify([status.telemetry.state, status.telemetry.message]);
    groups.set(key, [...(groups.get(key) ?? []), status]);
  }
  return [...groups.values()];
}

/** The graph's own words about a connection or its metrics, which a banner or the side panel has said already. */
export function isToldOfCluster(warning: string, data: PanelData): boolean {
  return shownClusters(data).some(
    ({ context, message, telemetry }) => warning === `${context}: ${message ?? ''}` || warning === telemetry.message,
  );
}

function connectionBanner(status: ClusterStatus, several: boolean): Banner[] {
  const { context, phase, message } = status;
  if (phase === 'connected' || phase === 'disconnected' || lacksRights(status)) return [];
  if (phase === 'connecting') return [{ kind: 'info', text: message ?? `Connecting to ${context}.` }];
  const title = phaseTitles[phase];
  const text = message ?? (title === undefined ? `${context} is ${phase}.` : `${context} ${title}.`);
  const kind = phase === 'degraded' ? 'warning' : 'error';
  return [{ kind, text: several ? `${context}: ${text}` : text, action: 'show-clusters' }];
}

function telemetryBanner(statuses: readonly ClusterStatus[], several: boolean): Banner[] {
  const { state = 'unknown', message } = statuses[0]?.telemetry ?? {};
  if (message === undefined || state === 'unknown') return [];
  const text = several ? `${statuses.map(({ context }) => context).join(', ')}: ${message}` : message;
  switch (state) {
    case 'searching':
      return [{ kind: 'info', text }];
    case 'missing':
      return [{ kind: 'info', text, action: 'open-metrics-settings', other: 'retry' }];
    case 'failing':
      return [{ kind: 'warning', text, action: 'retry', other: 'open-metrics-settings' }];
    case 'slow':
      return [{ kind: 'warning', text, action: 'retry' }];
    case 'connected':
      return [{ kind: 'warning', text }];
  }
}

/** Whether somebody measures what is shown. */
export function isMeasured(data: PanelData): boolean {
  if (data.of.source === 'local') return true;
  return shownClusters(data).some(({ telemetry }) => telemetry.state === 'connected' || telemetry.state === 'slow');
}

/** One line on where the numbers come from. */
export function telemetryLine({ telemetry }: ClusterStatus): string {
  const { state, source } = telemetry;
  switch (state) {
    case 'connected':
      return `metrics from ${source ?? 'Prometheus'}`;
    case 'slow':
      return `metrics from ${source ?? 'Prometheus'}, slow`;
    case 'failing':
      return 'metrics are failing';
    case 'missing':
      return 'no metrics';
    case 'searching':
    case 'unknown':
      return 'looking for metrics';
  }
}

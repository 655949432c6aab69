import type { Health } from '../../../shared/health.ts';
import type { LocalMeshStatus } from '../../../shared/local-mesh.ts';
import type { Translate } from '../../translate.ts';

/** What the status bar says, as plain data. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly level: 'normal' | 'warning' | 'error';
}

/** What the status bar sums up. */
export interface StatusInput {
  readonly engine: { readonly state: 'starting' | 'running' | 'restarting' | 'stopped'; readonly message?: string };
  readonly status?: LocalMeshStatus;
  readonly worst?: { readonly label: string; readonly health: Health; readonly reason: string };
  readonly hasMeshFile: boolean;
}

/** The state of the mesh and its worst health in a few words; undefined where there is nothing to say. */
export function statusText(input: StatusInput, t: Translate): StatusText | undefined {
  const { engine, status, worst } = input;
  if (engine.state === 'stopped' && engine.message !== undefined) {
    return { text: `$(error) ${t('Mesh engine stopped')}`, tooltip: engine.message, level: 'error' };
  }
  if (engine.state === 'restarting') {
    return {
      text: `$(sync~spin) ${t('Mesh engine restarting')}`,
      tooltip: t('The engine ended unexpectedly and comes back.'),
      level: 'warning',
    };
  }
  const isActive = status !== undefined && status.phase !== 'stopped';
  if (!isActive && !input.hasMeshFile) return undefined;
  if (!isActive)
    return {
      text: `$(type-hierarchy) ${t('Mesh stopped')}`,
      tooltip: t('The local mesh does not run.'),
      level: 'normal',
    };
  const { name, message } = status;
  switch (status.phase) {
    case 'starting':
      return {
        text: `$(sync~spin) ${t('{0} starting', name)}`,
        tooltip: message ?? t('The local mesh starts.'),
        level: 'normal',
      };
    case 'stopping':
      return {
        text: `$(sync~spin) ${t('{0} stopping', name)}`,
        tooltip: message ?? t('The local mesh stops.'),
        level: 'normal',
      };
    case 'failed':
      return {
        text: `$(error) ${t('{0} failed', name)}`,
        tooltip: message ?? t('The local mesh failed.'),
        level: 'error',
      };
    case 'running':
      return runningText(status, worst, t);
  }
}

function runningText(status: LocalMeshStatus, worst: StatusInput['worst'], t: Translate): StatusText {
  const rejected = status.config?.rejected;
  if (rejected !== undefined) {
    return {
      text: `$(warning) ${t('{0} keeps its last good configuration', status.name)}`,
      tooltip: rejected.message,
      level: 'warning',
    };
  }
  const tooltip = worst === undefined ? t('The local mesh runs.') : `${worst.label}: ${worst.reason}`;
  switch (worst?.health) {
    case 'failing':
      return { text: `$(error) ${t('{0}: {1} failing', status.name, worst.label)}`, tooltip, level: 'error' };
    case 'degraded':
      return { text: `$(warning) ${t('{0}: {1} degraded', status.name, worst.label)}`, tooltip, level: 'warning' };
    case 'healthy':
      return {
        text: `$(pass) ${t('{0} healthy', status.name)}`,
        tooltip: t('Every workload is healthy.'),
        level: 'normal',
      };
    case 'idle':
    case 'unknown':
    case undefined:
      return {
        text: `$(type-hierarchy) ${t('{0} running', status.name)}`,
        tooltip: t('The local mesh runs.'),
        level: 'normal',
      };
  }
}

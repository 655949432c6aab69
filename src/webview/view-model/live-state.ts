import type { PanelData } from '../host/panel-data.ts';
import { formatAgo } from './number-format.ts';
import type { PanelCondition } from './condition.ts';

export interface LiveState {
  readonly text: string;
  readonly tone: 'healthy' | 'degraded' | 'failing' | 'idle';
}

/** The word at the right of the toolbar: whether what is shown is now. */
export function liveState(data: PanelData, condition: PanelCondition, now: number): LiveState {
  if (data.engine.state === 'stopped') return { text: 'Engine stopped', tone: 'failing' };
  if (data.engine.state !== 'running') return { text: `Engine ${data.engine.state}`, tone: 'idle' };
  if (data.of.source === 'local' && data.status?.phase === 'stopped') return { text: 'Stopped', tone: 'idle' };
  if (condition.screen === 'error' || condition.screen === 'cluster') return { text: 'Not live', tone: 'idle' };
  if (data.heardAt === undefined || condition.screen !== 'graph') return { text: 'Connecting', tone: 'idle' };
  const age = formatAgo(now - data.heardAt);
  return condition.stale ? { text: `Stale · ${age}`, tone: 'degraded' } : { text: `Live · ${age}`, tone: 'healthy' };
}

import type { PanelData } from '../host/panel-data.ts';
import { clusterBanners, clusterWithoutGraph, isToldOfCluster } from './cluster-condition.ts';
import type { Banner, PanelCondition } from './condition.ts';
import { formatCount } from './number-format.ts';

/** Data older than this is called stale. Milliseconds. */
export const staleAfter = 5000;

/** Decides what the panel shows. `now` is on the same clock as `data.heardAt`. */
export function panelCondition(data: PanelData, now: number): PanelCondition {
  const { graph, engine, status } = data;
  if (graph === undefined || graph.nodes.length === 0) {
    return data.of.source === 'cluster' && engine.state === 'running'
      ? clusterWithoutGraph(data)
      : conditionWithoutGraph(data);
  }
  const banners: Banner[] = [];
  let stale = false;
  if (engine.state === 'restarting' || engine.state === 'starting') {
    banners.push({ kind: 'info', text: 'The engine is restarting. The picture is from before.' });
    stale = true;
  } else if (engine.state === 'stopped') {
    const text = engine.message ?? 'The engine has stopped.';
    banners.push({ kind: 'error', text: `${text} The picture is from before.`, action: 'show-log' });
    stale = true;
  } else if (data.of.source === 'cluster') {
    banners.push(...clusterBanners(data));
    stale = pushAge(banners, data, now);
  } else if (status?.phase === 'stopped') {
    banners.push({ kind: 'info', text: 'The local mesh is stopped.', action: 'start-mesh' });
    stale = true;
  } else if (status?.phase === 'failed') {
    banners.push({ kind: 'error', text: status.message ?? 'The local mesh failed.', action: 'show-log' });
  } else if (status?.phase === 'starting') {
    banners.push({ kind: 'info', text: status.message ?? 'The local mesh is starting.' });
  } else {
    stale = pushAge(banners, data, now);
  }
  const rejected = status?.config?.rejected;
  if (rejected !== undefined && data.of.source === 'local') {
    banners.push({ kind: 'warning', text: `The mesh keeps the last good configuration. ${rejected.message}` });
  }
  for (const warning of graph.warnings) {
    if (banners.some(({ text }) => text === warning) || isToldOfCluster(warning, data)) continue;
    banners.push({ kind: 'warning', text: warning });
  }
  return { screen: 'graph', banners, stale };
}

/** Says how old the picture is, once it is old. */
function pushAge(banners: Banner[], { heardAt, problem }: PanelData, now: number): boolean {
  const age = heardAt === undefined ? 0 : now - heardAt;
  if (age <= staleAfter) return false;
  const why = problem === undefined ? '' : ` ${problem}`;
  banners.push({ kind: 'warning', text: `Data is ${seconds(age)} old, retrying.${why}`, action: 'retry' });
  return true;
}

function conditionWithoutGraph({ engine, status, graph, problem }: PanelData): PanelCondition {
  if (engine.state === 'stopped') {
    const text = engine.message ?? 'It ended and was not started again.';
    return { screen: 'error', title: 'The engine has stopped', text, action: 'show-log' };
  }
  if (status?.phase === 'failed') {
    const text = status.message ?? 'The log says more.';
    return { screen: 'error', title: 'The local mesh could not start', text, action: 'show-log' };
  }
  if (status?.phase === 'starting') return { screen: 'loading', text: status.message ?? 'The local mesh is starting' };
  if (status?.phase === 'stopping') return { screen: 'loading', text: 'The local mesh is stopping' };
  if (status?.phase === 'running') {
    const count = formatCount(status.workloads.length, 'workload');
    return { screen: 'loading', text: graph === undefined ? `Reading ${count}` : 'Waiting for the first service' };
  }
  if (status?.phase === 'stopped' && engine.state === 'running') return { screen: 'empty' };
  if (problem !== undefined && engine.state === 'running') {
    return { screen: 'error', title: 'The mesh could not be read', text: problem, action: 'retry' };
  }
  return { screen: 'loading', text: engine.state === 'running' ? 'Reading the mesh' : 'The engine is starting' };
}

function seconds(milliseconds: number): string {
  const whole = Math.floor(milliseconds / 1000);
  return whole < 120 ? `${String(whole)}\u2009s` : `${String(Math.floor(whole / 60))}\u2009min`;
}

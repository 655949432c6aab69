import type { ClusterStatus } from '../../shared/cluster.ts';
import type { PanelSource } from '../../shared/panel-protocol.ts';
import type { PanelData } from '../host/panel-data.ts';
import type { PanelView } from '../host/panel-view.ts';

/** One entry of the choice whose topology is shown. */
export interface SourceChoice {
  /** Stable for one choice. */
  readonly key: string;
  readonly text: string;
  readonly of: PanelSource;
}

const local: PanelSource = { source: 'local', contexts: [] };

export function sourceKey({ source, contexts }: PanelSource): string {
  return source === 'local' ? 'local' : `cluster:${contexts.join(' ')}`;
}

/**
 * What can be chosen: the local mesh, each context, all of them where there are several, and what is chosen now even if it
 * is gone. A single entry is no choice.
 */
export function sourceChoices(data: Pick<PanelData, 'clusters' | 'status' | 'of'>): readonly SourceChoice[] {
  const { clusters, status, of } = data;
  const choice = (text: string, source: PanelSource): SourceChoice => ({ key: sourceKey(source), text, of: source });
  const name = status?.name ?? '';
  const choices = [
    choice(name === '' ? 'Local mesh' : `Local mesh ${name}`, local),
    ...clusters.map(({ context }) => choice(context, { source: 'cluster', contexts: [context] })),
  ];
  if (clusters.length > 1) choices.push(choice('All clusters', { source: 'cluster', contexts: [] }));
  if (choices.every(({ key }) => key !== sourceKey(of))) {
    choices.push(choice(of.contexts.length === 0 ? 'All clusters' : of.contexts.join(', '), of));
  }
  return choices;
}

/** The contexts that are shown. */
export function shownClusters({ clusters, of }: Pick<PanelData, 'clusters' | 'of'>): readonly ClusterStatus[] {
  if (of.source === 'local') return [];
  return of.contexts.length === 0 ? clusters : clusters.filter(({ context }) => of.contexts.includes(context));
}

/** The view of another source: namespaces and what was selected belong to the one before. */
export function chooseSource(view: PanelView, of: PanelSource): Partial<PanelView> {
  if (sourceKey(view) === sourceKey(of)) return {};
  // Ten minutes hold enough scrapes wherever metrics come from.
  const seconds = view.source === of.source ? view.window : of.source === 'cluster' ? 600 : 60;
  return { ...of, namespaces: [], opened: [], window: seconds };
}

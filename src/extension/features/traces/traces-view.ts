import { commands as vscodeCommands, EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItem, window } from 'vscode';
import type { TraceSummary } from '../../../shared/traces.ts';
import { commandIds } from '../../commands.ts';
import { colorIds, viewIds } from '../../contribution-ids.ts';
import type { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { traceDescription, traceLabel } from './trace-row.ts';

const refreshEvery = 2_000;
const shown = 100;

/** The Traces view: the latest traces, of all requests or of those that failed; a click opens the waterfall. */
export function registerTracesView(services: Services, owned: DisposableList): void {
  const { commands, contextKeys, engine, log, mesh } = services;
  const changes = owned.add(new EventEmitter<undefined>());
  let traces: readonly TraceSummary[] = [];
  let onlyErrors = false;
  let isAsking = false;

  const view = owned.add(
    window.createTreeView<TraceSummary>(viewIds.traces, {
      treeDataProvider: {
        onDidChangeTreeData: changes.event,
        getChildren: (trace) => (trace === undefined ? [...traces] : []),
        getTreeItem: toItem,
      },
    }),
  );

  const refresh = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      const canAsk = engine.state.state === 'running' && mesh.isActive;
      const latest = canAsk ? await engine.request('mesh/traces', { limit: shown, onlyErrors }) : [];
      const isSame = latest.length === traces.length && latest.every((trace, at) => isEqual(trace, traces[at]));
      traces = latest;
      if (!isSame) changes.fire(undefined);
    } finally {
      isAsking = false;
    }
  };
  // Traces come by the dozen a second; they are fetched only while somebody can see them.
  const timer = setInterval(() => {
    if (view.visible) refresh().catch((error: unknown) => log.debug('Traces are not to be had.', error));
  }, refreshEvery);
  owned.add({ dispose: () => clearInterval(timer) });
  owned.add(view.onDidChangeVisibility(({ visible }) => visible && void refresh().catch(() => undefined)));

  const filter = (value: boolean) => async () => {
    onlyErrors = value;
    contextKeys.set('meshlens.traces.onlyFailed', value);
    await refresh();
  };
  contextKeys.set('meshlens.traces.onlyFailed', false);
  commands.register(commandIds.showFailedTraces, filter(true));
  commands.register(commandIds.showAllTraces, filter(false));
  commands.register(commandIds.refreshTraces, refresh);
  commands.register(commandIds.openTrace, async (argument) => {
    const traceId = typeof argument === 'string' ? argument : isTrace(argument) ? argument.traceId : undefined;
    if (traceId !== undefined) await vscodeCommands.executeCommand(commandIds.openTopology, { traceId });
  });
}

function isEqual(a: TraceSummary, b: TraceSummary | undefined): boolean {
  return a.traceId === b?.traceId && a.spans === b.spans && a.duration === b.duration && a.status === b.status;
}

function isTrace(value: unknown): value is TraceSummary {
  return typeof value === 'object' && value !== null && 'traceId' in value && typeof value.traceId === 'string';
}

function toItem(trace: TraceSummary): TreeItem {
  const item = new TreeItem(traceLabel(trace.name));
  item.id = trace.traceId;
  item.description = traceDescription(trace, l10n.t);
  item.tooltip = [
    new Date(trace.start).toLocaleString(),
    trace.name,
    l10n.t('Through {0}', trace.services.join(' → ')),
    trace.traceId,
  ].join('\n');
  item.iconPath =
    trace.status === 'error'
      ? new ThemeIcon('error', new ThemeColor(colorIds.failing))
      : new ThemeIcon('pass', new ThemeColor(colorIds.healthy));
  item.contextValue = 'trace';
  item.accessibilityInformation = {
    label: `${trace.status === 'error' ? l10n.t('failed') : l10n.t('fine')}: ${trace.name}, ${item.description}`,
  };
  item.command = { command: commandIds.openTrace, title: l10n.t('Open Trace'), arguments: [trace] };
  return item;
}

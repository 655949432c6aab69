import type { ClusterStatus } from '../../src/shared/cluster.ts';
import type { LocalMeshStatus } from '../../src/shared/local-mesh.ts';
import type { HostToPanel, PanelRequests, PanelToHost } from '../../src/shared/panel-protocol.ts';
import { panelProtocolVersion } from '../../src/shared/panel-protocol.ts';
import type { TopologyDelta, TopologyGraph } from '../../src/shared/topology.ts';
import type { BookinfoOptions } from './bookinfo.ts';
import { bookinfoEvents, bookinfoGraph, bookinfoStatus, seriesOf } from './bookinfo.ts';
import { clusterGraph, clusterStatuses } from './cluster.ts';
import { bookinfoTraces, summaryOf } from './bookinfo-traces.ts';
import { generatedMesh } from './generated-mesh.ts';
import type { ThemeName } from './themes.ts';
import { themes } from './themes.ts';

// Stands for the extension in a plain page: gives `acquireVsCodeApi`, answers questions from made data, and is driven by
// tests through `window.harness`. Bundled for the browser; typed without the DOM, as the rest of the tests is.

interface Page {
  acquireVsCodeApi: () => unknown;
  harness: Harness;
  location: { search: string };
  sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  postMessage: (message: unknown, origin: string) => void;
  addEventListener: (
    type: string,
    listener: (event: { violatedDirective: string; blockedURI: string; sourceFile: string }) => void,
  ) => void;
  document: {
    body: { className: string };
    documentElement: { style: { setProperty(name: string, value: string): void } };
    addEventListener: Page['addEventListener'];
  };
}

/** What tests may do to the page, and read from it. */
export interface Harness {
  /** All messages of the panel, oldest first. */
  readonly posted: PanelToHost[];
  /** Violations of the content security policy. */
  readonly violations: string[];
  setTheme(name: ThemeName): void;
  send(message: HostToPanel): void;
  /** Sends the difference between what was last sent and this state of Bookinfo. */
  bookinfo(options: BookinfoOptions): void;
  /** Sends the difference between what was last sent and this graph. */
  replace(next: TopologyGraph): void;
  status(phase: LocalMeshStatus['phase'], more?: Partial<LocalMeshStatus>): void;
  /** While true, questions get no answer. */
  silent: boolean;
  readonly graph: TopologyGraph;
  readonly clusters: readonly ClusterStatus[];
}

const page = globalThis as unknown as Page;
const parameters = new URLSearchParams(page.location.search);
const scenario = parameters.get('scenario') ?? 'bookinfo';
const traces = bookinfoTraces();
let graph: TopologyGraph = initialGraph();
let status: LocalMeshStatus = bookinfoStatus(scenario === 'empty' ? 'stopped' : 'running');

function initialGraph(): TopologyGraph {
  if (scenario.startsWith('cluster')) return clusterGraph(scenario === 'cluster');
  const size = /^generated-(\d+)-(\d+)$/.exec(scenario);
  if (size !== null) return generatedMesh(Number(size[1]), Number(size[2]));
  const bookinfo = bookinfoGraph(scenario === 'quiet' ? { shares: [1, 0, 0], onlyBusyEdges: true } : {});
  return scenario === 'empty' || scenario === 'loading' ? { ...bookinfo, nodes: [], edges: [], boxes: [] } : bookinfo;
}

function send(message: HostToPanel): void {
  page.postMessage(message, '*');
}

function deltaTo(next: TopologyGraph): TopologyDelta {
  const changed = <T extends { id: string }>(before: readonly T[], after: readonly T[]): T[] => {
    const known = new Map(before.map((item) => [item.id, JSON.stringify(item)]));
    return after.filter((item) => known.get(item.id) !== JSON.stringify(item));
  };
  const gone = (before: readonly { id: string }[], after: readonly { id: string }[]): string[] => {
    const ids = new Set(after.map((item) => item.id));
    return before.filter((item) => !ids.has(item.id)).map((item) => item.id);
  };
  const delta: TopologyDelta = {
    from: graph.version,
    to: graph.version + 1,
    nodes: changed(graph.nodes, next.nodes),
    edges: changed(graph.edges, next.edges),
    boxes: changed(graph.boxes, next.boxes),
    removed: {
      nodes: gone(graph.nodes, next.nodes),
      edges: gone(graph.edges, next.edges),
      boxes: gone(graph.boxes, next.boxes),
    },
    summary: next.summary,
    asOf: new Date().toISOString(),
    window: next.window,
    warnings: next.warnings,
  };
  graph = { ...next, version: delta.to };
  return delta;
}

function answer<K extends keyof PanelRequests>(method: K, params: PanelRequests[K]['params']): unknown {
  switch (method) {
    case 'subscribe': {
      const { source } = params as PanelRequests['subscribe']['params'];
      return source === 'local' && scenario.startsWith('cluster') ? bookinfoGraph() : graph;
    }
    case 'status':
      return status;
    case 'events':
      return scenario === 'empty' ? [] : bookinfoEvents();
    case 'series': {
      const { id } = params as PanelRequests['series']['params'];
      const node = graph.nodes.find((item) => item.id === id);
      const edge = graph.edges.find((item) => item.id === id);
      return seriesOf(id, node?.inbound ?? edge?.traffic ?? { requests: 0, errors: 0, errorShare: 0, responses: {} });
    }
    case 'traces': {
      const query = params as PanelRequests['traces']['params'];
      return traces
        .filter((trace) => query.service === undefined || trace.services.includes(query.service))
        .filter((trace) => query.onlyErrors !== true || trace.errors > 0)
        .slice(0, query.limit ?? 50)
        .map(summaryOf);
    }
    case 'trace': {
      const { traceId } = params as PanelRequests['trace']['params'];
      return traces.find((trace) => trace.traceId === traceId) ?? null;
    }
    default:
      return undefined;
  }
}

const harness: Harness = {
  posted: [],
  violations: [],
  silent: scenario === 'loading',
  get graph() {
    return graph;
  },
  clusters: clusterStatuses(true),
  setTheme(name) {
    const theme = themes[name];
    for (const [key, value] of Object.entries(theme.variables)) {
      page.document.documentElement.style.setProperty(`--vscode-${key}`, value);
    }
    page.document.body.className = theme.bodyClass;
  },
  send,
  bookinfo(options) {
    send({ type: 'topology', delta: deltaTo(bookinfoGraph(options)) });
  },
  replace(next) {
    send({ type: 'topology', delta: deltaTo(next) });
  },
  status(phase, more = {}) {
    status = { ...bookinfoStatus(phase), ...more };
    send({ type: 'status', status });
  },
};
page.harness = harness;
page.document.addEventListener('securitypolicyviolation', (event) => {
  harness.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});

harness.setTheme((parameters.get('theme') ?? 'dark') as ThemeName);
page.acquireVsCodeApi = () => ({
  getState: () => JSON.parse(page.sessionStorage.getItem('state') ?? 'null') as unknown,
  setState: (state: unknown) => page.sessionStorage.setItem('state', JSON.stringify(state)),
  postMessage: (message: PanelToHost) => {
    harness.posted.push(message);
    if (message.type === 'ready') {
      const isCluster = scenario.startsWith('cluster');
      send({
        type: 'init',
        version: panelProtocolVersion,
        ...(isCluster ? { show: { source: 'cluster' as const, contexts: ['kind-shop'] } } : {}),
      });
      send({ type: 'engine', state: 'running' });
      if (scenario.startsWith('cluster')) send({ type: 'clusters', clusters: clusterStatuses(scenario === 'cluster') });
    }
    if (message.type !== 'request' || harness.silent) return;
    send({ type: 'answer', id: message.id, result: answer(message.method, message.params) });
  },
});

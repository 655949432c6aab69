import {
  panelProtocolVersion,
  type PanelAction,
  type PanelRequests,
  type PanelSource,
  type PanelState,
  type PanelToHost,
} from '../../../shared/panel-protocol.ts';
import type { ResourceRef, SourceRef } from '../../../shared/resource.ts';
import type { GraphType } from '../../../shared/topology.ts';
import type { TraceQuery } from '../../../shared/traces.ts';
import type { FieldPath, Range } from '../../../shared/text.ts';

/** Longest exported picture, in characters. */
const maximumExport = 64 * 1024 * 1024;
const maximumText = 100_000;

type Fields = Readonly<Record<string, unknown>>;

/** Reads a message of the panel; undefined where it is none of the protocol. The page is ours, what it shows is not. */
export function parsePanelMessage(value: unknown): PanelToHost | undefined {
  if (!isFields(value)) return undefined;
  switch (value['type']) {
    case 'ready':
      return isCount(value['version']) ? { type: 'ready', version: value['version'] } : undefined;
    case 'error':
      return isText(value['message']) ? { type: 'error', message: value['message'] } : undefined;
    case 'request':
      return parseRequest(value);
    case 'action': {
      const action = parseAction(value['action']);
      return action && { type: 'action', action };
    }
    default:
      return undefined;
  }
}

function parseRequest({ id, method, params }: Fields): PanelToHost | undefined {
  if (!isCount(id) || !isFields(params)) return undefined;
  switch (method) {
    case 'subscribe': {
      const { graphType, window, namespaces } = params;
      const source = parseSourceChoice(params);
      if (!source || !isGraphType(graphType) || !isSeconds(window) || !isTexts(namespaces)) return undefined;
      return { type: 'request', id, method, params: { ...source, graphType, window, namespaces } };
    }
    case 'series': {
      const { id: element, seconds } = params;
      return isText(element) && isSeconds(seconds)
        ? { type: 'request', id, method, params: { id: element, seconds } }
        : undefined;
    }
    case 'traces': {
      const query = parseQuery(params);
      return query && { type: 'request', id, method, params: query };
    }
    case 'trace':
      return isText(params['traceId'])
        ? { type: 'request', id, method, params: { traceId: params['traceId'] } }
        : undefined;
    case 'status':
    case 'events':
      return { type: 'request', id, method, params: {} satisfies PanelRequests['status']['params'] };
    default:
      return undefined;
  }
}

function parseQuery(params: Fields): TraceQuery | undefined {
  const { node, edge, service, workload, onlyErrors, limit } = params;
  if (![node, edge, service, workload].every((name) => name === undefined || isText(name))) return undefined;
  if (onlyErrors !== undefined && typeof onlyErrors !== 'boolean') return undefined;
  if (limit !== undefined && !(isCount(limit) && limit <= 1000)) return undefined;
  return {
    ...(isText(node) ? { node } : {}),
    ...(isText(edge) ? { edge } : {}),
    ...(isText(service) ? { service } : {}),
    ...(isText(workload) ? { workload } : {}),
    ...(onlyErrors === undefined ? {} : { onlyErrors }),
    ...(isCount(limit) ? { limit } : {}),
  };
}

function parseAction(value: unknown): PanelAction | undefined {
  if (!isFields(value)) return undefined;
  const { action } = value;
  switch (action) {
    case 'start-mesh':
    case 'stop-mesh':
    case 'show-log':
    case 'open-events':
    case 'show-clusters':
    case 'open-metrics-settings':
      return { action };
    case 'retry-cluster':
      return isText(value['context']) ? { action, context: value['context'] } : undefined;
    case 'open-object': {
      const { context, resource } = value;
      return isText(context) && isResource(resource) ? { action, context, resource } : undefined;
    }
    case 'start-service':
    case 'stop-service':
    case 'restart-service':
      return isText(value['namespace']) && isText(value['name'])
        ? { action, namespace: value['namespace'], name: value['name'] }
        : undefined;
    case 'send-request':
      return isText(value['host']) ? { action, host: value['host'] } : undefined;
    case 'show-route': {
      const { host, from } = value;
      if (!isText(host) || !(from === undefined || isText(from))) return undefined;
      return { action, host, ...(from === undefined ? {} : { from }) };
    }
    case 'open-trace':
      return isText(value['traceId']) ? { action, traceId: value['traceId'] } : undefined;
    case 'copy':
      return isText(value['text'], maximumText) ? { action, text: value['text'] } : undefined;
    case 'export': {
      const { format, data } = value;
      if (format !== 'png' && format !== 'svg' && format !== 'json') return undefined;
      return isText(data, maximumExport) ? { action, format, data } : undefined;
    }
    case 'open-source': {
      const source = parseSource(value['source']);
      return source && { action, source };
    }
    default:
      return undefined;
  }
}

function parseSource(value: unknown): SourceRef | undefined {
  if (!isFields(value)) return undefined;
  const { resource, path, uri, range } = value;
  if (!isResource(resource) || !isPath(path)) return undefined;
  if (!(uri === undefined || isText(uri)) || !(range === undefined || isRange(range))) return undefined;
  return { resource, path, ...(uri === undefined ? {} : { uri }), ...(range === undefined ? {} : { range }) };
}

/** Reads what a panel of an earlier window left; undefined where it is of another version or damaged. */
export function parsePanelState(value: unknown): PanelState | undefined {
  if (!isFields(value) || value['version'] !== panelProtocolVersion) return undefined;
  const { view, traceId, namespaces, graphType, window, selection, viewport, positions, showList, showLegend } = value;
  const { fitted, provisional } = value;
  const source = parseSourceChoice(value);
  if (!source) return undefined;
  if ((view !== 'topology' && view !== 'trace') || !isGraphType(graphType) || !isSeconds(window)) return undefined;
  if (!isTexts(namespaces) || typeof showList !== 'boolean' || typeof showLegend !== 'boolean') return undefined;
  return {
    version: panelProtocolVersion,
    ...source,
    view,
    namespaces,
    graphType,
    window,
    showList,
    showLegend,
    positions: parsePositions(positions),
    ...(isText(traceId) ? { traceId } : {}),
    ...(isText(selection) ? { selection } : {}),
    ...(isViewport(viewport) ? { viewport } : {}),
    ...(fitted === true ? { fitted } : {}),
    ...(isTexts(provisional) ? { provisional } : {}),
  };
}

function parseSourceChoice({ source, contexts }: Fields): PanelSource | undefined {
  if ((source !== 'local' && source !== 'cluster') || !isTexts(contexts)) return undefined;
  return { source, contexts };
}

function parsePositions(value: unknown): PanelState['positions'] {
  const entries = isFields(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.flatMap(([id, at]) =>
      isFields(at) && isNumber(at['x']) && isNumber(at['y']) ? [[id, { x: at['x'], y: at['y'] }] as const] : [],
    ),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, limit = 4096): value is string {
  return typeof value === 'string' && value.length <= limit;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 10_000 && value.every((item) => isText(item));
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSeconds(value: unknown): value is number {
  return isNumber(value) && value > 0 && value <= 86_400;
}

function isGraphType(value: unknown): value is GraphType {
  return value === 'versionedApp' || value === 'app' || value === 'workload' || value === 'service';
}

function isResource(value: unknown): value is ResourceRef {
  return isFields(value) && ['apiVersion', 'kind', 'namespace', 'name'].every((name) => isText(value[name]));
}

function isPath(value: unknown): value is FieldPath {
  return Array.isArray(value) && value.length <= 200 && value.every((step) => isText(step) || isCount(step));
}

function isRange(value: unknown): value is Range {
  const isPosition = (at: unknown): boolean => isFields(at) && isCount(at['line']) && isCount(at['character']);
  return isFields(value) && isPosition(value['start']) && isPosition(value['end']);
}

function isViewport(value: unknown): value is { zoom: number; x: number; y: number } {
  return isFields(value) && isNumber(value['zoom']) && isNumber(value['x']) && isNumber(value['y']);
}

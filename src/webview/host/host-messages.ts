import type { HostToPanel, PanelState } from '../../shared/panel-protocol.ts';
import { panelProtocolVersion } from '../../shared/panel-protocol.ts';
import type { GraphType } from '../../shared/topology.ts';
import { isRecord, type UntrustedRecord } from '../../shared/untrusted.ts';

/** Reads a message of the extension. Messages of anyone else in the page (the editor's own frames) are `undefined`. */
export function parseHostMessage(data: unknown): HostToPanel | undefined {
  if (!isRecord(data)) return undefined;
  return hasShape(data) ? (data as unknown as HostToPanel) : undefined;
}

function hasShape(data: UntrustedRecord): boolean {
  switch (data['type']) {
    case 'init':
      return typeof data['version'] === 'number';
    case 'answer':
      return typeof data['id'] === 'number';
    case 'failure':
      return typeof data['id'] === 'number' && typeof data['message'] === 'string';
    case 'topology':
      return (
        isRecord(data['delta']) && typeof data['delta']['from'] === 'number' && Array.isArray(data['delta']['nodes'])
      );
    case 'clusters':
      return (
        Array.isArray(data['clusters']) &&
        data['clusters'].every((one) => isRecord(one) && typeof one['context'] === 'string')
      );
    case 'status':
      return isRecord(data['status']) && typeof data['status']['phase'] === 'string';
    case 'event':
      return isRecord(data['event']) && typeof data['event']['message'] === 'string';
    case 'engine':
      return typeof data['state'] === 'string';
    case 'show':
      return true;
    default:
      return false;
  }
}

const graphTypes: readonly GraphType[] = ['versionedApp', 'app', 'workload', 'service'];

/** Reads a kept state. One of another version, or broken, is dropped: the panel then starts afresh. */
export function parsePanelState(value: unknown): PanelState | undefined {
  if (!isRecord(value) || value['version'] !== panelProtocolVersion) return undefined;
  const graphType = graphTypes.find((type) => type === value['graphType']);
  if (graphType === undefined) return undefined;
  const seconds = value['window'];
  const { traceId, selection } = value;
  return {
    version: panelProtocolVersion,
    source: value['source'] === 'cluster' ? 'cluster' : 'local',
    contexts: strings(value['contexts']),
    view: value['view'] === 'trace' ? 'trace' : 'topology',
    ...(typeof traceId === 'string' ? { traceId } : {}),
    namespaces: strings(value['namespaces']),
    graphType,
    window: typeof seconds === 'number' && seconds > 0 ? seconds : 60,
    ...(typeof selection === 'string' ? { selection } : {}),
    ...viewport(value['viewport']),
    fitted: value['fitted'] === true,
    positions: positions(value['positions']),
    provisional: strings(value['provisional']),
    showList: value['showList'] === true,
    showLegend: value['showLegend'] !== false,
    ...(isRecord(value['display']) ? { display: flags(value['display']) } : {}),
    opened: strings(value['opened']),
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function flags(value: UntrustedRecord): Record<string, boolean> {
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean'),
  );
}

function isPoint(value: unknown): value is { x: number; y: number } {
  return isRecord(value) && Number.isFinite(value['x']) && Number.isFinite(value['y']);
}

function viewport(value: unknown): Pick<PanelState, 'viewport'> {
  if (!isPoint(value)) return {};
  const { zoom } = value as { zoom?: unknown };
  return typeof zoom === 'number' && zoom > 0 ? { viewport: { zoom, x: value.x, y: value.y } } : {};
}

function positions(value: unknown): PanelState['positions'] {
  const result: Record<string, { x: number; y: number }> = {};
  if (!isRecord(value)) return result;
  for (const [id, point] of Object.entries(value)) {
    if (id !== '__proto__' && isPoint(point)) result[id] = { x: point.x, y: point.y };
  }
  return result;
}

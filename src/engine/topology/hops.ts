import { compareText } from '../../shared/compare.ts';
import type { TcpTrafficRecord, TrafficRecord, TrafficWindow } from '../telemetry/traffic.ts';
import type { Histogram } from '../telemetry/histogram.ts';
import { callKey, parseCall, type Call, type Peer } from './peer.ts';
import { addTotals, responseKey, type Totals } from './totals.ts';

/** One workload calling another through one service: what both ends reported, reconciled. */
export interface Hop {
  readonly call: Call;
  readonly totals: Totals;
  /**
   * Requests by the config generation that routed them, which only the source knows. Those that wait for their answer are
   * among them: a slow version would seem to get less than it does.
   */
  readonly bySourceGeneration: ReadonlyMap<number, number>;
  readonly sourcePrincipal: string;
  readonly destinationPrincipal: string;
  /** Ends that reported themselves, and so have a sidecar. */
  readonly sourceMeshed: boolean;
  readonly targetMeshed: boolean;
}

/** Finds the only workload of a service, for requests that reached none. */
export type OnlyWorkload = (call: Call) => Peer | undefined;

interface Side {
  count: number;
  readonly codes: Map<string, number>;
  readonly histograms: Histogram[];
  mutual: number;
  plain: number;
  bytes: number;
  connections: number;
}

interface OpenHop {
  readonly call: Call;
  readonly source: Side;
  readonly destination: Side;
  readonly bySourceGeneration: Map<number, number>;
  readonly principals: { source: string; destination: string };
  sourceMeshed: boolean;
  targetMeshed: boolean;
}

const newSide = (): Side => ({
  count: 0,
  codes: new Map(),
  histograms: [],
  mutual: 0,
  plain: 0,
  bytes: 0,
  connections: 0,
});

/** Groups the records of a window by who called whom, and reconciles what both ends say. Sorted by names. */
export function hopsOf(traffic: TrafficWindow, cluster: string, onlyWorkload: OnlyWorkload): Hop[] {
  const open = new Map<string, OpenHop>();
  const hopOf = (record: Pick<TrafficRecord | TcpTrafficRecord, 'labels'>): OpenHop | undefined => {
    const parsed = parseCall(record.labels, cluster);
    if (!parsed) return undefined;
    let { call, key } = parsed;
    const reached = call.target.workload !== '' || call.target.app !== '';
    const target = reached ? undefined : onlyWorkload(call);
    if (target) {
      call = { ...call, target };
      key = callKey(call);
    }
    let hop = open.get(key);
    if (!hop) {
      hop = {
        call,
        source: newSide(),
        destination: newSide(),
        bySourceGeneration: new Map(),
        principals: { source: '', destination: '' },
        sourceMeshed: false,
        targetMeshed: false,
      };
      open.set(key, hop);
    }
    hop.principals.source ||= parsed.call.source.principal;
    hop.principals.destination ||= parsed.call.target.principal;
    if (record.labels.reporter === 'source') hop.sourceMeshed = true;
    else hop.targetMeshed = true;
    return hop;
  };
  for (const record of traffic.requests) {
    const hop = hopOf(record);
    if (hop) addRequests(hop, record);
  }
  for (const waiting of traffic.waiting ?? []) {
    const hop = hopOf(waiting);
    if (hop) addRouted(hop, waiting.generation, waiting.count);
  }
  for (const record of traffic.tcp) {
    const hop = hopOf(record);
    if (hop) addConnections(hop, record);
  }
  return [...open.entries()].sort(([a], [b]) => compareText(a, b)).map(([, hop]) => reconcile(hop));
}

function addRequests(hop: OpenHop, record: TrafficRecord): void {
  const { labels, count } = record;
  const side = labels.reporter === 'source' ? hop.source : hop.destination;
  if (count === 0) return;
  side.count += count;
  const key = responseKey(codeOf(record), labels.response_flags);
  side.codes.set(key, (side.codes.get(key) ?? 0) + count);
  side.histograms.push(record.duration);
  addSecurity(side, labels.connection_security_policy, count);
  if (labels.reporter === 'source') {
    addRouted(hop, record.generation, count);
  }
}

function addRouted({ bySourceGeneration }: OpenHop, generation: number, count: number): void {
  bySourceGeneration.set(generation, (bySourceGeneration.get(generation) ?? 0) + count);
}

/** The gRPC status, unless the proxy itself answered with an HTTP error; `-` where nothing was answered at all. */
function codeOf({ labels }: TrafficRecord): string {
  const { response_code: http, grpc_response_status: grpc } = labels;
  if (http === '0' || http === '') return '-';
  const known = grpc !== '' && grpc !== 'unknown' && grpc !== '-';
  return labels.request_protocol === 'grpc' && known && !/^[45]\d\d$/.test(http) ? grpc : http;
}

function addConnections(hop: OpenHop, record: TcpTrafficRecord): void {
  const { labels } = record;
  const side = labels.reporter === 'source' ? hop.source : hop.destination;
  side.bytes += record.sentBytes + record.receivedBytes;
  side.connections += record.opened;
  const failed = labels.response_flags !== '-' && labels.response_flags !== '' && labels.response_flags !== 'unknown';
  const key = responseKey('-', labels.response_flags);
  if (failed && record.opened > 0) side.codes.set(key, (side.codes.get(key) ?? 0) + record.opened);
  // Connections that were opened before the window still say how its bytes travelled.
  addSecurity(
    side,
    labels.connection_security_policy,
    record.opened || (record.sentBytes + record.receivedBytes > 0 ? 1 : 0),
  );
}

function addSecurity(side: Side, policy: string, amount: number): void {
  if (policy === 'mutual_tls') side.mutual += amount;
  else if (policy === 'none') side.plain += amount;
}

/**
 * Both proxies count the same request, and may see different ends of it (`503 UC` here, `0 DC` there). So the larger of
 * the two totals counts, never their sum: the destination tells the codes of what it saw, and the source tells those of
 * what never got there (no healthy endpoint, connection refused, circuit open). A destination that saw more was retried.
 */
function reconcile(hop: OpenHop): Hop {
  const { source, destination, call } = hop;
  let codes: Map<string, number> = destination.count > 0 ? destination.codes : source.codes;
  const unseen = Math.max(0, source.count - destination.count);
  if (destination.count > 0 && unseen > 0) {
    const surplus = [...source.codes]
      .map(([key, count]) => ({ key, count: Math.max(0, count - (destination.codes.get(key) ?? 0)) }))
      .filter(({ count }) => count > 0);
    // Where codes differ as well, the surplus is larger than what was not seen, and is scaled to it.
    const total = surplus.reduce((sum, { count }) => sum + count, 0);
    codes = new Map(codes);
    for (const { key, count } of surplus) codes.set(key, (codes.get(key) ?? 0) + (count * unseen) / total);
  }
  if (destination.count === 0 && source.count === 0) {
    codes = source.connections >= destination.connections ? source.codes : destination.codes;
  }
  // Only the destination knows how the connection was secured; the source is asked where there is no other report.
  const secured = destination.mutual + destination.plain > 0 ? destination : source;
  return {
    call,
    totals: {
      count: Math.max(source.count, destination.count),
      codes,
      histograms: destination.count > 0 ? destination.histograms : source.histograms,
      mutual: secured.mutual,
      plain: secured.plain,
      bytes: Math.max(source.bytes, destination.bytes),
      connections: Math.max(source.connections, destination.connections),
      protocol: call.protocol,
    },
    bySourceGeneration: hop.bySourceGeneration,
    sourcePrincipal: hop.principals.source,
    destinationPrincipal: hop.principals.destination,
    sourceMeshed: hop.sourceMeshed,
    targetMeshed: hop.targetMeshed,
  };
}

/** Totals of several hops. */
export function totalsOf(hops: readonly Hop[]): Totals {
  return addTotals(hops.map((hop) => hop.totals));
}

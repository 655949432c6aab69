import type { GraphType, TrafficSeries } from '../../shared/topology.ts';
import type { SliceScope, TrafficSource, TrafficWindow } from '../telemetry/traffic.ts';
import { hopsOf, type Hop } from './hops.ts';
import { DeclaredMesh, NodeNaming } from './node-identity.ts';
import { placeHops } from './placed-hops.ts';
import type { TopologyInput } from './topology-input.ts';
import { addTotals, ratesOf, type Totals } from './totals.ts';

/** Points a chart of this product's size can show. */
const maxPoints = 60;
/** Seconds. */
const longest = 21_600;
/** Ids alone do not tell the type of their graph; the usual one comes first. */
export const graphTypes: readonly GraphType[] = ['versionedApp', 'app', 'workload', 'service'];

export interface SeriesInput {
  readonly source: TrafficSource;
  readonly mesh: TopologyInput['mesh'];
  readonly cluster: string;
  /** What the id is about, for sources that must be told. */
  readonly scope?: SliceScope;
  /** Node or edge id. */
  readonly id: string;
  /** How far back. */
  readonly seconds: number;
  /** Epoch milliseconds; the end where nothing was measured. */
  readonly now: number;
}

/**
 * The recent past of a node (what it answered; of one that nobody calls, what it asked) or of an edge. `null` where nothing
 * was measured, and for shares and latencies where nothing flowed. An id that nothing flowed through gives zeroes.
 */
export function seriesFor(input: SeriesInput): TrafficSeries {
  const { seconds, step } = seriesSteps(input.seconds);
  const slices = input.source.slices(seconds, step, input.scope);
  const declared = new DeclaredMesh(input.mesh);
  const perSlice = slices.map((slice) => hopsOf(slice, input.cluster, (call) => declared.onlyWorkload(call)));
  const select = selector(input.id, declared, perSlice.flat());
  const points = slices.map((slice, index) => pointOf(slice, select(perSlice[index] ?? [])));
  const asOf = slices.at(-1)?.until ?? input.now;
  return {
    id: input.id,
    step,
    asOf: new Date(asOf).toISOString(),
    requests: points.map((point) => point.requests),
    errorShare: points.map((point) => point.errorShare),
    p50: points.map((point) => point.p50),
    p95: points.map((point) => point.p95),
  };
}

/** How far back a series goes, and in which steps. */
export function seriesSteps(asked: number): { readonly seconds: number; readonly step: number } {
  const seconds = Math.max(1, Math.min(longest, Math.floor(asked)));
  return { seconds, step: stepFor(seconds) };
}

/** A whole number of seconds; of tens where the past is only kept in tens. */
function stepFor(seconds: number): number {
  const step = Math.max(1, Math.ceil(seconds / maxPoints));
  return seconds > 300 ? Math.ceil(step / 10) * 10 : step;
}

/** Picks the hops of one node or edge: inbound ones of a node that is ever called, else its outbound ones. */
function selector(id: string, declared: DeclaredMesh, all: readonly Hop[]): (hops: readonly Hop[]) => Hop[] {
  const calls = all.map(({ call }) => call);
  for (const graphType of graphTypes) {
    const naming = new NodeNaming(graphType, declared, calls);
    const placed = placeHops(all, naming);
    const pick = (matches: (hop: ReturnType<typeof placeHops>[number]) => boolean) => (hops: readonly Hop[]) =>
      placeHops(hops, naming)
        .filter(matches)
        .map(({ hop }) => hop);
    if (placed.some(({ edgeId }) => edgeId === id)) return pick(({ edgeId }) => edgeId === id);
    if (placed.some(({ target }) => target.id === id)) return pick(({ target }) => target.id === id);
    if (placed.some(({ source }) => source.id === id)) return pick(({ source }) => source.id === id);
  }
  return () => [];
}

interface Point {
  readonly requests: number | null;
  readonly errorShare: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
}

function pointOf(slice: TrafficWindow, hops: readonly Hop[]): Point {
  if (slice.seconds === 0) return { requests: null, errorShare: null, p50: null, p95: null };
  const totals: Totals = addTotals(hops.map((hop) => hop.totals));
  const rates = ratesOf(totals, slice.seconds);
  return {
    requests: rates.requests,
    errorShare: totals.count > 0 ? rates.errorShare : null,
    p50: rates.p50 ?? null,
    p95: rates.p95 ?? null,
  };
}

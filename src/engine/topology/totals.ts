import type { TrafficRates } from '../../shared/topology.ts';
import { mergeHistograms, quantilesOf, type Histogram } from '../telemetry/histogram.ts';

/** What flowed in a window over one or more hops, both ends' reports reconciled. */
export interface Totals {
  /** Requests. */
  readonly count: number;
  /** Requests by `code flags`; TCP: failed connections by `- flags`. */
  readonly codes: ReadonlyMap<string, number>;
  readonly histograms: readonly Histogram[];
  /** Requests (TCP: connections) known to be mutually authenticated, and known not to be. */
  readonly mutual: number;
  readonly plain: number;
  readonly bytes: number;
  /** TCP connections opened. */
  readonly connections: number;
  readonly protocol: 'http' | 'grpc' | 'tcp' | 'mixed';
}

export const noTotals: Totals = {
  count: 0,
  codes: new Map(),
  histograms: [],
  mutual: 0,
  plain: 0,
  bytes: 0,
  connections: 0,
  protocol: 'mixed',
};

/** `503 UH`, or the code alone where no flag is set. `-` as code: no answer came. */
export function responseKey(code: string, flags: string): string {
  return flags === '' || flags === '-' || flags === 'unknown' ? code : `${code} ${flags}`;
}

export function splitResponseKey(key: string): { code: string; flags: string } {
  const space = key.indexOf(' ');
  return space < 0 ? { code: key, flags: '' } : { code: key.slice(0, space), flags: key.slice(space + 1) };
}

/**
 * No answer, or an HTTP status of 4xx or 5xx; of gRPC also every status but 0. One or two digits can only be a gRPC status,
 * so totals over several protocols need no more than the code.
 */
function isError(key: string): boolean {
  const first = key.charAt(0);
  if (first === '-') return true;
  const space = key.indexOf(' ');
  return (space < 0 ? key.length : space) >= 3 ? first === '4' || first === '5' : first !== '0';
}

/** Sum over several hops. */
export function addTotals(list: readonly Totals[]): Totals {
  const [only] = list;
  if (!only) return noTotals;
  if (list.length === 1) return only;
  const codes = new Map<string, number>();
  let [count, mutual, plain, bytes, connections] = [0, 0, 0, 0, 0];
  for (const totals of list) {
    count += totals.count;
    mutual += totals.mutual;
    plain += totals.plain;
    bytes += totals.bytes;
    connections += totals.connections;
    for (const [key, amount] of totals.codes) codes.set(key, (codes.get(key) ?? 0) + amount);
  }
  const protocol = list.every((totals) => totals.protocol === only.protocol) ? only.protocol : 'mixed';
  const histograms = list.flatMap((totals) => totals.histograms);
  return { count, codes, histograms, mutual, plain, bytes, connections, protocol };
}

export function errorCount(totals: Totals): number {
  let errors = 0;
  for (const [key, amount] of totals.codes) if (isError(key)) errors += amount;
  return errors;
}

/** Rates over a window. Numbers are rounded to what a measurement is worth, so that equal states are equal. */
export function ratesOf(totals: Totals, seconds: number): TrafficRates {
  const perSecond = (amount: number): number => (seconds > 0 ? round(amount / seconds) : 0);
  const errors = errorCount(totals);
  const attempts = totals.count > 0 ? totals.count : totals.connections;
  const rates: { -readonly [K in keyof TrafficRates]: TrafficRates[K] } = {
    requests: perSecond(totals.count),
    errors: totals.count > 0 ? perSecond(errors) : 0,
    errorShare: attempts > 0 ? round(errors / attempts) : 0,
    responses: responsesOf(totals.codes),
  };
  const merged = mergeHistograms(totals.histograms);
  const quantiles = merged && quantilesOf(merged);
  if (quantiles) {
    rates.p50 = round(quantiles.p50);
    rates.p95 = round(quantiles.p95);
    rates.p99 = round(quantiles.p99);
  }
  if (totals.bytes > 0) rates.bytes = perSecond(totals.bytes);
  return rates;
}

function responsesOf(codes: Totals['codes']): Readonly<Record<string, number>> {
  const responses: Record<string, number> = {};
  for (const key of codes.size > 1 ? [...codes.keys()].sort() : codes.keys()) {
    responses[key] = round(codes.get(key) ?? 0);
  }
  return responses;
}

/** Six significant digits. Dividing by a power of ten gives the double nearest to the decimal, as parsing it would. */
export function round(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const digits = 5 - Math.floor(Math.log10(Math.abs(value)));
  if (digits < 0) return Math.round(value / 10 ** -digits) * 10 ** -digits;
  // Beyond 10^22 powers of ten are no exact doubles; such small numbers are no measurements.
  return digits > 22 ? 0 : Math.round(value * 10 ** digits) / 10 ** digits;
}

/** Fraction of requests that were mutually authenticated, of those of which it is known. */
export function mutualTlsShare(totals: Totals): number {
  const knownOf = totals.mutual + totals.plain;
  return knownOf > 0 ? round(totals.mutual / knownOf) : 0;
}

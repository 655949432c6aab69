import type { SliceScope, TcpTrafficRecord, TrafficRecord, TrafficSource, TrafficWindow } from './traffic.ts';

/**
 * Several sources as one: the clusters' Prometheus and our own store of what the dev proxy did. Counts stay as each source
 * gives them, over the longest of their windows: what one has not measured did not flow through it.
 */
export function mergedTraffic(...sources: readonly TrafficSource[]): TrafficSource {
  const [only] = sources;
  if (only && sources.length === 1) return only;
  return {
    traffic: (seconds, idleSeconds) => mergeWindows(sources.map((source) => source.traffic(seconds, idleSeconds))),
    slices: (seconds, step, scope) => mergeSlices(sources.map((source) => source.slices(seconds, step, scope))),
    want: (seconds) => {
      for (const source of sources) source.want?.(seconds);
    },
    prepareSlices: async (seconds: number, step: number, scope?: SliceScope) => {
      await Promise.all(sources.map((source) => source.prepareSlices?.(seconds, step, scope) ?? Promise.resolve()));
    },
    warnings: () => [...new Set(sources.flatMap((source) => source.warnings()))],
  };
}

/** Exported for charts of several windows; `seconds` is 0 only where none was measured. */
export function mergeWindows(windows: readonly TrafficWindow[]): TrafficWindow {
  const seconds = Math.max(0, ...windows.map((window) => window.seconds));
  const rate = (count: number): number => (seconds > 0 ? count / seconds : 0);
  const requests: TrafficRecord[] = [];
  const tcp: TcpTrafficRecord[] = [];
  for (const window of windows) {
    const isWhole = window.seconds === seconds;
    for (const record of window.requests) requests.push(isWhole ? record : { ...record, rate: rate(record.count) });
    for (const record of window.tcp)
      tcp.push(isWhole ? record : { ...record, rate: rate(record.sentBytes + record.receivedBytes) });
  }
  const waiting = windows.flatMap((window) => window.waiting ?? []);
  const until = Math.max(0, ...windows.map((window) => window.until));
  return { until, seconds, requests, tcp, ...(waiting.length === 0 ? {} : { waiting }) };
}

/** Charts end together; one that reaches less far back is missing at the beginning. */
function mergeSlices(charts: readonly (readonly TrafficWindow[])[]): readonly TrafficWindow[] {
  const length = Math.max(0, ...charts.map((chart) => chart.length));
  return Array.from({ length }, (_, index) =>
    mergeWindows(charts.flatMap((chart) => chart[index - (length - chart.length)] ?? [])),
  );
}

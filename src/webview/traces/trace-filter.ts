import type { TraceSummary } from '../../shared/traces.ts';

export interface TraceFilter {
  /** Empty: any. */
  readonly service: string;
  readonly onlyErrors: boolean;
}

/** The traces that fit, newest first. Filtered here too, as the list shown may be of the filter before. */
export function filterTraces(traces: readonly TraceSummary[], filter: TraceFilter): TraceSummary[] {
  return traces
    .filter((trace) => filter.service === '' || trace.services.includes(filter.service))
    .filter((trace) => !filter.onlyErrors || trace.status === 'error' || trace.errors > 0)
    .sort((a, b) => b.start - a.start);
}

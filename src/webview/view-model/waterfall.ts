import { compareText } from '../../shared/compare.ts';
import type { Span, Trace } from '../../shared/traces.ts';

/** One bar of the waterfall. */
export interface WaterfallRow {
  readonly span: Span;
  readonly depth: number;
  readonly hasChildren: boolean;
  /** Start and length as fractions of the whole trace, 0 to 1. */
  readonly offset: number;
  readonly length: number;
  /** Attempts after the first, from the span's attributes or events. */
  readonly retry: number | undefined;
}

/** Rows in the order of calls: a parent, then its children by start. Rows under a closed span are left out. */
export function waterfallRows(trace: Trace, closed: ReadonlySet<string> = new Set()): WaterfallRow[] {
  const spans = trace.allSpans;
  const ids = new Set(spans.map((span) => span.spanId));
  const children = new Map<string, Span[]>();
  const roots: Span[] = [];
  for (const span of spans) {
    const parent = span.parentSpanId;
    // The caller may be outside of what was recorded: its span starts a tree of its own.
    if (parent === undefined || !ids.has(parent) || parent === span.spanId) roots.push(span);
    else children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const start = Math.min(...spans.map((span) => span.start));
  const end = Math.max(...spans.map((span) => span.start + span.duration));
  const whole = Math.max(end - start, 0.001);
  const rows: WaterfallRow[] = [];
  const seen = new Set<string>();
  const add = (list: readonly Span[], depth: number): void => {
    for (const span of [...list].sort((a, b) => a.start - b.start || compareText(a.spanId, b.spanId))) {
      if (seen.has(span.spanId)) continue;
      seen.add(span.spanId);
      const below = children.get(span.spanId) ?? [];
      rows.push({
        span,
        depth,
        hasChildren: below.length > 0,
        offset: (span.start - start) / whole,
        length: span.duration / whole,
        retry: retryOf(span),
      });
      if (!closed.has(span.spanId)) add(below, depth + 1);
    }
  };
  add(roots, 0);
  // Spans that name each other as parent hang under no root; they are shown all the same.
  if (closed.size === 0) add(spans, 0);
  return rows;
}

function retryOf(span: Span): number | undefined {
  const attempt = span.attributes['retry.attempt'];
  if (typeof attempt === 'number' && attempt > 0) return attempt;
  const retries = span.events.filter((event) => event.name === 'retry').length;
  return retries > 0 ? retries : undefined;
}

/** Round marks for the scale of `duration` milliseconds: about five, at 1, 2 or 5 times a power of ten. */
export function scaleTicks(duration: number): number[] {
  if (!(duration > 0)) return [0];
  const rough = duration / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const ticks: number[] = [];
  for (let index = 0; index * step <= duration * 1.0001; index++) ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

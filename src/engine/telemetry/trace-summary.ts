import { compareText } from '../../shared/compare.ts';
import { requestOfSpan } from '../../shared/request-of-span.ts';
import type { Span, TraceSummary } from '../../shared/traces.ts';

/** The line of the list of traces for at least one span. Where the root has not arrived, the earliest span stands in. */
export function summarize(spans: readonly Span[]): TraceSummary {
  const ids = new Set(spans.map((span) => span.spanId));
  const byStart = [...spans].sort(compareSpans);
  const isRoot = (span: Span): boolean => span.parentSpanId === undefined;
  const isTop = (span: Span): boolean => span.parentSpanId === undefined || !ids.has(span.parentSpanId);
  const root = byStart.find(isRoot) ?? byStart.find(isTop) ?? byStart[0];
  if (!root) throw new RangeError('A trace has at least one span.');
  const start = Math.min(...spans.map((span) => span.start));
  const end = Math.max(...spans.map((span) => span.start + span.duration));
  const httpStatus = statusOf(root);
  const failed = root.status === 'error' || (httpStatus !== undefined && httpStatus >= 500);
  return {
    traceId: root.traceId,
    name: requestOfSpan(root) ?? root.name,
    rootService: root.service,
    start,
    duration: end - start,
    spans: spans.length,
    services: [...new Set(byStart.map((span) => span.service))],
    errors: spans.filter((span) => span.status === 'error').length,
    retries: retriesOf(spans),
    status: failed ? 'error' : 'ok',
    ...(httpStatus === undefined ? {} : { httpStatus }),
  };
}

/** By start, parents before their children, wherever clocks put them. Spans whose parents never came are roots. */
export function orderSpans(spans: readonly Span[]): Span[] {
  const byStart = [...spans].sort(compareSpans);
  const ids = new Set(spans.map((span) => span.spanId));
  const children = new Map<string, Span[]>();
  const roots: Span[] = [];
  for (const span of byStart) {
    const parent = span.parentSpanId;
    // A server span that shares its id with its client span has the client's parent: it stays its sibling.
    if (parent === undefined || parent === span.spanId || !ids.has(parent)) roots.push(span);
    else {
      const siblings = children.get(parent);
      if (siblings) siblings.push(span);
      else children.set(parent, [span]);
    }
  }
  const ordered = new Set<Span>();
  const release = (list: readonly Span[]): void => {
    // Among those whose parents are out, the earliest comes next.
    const ready = [...list];
    while (ready.length > 0) {
      const span = ready.shift();
      if (!span || ordered.has(span)) continue;
      ordered.add(span);
      const next = children.get(span.spanId) ?? [];
      children.delete(span.spanId);
      for (const child of next) insertByStart(ready, child);
    }
  };
  release(roots);
  // Spans that are each other's parents hang on no root.
  for (const span of byStart) if (!ordered.has(span)) release([span]);
  return [...ordered];
}

function insertByStart(list: Span[], span: Span): void {
  let index = list.length;
  while (index > 0 && compareSpans(list[index - 1] ?? span, span) > 0) index--;
  list.splice(index, 0, span);
}

function compareSpans(a: Span, b: Span): number {
  return a.start - b.start || b.duration - a.duration || compareText(a.spanId, b.spanId);
}

/** `http.status_code`, as sidecars and older libraries write it, or `http.response.status_code`, as newer ones do. */
function statusOf(span: Span): number | undefined {
  const status = Number(span.attributes['http.status_code'] ?? span.attributes['http.response.status_code']);
  return Number.isInteger(status) && status > 0 ? status : undefined;
}

/** Tries after the first, told by a span for each try or by events on the span of the call; the same ones are not told twice. */
function retriesOf(spans: readonly Span[]): number {
  let tries = 0;
  let events = 0;
  for (const span of spans) {
    if (Number(span.attributes['retry.attempt']) > 0) tries++;
    events += span.events.filter((event) => event.name === 'retry').length;
  }
  return Math.max(tries, events);
}

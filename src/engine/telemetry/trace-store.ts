import { compareText } from '../../shared/compare.ts';
import type { MeshEvent } from '../../shared/mesh-event.ts';
import type { Span, Trace, TraceQuery, TraceSummary } from '../../shared/traces.ts';
import { orderSpans, summarize } from './trace-summary.ts';

export interface TraceStoreOptions {
  /** Traces kept. Default 2000. */
  readonly keep?: number;
  /** Estimated bytes of all spans kept. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Mesh events about any of these instances with `from <= time <= to` (epoch milliseconds). */
  readonly concerning?: (instances: ReadonlySet<string>, from: number, to: number) => readonly MeshEvent[];
}

interface StoredTrace {
  readonly spans: Map<string, Span>;
  bytes: number;
  summary: TraceSummary | undefined;
}

const defaultLimit = 50;
const maxLimit = 1000;
/** One trace must not push out all others. */
const maxSpansPerTrace = 2000;
/** Processes are seen to die a moment after the call they break, and before the retry that shows it is over. */
const eventSlackMs = 1000;

/**
 * The last traces, in memory. Spans come from sidecars and from applications, in any order and at any time; a trace is
 * whatever has arrived so far. What came first goes first.
 */
export class TraceStore {
  readonly #keep: number;
  readonly #maxBytes: number;
  readonly #concerning: NonNullable<TraceStoreOptions['concerning']>;
  readonly #traces = new Map<string, StoredTrace>();
  #bytes = 0;

  constructor(options: TraceStoreOptions = {}) {
    this.#keep = options.keep ?? 2000;
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#concerning = options.concerning ?? (() => []);
  }

  get size(): number {
    return this.#traces.size;
  }

  add(spans: readonly Span[]): void {
    for (const span of spans) this.#addSpan(span);
    while (this.#traces.size > this.#keep || this.#bytes > this.#maxBytes) {
      const oldest = this.#traces.entries().next();
      if (oldest.done) break;
      const [traceId, trace] = oldest.value;
      this.#traces.delete(traceId);
      this.#bytes -= trace.bytes;
    }
  }

  /**
   * The newest traces that the query asks for. `matches` decides on `node` and `edge`, whose ids are the topology's; where
   * it is absent and the query names one, nothing matches.
   */
  summaries(query: TraceQuery = {}, matches?: (spans: readonly Span[]) => boolean): readonly TraceSummary[] {
    const limit = Math.max(0, Math.min(maxLimit, Math.floor(query.limit ?? defaultLimit)));
    const needsMatch = query.node !== undefined || query.edge !== undefined;
    const found: TraceSummary[] = [];
    for (const trace of this.#traces.values()) {
      const summary = (trace.summary ??= summarize([...trace.spans.values()]));
      if (query.onlyErrors === true && summary.errors === 0 && summary.status === 'ok') continue;
      if (query.service !== undefined && !summary.services.includes(query.service)) continue;
      const { workload } = query;
      const spans = workload !== undefined || needsMatch ? [...trace.spans.values()] : [];
      if (workload !== undefined && !spans.some((span) => span.workload === workload)) continue;
      if (needsMatch && matches?.(spans) !== true) continue;
      found.push(summary);
    }
    return found.sort((a, b) => b.start - a.start || compareText(a.traceId, b.traceId)).slice(0, limit);
  }

  /** The whole trace with the mesh events that concern its instances, if it is still kept. */
  trace(traceId: string): Trace | undefined {
    const trace = this.#traces.get(traceId.toLowerCase());
    if (!trace) return undefined;
    const spans = [...trace.spans.values()];
    const summary = (trace.summary ??= summarize(spans));
    const instances = new Set<string>();
    for (const span of spans) {
      instances.add(span.instance);
      const peer = span.attributes['peer.instance'];
      if (typeof peer === 'string') instances.add(peer);
    }
    instances.delete('');
    const end = summary.start + summary.duration;
    const events = this.#concerning(instances, summary.start - eventSlackMs, end + eventSlackMs);
    return {
      ...summary,
      allSpans: orderSpans(spans),
      meshEvents: events.map(({ time, message, instance }) => ({
        time,
        message,
        ...(instance === undefined ? {} : { instance }),
      })),
    };
  }

  clear(): void {
    this.#traces.clear();
    this.#bytes = 0;
  }

  #addSpan(span: Span): void {
    let trace = this.#traces.get(span.traceId);
    if (!trace) this.#traces.set(span.traceId, (trace = { spans: new Map(), bytes: 0, summary: undefined }));
    // B3 lets client and server share one span id; exporters that retry send the same span again.
    const key = `${span.spanId} ${span.kind}`;
    const known = trace.spans.get(key);
    if (!known && trace.spans.size >= maxSpansPerTrace) return;
    const bytes = estimateBytes(span) - (known ? estimateBytes(known) : 0);
    trace.spans.set(key, span);
    trace.summary = undefined;
    trace.bytes += bytes;
    this.#bytes += bytes;
  }
}

/** Two bytes a character and some for each object: an upper estimate of what V8 takes. */
function estimateBytes(span: Span): number {
  let bytes = 600 + 2 * (span.name.length + span.service.length + span.workload.length + span.instance.length);
  const add = (attributes: Span['attributes']): void => {
    for (const [name, value] of Object.entries(attributes)) {
      bytes += 40 + 2 * name.length + (typeof value === 'string' ? 2 * value.length : 8);
    }
  };
  add(span.attributes);
  for (const event of span.events) {
    bytes += 100 + 2 * event.name.length;
    add(event.attributes);
  }
  return bytes;
}

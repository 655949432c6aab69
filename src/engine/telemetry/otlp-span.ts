/** OTLP's trace messages, independent of their encoding, and what they mean to us. */
import type { Span } from '../../shared/traces.ts';

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A span as OTLP has it, decoded from JSON or protobuf. Ids are hex in lower case. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  readonly attributes: Attributes;
  readonly events: readonly { readonly nanos: bigint; readonly name: string; readonly attributes: Attributes }[];
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly statusMessage: string;
}

/** Spans of one program. */
export interface OtlpResourceSpans {
  readonly resource: Attributes;
  readonly spans: readonly OtlpSpan[];
}

/** Bounds on what one span may bring in; the rest is left out. */
export const otlpLimits = { attributes: 128, events: 128, text: 4096, depth: 6 } as const;

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const statuses = ['unset', 'ok', 'error'] as const;

function clip(text: string): string {
  return text.length <= otlpLimits.text ? text : text.slice(0, otlpLimits.text);
}

/** Milliseconds with fractions, to the microsecond. */
function millisecondsOf(nanos: bigint): number {
  return Number(nanos / 1000n) / 1000;
}

/** Attributes without a prototype, as their names come from outside. */
export function attributesFrom(entries: Iterable<readonly [string, AttributeValue]>): Attributes {
  const attributes = Object.create(null) as Record<string, AttributeValue>;
  let count = 0;
  for (const [name, value] of entries) {
    if (name === '' || count++ >= otlpLimits.attributes) continue;
    attributes[clip(name)] = typeof value === 'string' ? clip(value) : value;
  }
  return attributes;
}

/** Spans that can be shown, and why the others cannot: ids that are none, times that are none. */
export function spansFromOtlp(resources: readonly OtlpResourceSpans[]): { spans: Span[]; rejected: number } {
  const spans: Span[] = [];
  let rejected = 0;
  for (const { resource, spans: recorded } of resources) {
    for (const span of recorded) {
      if (isId(span.traceId, 32) && isId(span.spanId, 16) && span.startNanos > 0n) spans.push(toSpan(span, resource));
      else rejected++;
    }
  }
  return { spans, rejected };
}

function isId(id: string, digits: number): boolean {
  return id.length === digits && /^[0-9a-f]+$/.test(id) && !/^0+$/.test(id);
}

function toSpan(span: OtlpSpan, resource: Attributes): Span {
  const start = millisecondsOf(span.startNanos);
  const of = (...names: string[]): string => {
    for (const name of names) {
      const value = resource[name];
      if (value !== undefined && value !== '') return String(value);
    }
    return '';
  };
  const service = of('service.name') || 'unknown_service';
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(isId(span.parentSpanId, 16) ? { parentSpanId: span.parentSpanId } : {}),
    kind: kinds[span.kind] ?? 'internal',
    name: clip(span.name),
    start,
    // Clocks of programs may run backwards; a bar cannot.
    duration: Math.max(0, millisecondsOf(span.endNanos - span.startNanos)),
    service,
    namespace: of('service.namespace', 'k8s.namespace.name'),
    workload: of('k8s.deployment.name', 'k8s.statefulset.name', 'k8s.daemonset.name') || service,
    version: of('service.version'),
    instance: of('service.instance.id', 'k8s.pod.name', 'host.name'),
    status: statuses[span.status] ?? 'unset',
    attributes:
      span.statusMessage === ''
        ? span.attributes
        : withAttribute(span.attributes, 'status.message', span.statusMessage),
    events: span.events
      .map((event) => ({
        time: millisecondsOf(event.nanos),
        name: clip(event.name),
        attributes: event.attributes,
      }))
      .sort((a, b) => a.time - b.time),
    origin: 'application',
  };
}

function withAttribute(attributes: Attributes, name: string, value: string): Attributes {
  return attributesFrom([...Object.entries(attributes), [name, value]]);
}

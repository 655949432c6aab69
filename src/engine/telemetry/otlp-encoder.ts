import type { Span } from '../../shared/traces.ts';
import type { Attributes } from './otlp-span.ts';

const kindNumbers: Readonly<Record<Span['kind'], number>> = {
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
};
const statusNumbers: Readonly<Record<Span['status'], number>> = { unset: 0, ok: 1, error: 2 };

/** An `ExportTraceServiceRequest` in OTLP's JSON encoding, spans grouped by who recorded them. */
export function encodeOtlpJson(spans: readonly Span[]): string {
  const byResource = new Map<string, Span[]>();
  for (const span of spans) {
    const key = JSON.stringify([span.service, span.namespace, span.workload, span.version, span.instance]);
    const group = byResource.get(key);
    if (group) group.push(span);
    else byResource.set(key, [span]);
  }
  return JSON.stringify({
    resourceSpans: [...byResource.values()].map((group) => ({
      resource: { attributes: keyValues(resourceOf(group)) },
      scopeSpans: [{ scope: { name: 'meshlens' }, spans: group.map(spanJson) }],
    })),
  });
}

function resourceOf([span]: readonly Span[]): Attributes {
  if (!span) return {};
  const attributes: Record<string, string> = {
    'service.name': span.service,
    'service.namespace': span.namespace,
    'service.version': span.version,
    'service.instance.id': span.instance,
    'k8s.deployment.name': span.workload,
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''));
}

function spanJson(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: kindNumbers[span.kind],
    startTimeUnixNano: nanos(span.start),
    endTimeUnixNano: nanos(span.start + span.duration),
    attributes: keyValues(span.attributes),
    events: span.events.map((event) => ({
      timeUnixNano: nanos(event.time),
      name: event.name,
      attributes: keyValues(event.attributes),
    })),
    status: { code: statusNumbers[span.status] },
  };
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } };
    if (typeof value === 'boolean') return { key, value: { boolValue: value } };
    // 64-bit integers are text in protobuf's JSON.
    return { key, value: Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
  });
}

/** Nanoseconds as text: they exceed what a double holds exactly. */
function nanos(milliseconds: number): string {
  return (BigInt(Math.round(milliseconds * 1000)) * 1000n).toString();
}

import {
  attributesFrom,
  otlpLimits,
  type AttributeValue,
  type Attributes,
  type OtlpResourceSpans,
  type OtlpSpan,
} from './otlp-span.ts';

const kindNames = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
];
const statusNames = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an `ExportTraceServiceRequest` in OTLP's JSON encoding: ids in hex, 64-bit numbers as text or number, enums as
 * number (or name, as some exporters write). Fields of the wrong type are taken as absent.
 * Throws `SyntaxError` where the text is no JSON.
 */
export function otlpFromJson(text: string): OtlpResourceSpans[] {
  const root = record(JSON.parse(text));
  return records(root.resourceSpans).map((entry) => ({
    resource: attributesOf(record(entry.resource).attributes),
    spans: records(entry.scopeSpans).flatMap((scope) => records(scope.spans).map(spanOf)),
  }));
}

function spanOf(span: Json): OtlpSpan {
  const status = record(span.status);
  return {
    traceId: string(span.traceId).toLowerCase(),
    spanId: string(span.spanId).toLowerCase(),
    parentSpanId: string(span.parentSpanId).toLowerCase(),
    name: string(span.name),
    kind: enumeration(span.kind, kindNames),
    startNanos: nanos(span.startTimeUnixNano),
    endNanos: nanos(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    events: records(span.events)
      .slice(0, otlpLimits.events)
      .map((event) => ({
        nanos: nanos(event.timeUnixNano),
        name: string(event.name),
        attributes: attributesOf(event.attributes),
      })),
    status: enumeration(status.code, statusNames),
    statusMessage: string(status.message),
  };
}

function attributesOf(list: unknown): Attributes {
  return attributesFrom(
    records(list).flatMap((entry): [string, AttributeValue][] => {
      const value = anyValue(entry.value, 0);
      if (value === undefined || value === null) return [];
      return [[string(entry.key), typeof value === 'object' ? JSON.stringify(value) : value]];
    }),
  );
}

/** Lists and maps become plain values, deep ones are cut off. */
function anyValue(value: unknown, depth: number): AttributeValue | object | null | undefined {
  const any = record(value);
  if (typeof any.stringValue === 'string') return any.stringValue;
  if (typeof any.boolValue === 'boolean') return any.boolValue;
  if (any.intValue !== undefined) return numberOf(any.intValue);
  if (any.doubleValue !== undefined) return numberOf(any.doubleValue);
  if (typeof any.bytesValue === 'string') return any.bytesValue;
  if (depth >= otlpLimits.depth) return null;
  if (any.arrayValue !== undefined) {
    return records(record(any.arrayValue).values).map((element) => anyValue(element, depth + 1) ?? null);
  }
  if (any.kvlistValue !== undefined) {
    const entries = records(record(any.kvlistValue).values);
    return Object.fromEntries(entries.map((entry) => [string(entry.key), anyValue(entry.value, depth + 1) ?? null]));
  }
  return undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function nanos(value: unknown): bigint {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return BigInt(Math.floor(value));
  return 0n;
}

function enumeration(value: unknown, names: readonly string[]): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Math.max(0, names.indexOf(value)) : 0;
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

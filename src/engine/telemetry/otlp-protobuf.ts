import {
  attributesFrom,
  otlpLimits,
  type AttributeValue,
  type Attributes,
  type OtlpResourceSpans,
  type OtlpSpan,
} from './otlp-span.ts';
import { protobufDouble, protobufFields, protobufText } from '../protobuf/protobuf-fields.ts';

/**
 * Reads an `ExportTraceServiceRequest` in protobuf; field numbers are those of opentelemetry/proto/trace/v1/trace.proto and
 * common/v1/common.proto. Unknown fields are skipped. Throws `ProtobufError` where the bytes are no message.
 */
export function otlpFromProtobuf(body: Uint8Array): OtlpResourceSpans[] {
  const resources: OtlpResourceSpans[] = [];
  for (const field of protobufFields(body)) if (field.number === 1) resources.push(resourceSpans(field.bytes));
  return resources;
}

function resourceSpans(message: Uint8Array): OtlpResourceSpans {
  let resource: Attributes = {};
  const spans: OtlpSpan[] = [];
  for (const field of protobufFields(message)) {
    if (field.number === 1) resource = attributesIn(field.bytes, 1);
    else if (field.number === 2) {
      for (const inScope of protobufFields(field.bytes)) if (inScope.number === 2) spans.push(span(inScope.bytes));
    }
  }
  return { resource, spans };
}

function span(message: Uint8Array): OtlpSpan {
  let traceId = '';
  let spanId = '';
  let parentSpanId = '';
  let name = '';
  let kind = 0;
  let startNanos = 0n;
  let endNanos = 0n;
  let status = 0;
  let statusMessage = '';
  const attributes: [string, AttributeValue][] = [];
  const events: OtlpSpan['events'][number][] = [];
  for (const field of protobufFields(message)) {
    if (field.number === 1) traceId = hex(field.bytes);
    else if (field.number === 2) spanId = hex(field.bytes);
    else if (field.number === 4) parentSpanId = hex(field.bytes);
    else if (field.number === 5) name = protobufText(field.bytes);
    else if (field.number === 6) kind = Number(field.value);
    else if (field.number === 7) startNanos = field.value;
    else if (field.number === 8) endNanos = field.value;
    else if (field.number === 9) attributes.push(...keyValue(field.bytes));
    else if (field.number === 11) {
      if (events.length < otlpLimits.events) events.push(event(field.bytes));
    } else if (field.number === 15) {
      for (const part of protobufFields(field.bytes)) {
        if (part.number === 2) statusMessage = protobufText(part.bytes);
        else if (part.number === 3) status = Number(part.value);
      }
    }
  }
  const known = attributesFrom(attributes);
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind,
    startNanos,
    endNanos,
    attributes: known,
    events,
    status,
    statusMessage,
  };
}

function event(message: Uint8Array): OtlpSpan['events'][number] {
  let nanos = 0n;
  let name = '';
  for (const field of protobufFields(message)) {
    if (field.number === 1) nanos = field.value;
    else if (field.number === 2) name = protobufText(field.bytes);
  }
  return { nanos, name, attributes: attributesIn(message, 3) };
}

/** Attributes are a repeated `KeyValue` under the given field number. */
function attributesIn(message: Uint8Array, number: number): Attributes {
  const entries: [string, AttributeValue][] = [];
  for (const field of protobufFields(message)) if (field.number === number) entries.push(...keyValue(field.bytes));
  return attributesFrom(entries);
}

function keyValue(message: Uint8Array): [string, AttributeValue][] {
  const { key, value } = entry(message, 0);
  if (value === undefined || value === null) return [];
  return [[key, typeof value === 'object' ? JSON.stringify(value) : value]];
}

type AnyValue = AttributeValue | object | null | undefined;

function entry(message: Uint8Array, depth: number): { key: string; value: AnyValue } {
  let key = '';
  let value: AnyValue;
  for (const field of protobufFields(message)) {
    if (field.number === 1) key = protobufText(field.bytes);
    else if (field.number === 2) value = anyValue(field.bytes, depth);
  }
  return { key, value };
}

/** Lists and maps become plain values, deep ones are cut off. */
function anyValue(message: Uint8Array, depth: number): AnyValue {
  let value: AnyValue;
  for (const field of protobufFields(message)) {
    if (field.number === 1) value = protobufText(field.bytes);
    else if (field.number === 2) value = field.value !== 0n;
    else if (field.number === 3) value = Number(BigInt.asIntN(64, field.value));
    else if (field.number === 4) value = protobufDouble(field.value);
    else if (field.number === 7) value = Buffer.from(field.bytes).toString('base64');
    else if (depth >= otlpLimits.depth) value = null;
    else if (field.number === 5) {
      const list: AnyValue[] = [];
      for (const part of protobufFields(field.bytes)) {
        if (part.number === 1) list.push(anyValue(part.bytes, depth + 1) ?? null);
      }
      value = list;
    } else if (field.number === 6) {
      const entries: [string, AnyValue][] = [];
      for (const part of protobufFields(field.bytes)) {
        if (part.number !== 1) continue;
        const { key, value: inner } = entry(part.bytes, depth + 1);
        entries.push([key, inner ?? null]);
      }
      value = Object.fromEntries(entries);
    }
  }
  return value;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

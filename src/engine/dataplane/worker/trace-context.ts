/** Trace context in W3C (`traceparent`) and Zipkin (`b3`, `x-b3-*`) headers. */
import type { HeaderList } from '../http/header-list.ts';

export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** The span the request comes from. */
  readonly spanId: string;
  readonly w3c: boolean;
  readonly b3: 'none' | 'single' | 'multi';
  /** Two hex digits of `traceparent`. */
  readonly w3cFlags: string;
  /** As it came (B3 allows 16 digits); what we send on keeps the form. */
  readonly b3TraceId: string;
  /** `0`, `1` or `d`; empty where the decision is left open. */
  readonly b3Sampled: string;
}

const traceparent = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;
const b3Single = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/i;
const b3TraceId = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i;
const b3SpanId = /^[0-9a-f]{16}$/i;
const zeros = /^0+$/;

/** Reads the context of a request; `undefined` where none came or it is malformed. W3C wins over B3. */
export function readTraceContext(headers: HeaderList): TraceContext | undefined {
  const b3 = readB3(headers);
  const parent = headers.get('traceparent');
  const fields = parent === undefined ? null : traceparent.exec(parent);
  const [, traceId, spanId, flags] = fields ?? [];
  if (traceId === undefined || spanId === undefined || zeros.test(traceId) || zeros.test(spanId)) return b3;
  return {
    traceId,
    spanId,
    w3c: true,
    w3cFlags: flags ?? '01',
    b3: b3?.b3 ?? 'none',
    b3TraceId: traceId,
    b3Sampled: b3?.b3Sampled ?? '1',
  };
}

function readB3(headers: HeaderList): TraceContext | undefined {
  const base = { w3c: false, w3cFlags: '01' };
  const single = headers.get('b3');
  if (single !== undefined) {
    const [, traceId, spanId, sampled] = b3Single.exec(single) ?? [];
    if (traceId === undefined || spanId === undefined || zeros.test(traceId)) return undefined;
    return { ...base, ...ids(traceId, spanId), b3: 'single', b3Sampled: sampled?.toLowerCase() ?? '' };
  }
  const traceId = headers.get('x-b3-traceid');
  const spanId = headers.get('x-b3-spanid');
  if (traceId === undefined || spanId === undefined) return undefined;
  if (!b3TraceId.test(traceId) || !b3SpanId.test(spanId) || zeros.test(traceId)) return undefined;
  const debug = headers.get('x-b3-flags') === '1';
  const sampled = headers.get('x-b3-sampled');
  return {
    ...base,
    ...ids(traceId, spanId),
    b3: 'multi',
    b3Sampled: debug ? 'd' : sampled === '0' || sampled === 'false' ? '0' : sampled === undefined ? '' : '1',
  };
}

function ids(traceId: string, spanId: string): Pick<TraceContext, 'traceId' | 'spanId' | 'b3TraceId'> {
  const lower = traceId.toLowerCase();
  return { traceId: lower.padStart(32, '0'), spanId: spanId.toLowerCase(), b3TraceId: lower };
}

/** Makes `spanId` the parent of what the receiver does, in the formats that came in; W3C where none did. */
export function writeTraceContext(
  headers: HeaderList,
  came: TraceContext | undefined,
  traceId: string,
  spanId: string,
): void {
  if (came === undefined) {
    // A tracestate without a valid traceparent belongs to no trace (W3C Trace Context, 3.3).
    headers.remove('tracestate');
    headers.set('traceparent', `00-${traceId}-${spanId}-01`);
    return;
  }
  if (came.w3c) headers.set('traceparent', `00-${traceId}-${spanId}-${came.w3cFlags}`);
  if (came.b3 === 'single') {
    const sampled = came.b3Sampled === '' ? '' : `-${came.b3Sampled}`;
    headers.set('b3', `${came.b3TraceId}-${spanId}${sampled}${sampled === '' ? '' : `-${came.spanId}`}`);
  } else if (came.b3 === 'multi') {
    headers.set('x-b3-traceid', came.b3TraceId);
    headers.set('x-b3-spanid', spanId);
    headers.set('x-b3-parentspanid', came.spanId);
  }
}

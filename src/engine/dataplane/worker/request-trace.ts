import { randomUUID } from 'node:crypto';
import type { HeaderList } from '../http/header-list.ts';
import { newSpanId, newTraceId } from './random-ids.ts';
import { readTraceContext, writeTraceContext, type TraceContext } from './trace-context.ts';

/** Ids under which a request is known: those it came with, and the span of this hop. */
export class RequestTrace {
  readonly requestId: string;
  readonly traceId: string;
  readonly spanId = newSpanId();
  readonly #came: TraceContext | undefined;

  /** Reads the headers of a request and gives it an `x-request-id` if it has none. */
  constructor(headers: HeaderList) {
    const requestId = headers.get('x-request-id');
    this.requestId = requestId ?? randomUUID();
    if (requestId === undefined) headers.append('x-request-id', this.requestId);
    this.#came = readTraceContext(headers);
    this.traceId = this.#came?.traceId ?? newTraceId();
  }

  get parentSpanId(): string | undefined {
    return this.#came?.spanId;
  }

  /** Makes this hop's span the parent of what comes after. */
  writeTo(headers: HeaderList): void {
    writeTraceContext(headers, this.#came, this.traceId, this.spanId);
  }
}

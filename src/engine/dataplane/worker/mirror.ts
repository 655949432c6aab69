import type { HeaderList } from '../http/header-list.ts';
import { chunkedBody, type RequestHead } from '../http/message-head.ts';
import { applyHeaderOperations } from './header-operations.ts';
import { hits } from './faults.ts';
import type { ExchangeSide, ForwardPlan } from './request-plan.ts';
import { UpstreamAttempt, type AttemptOwner } from './upstream-attempt.ts';
import { serializeRequest } from './upstream-request.ts';

/**
 * Sends copies of a complete request to the mirrors of its route. Nobody waits for them and their answers are thrown away.
 * The Host stays (Istio's default; Envoy's own adds `-shadow`).
 */
export function sendMirrors(plan: ForwardPlan, side: ExchangeSide, head: RequestHead, body: readonly Buffer[]): void {
  for (const { destination, percent } of plan.mirrors) {
    const upstream = side.upstream(destination.upstream);
    if (upstream === undefined || !hits(percent, side.runtime)) continue;
    const pool = upstream.pick({});
    if (pool === undefined) continue;
    const copy: RequestHead = { ...head, headers: head.headers.clone() };
    applyHeaderOperations(copy.headers, destination.request);
    // Envoy marks the copy as not sampled, so that it does not show as a second call of the same trace.
    unsample(copy.headers);
    const peer = pool.endpoint.inboundTls === 'none' ? undefined : side.peerHeaderValue;
    const text = serializeRequest(copy, plan.path, plan.authority, peer);
    new UpstreamAttempt(new MirrorOwner(copy, text, body), upstream, pool).start();
  }
}

function unsample(headers: HeaderList): void {
  const parent = headers.get('traceparent');
  if (parent !== undefined) headers.set('traceparent', `${parent.slice(0, -2)}00`);
}

class MirrorOwner implements AttemptOwner {
  readonly method: string;
  readonly #head: RequestHead;
  readonly #text: string;
  readonly #body: readonly Buffer[];

  constructor(head: RequestHead, text: string, body: readonly Buffer[]) {
    this.method = head.method;
    this.#head = head;
    this.#text = text;
    this.#body = body;
  }

  onAttemptReady({ connection }: UpstreamAttempt): void {
    if (connection === undefined) return;
    connection.writer.beginMessage(this.#text, this.#head.bodyLength === chunkedBody);
    for (const chunk of this.#body) connection.writer.body(chunk);
    connection.endRequest(undefined);
  }

  onAttemptHead(attempt: UpstreamAttempt): void {
    if (attempt.head?.status === 101) attempt.abort({ type: 'cancelled' });
  }

  onAttemptInformational(): void {
    // Fire and forget: nothing of the answer is used.
  }
  onAttemptBody(): void {
    // As above.
  }
  onAttemptEnd(): void {
    // As above.
  }
  onAttemptReadDone(): void {
    // As above.
  }
  onAttemptDrain(): void {
    // The body was buffered as a whole.
  }
  onAttemptFailed(): void {
    // As above.
  }
}

import type { ClientConnection, ClientFailure, ResponseSink } from '../http/client-connection.ts';
import type { HeaderList } from '../http/header-list.ts';
import type { ResponseHead } from '../http/message-head.ts';
import type { RequestOutcome } from '../balance/balancer-dependencies.ts';
import type { ConnectionTaker, EndpointPool } from './endpoint-pool.ts';
import type { UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';

/** Who asked for a try: writes the request and receives what becomes of it. */
export interface AttemptOwner {
  readonly method: string;
  /** Write the request, as far as it is there, to `attempt.connection`. */
  onAttemptReady(attempt: UpstreamAttempt): void;
  onAttemptInformational(head: ResponseHead): void;
  onAttemptHead(attempt: UpstreamAttempt, head: ResponseHead): void;
  onAttemptBody(data: Buffer): void;
  onAttemptEnd(attempt: UpstreamAttempt, trailers: HeaderList | undefined): void;
  onAttemptReadDone(): void;
  onAttemptDrain(): void;
  /** No response, or one that broke off (`attempt.head` is set then). */
  onAttemptFailed(attempt: UpstreamAttempt, failure: UpstreamFailure): void;
}

/** One try of a request on one endpoint. Keeps the balancer's and the breakers' books, whatever becomes of it. */
export class UpstreamAttempt implements ConnectionTaker, ResponseSink {
  readonly upstream: UpstreamRuntime;
  readonly pool: EndpointPool;
  readonly startedAt: number;
  connection: ClientConnection | undefined;
  head: ResponseHead | undefined;
  /** The connection had carried a request before. */
  reused = false;
  /** A response byte came before it failed. */
  answered = false;
  readonly #owner: AttemptOwner;
  #open = true;

  constructor(owner: AttemptOwner, upstream: UpstreamRuntime, pool: EndpointPool) {
    this.#owner = owner;
    this.upstream = upstream;
    this.pool = pool;
    this.startedAt = upstream.now();
  }

  start(): void {
    this.upstream.requests++;
    this.upstream.balancer.started(this.pool.endpoint.id);
    if (this.upstream.requests > this.upstream.upstream.pool.maxRequests) {
      this.#fail({ kind: 'overflow', detail: '' }, { type: 'cancelled' });
    } else this.pool.acquire(this, this.startedAt);
  }

  /** Gives the try up: nothing more is heard of it. */
  abort(outcome: RequestOutcome): void {
    if (!this.#open) return;
    this.#finish(outcome);
    if (this.connection === undefined) this.pool.cancel(this);
    else this.connection.abort();
  }

  /** Ends the books of a try whose connection was handed over to another protocol. */
  handedOver(): void {
    this.#finish({ type: 'response', status: this.head?.status ?? 101 });
  }

  onConnection(connection: ClientConnection): void {
    this.connection = connection;
    this.reused = connection.requests > 0;
    connection.begin(this, this.#owner.method);
    this.#owner.onAttemptReady(this);
  }

  onNoConnection(failure: UpstreamFailure): void {
    const outcome: RequestOutcome =
      failure.kind === 'connection-timeout'
        ? { type: 'timeout' }
        : failure.kind === 'connection-failure'
          ? { type: 'connect-failure' }
          : { type: 'cancelled' };
    this.#fail(failure, outcome);
  }

  onInformational(head: ResponseHead): void {
    this.#owner.onAttemptInformational(head);
  }

  onResponseHead(head: ResponseHead): void {
    this.head = head;
    this.#owner.onAttemptHead(this, head);
  }

  onResponseBody(data: Buffer): void {
    this.#owner.onAttemptBody(data);
  }

  onResponseEnd(trailers: HeaderList | undefined): void {
    this.#finish({ type: 'response', status: this.head?.status ?? 0 });
    this.#owner.onAttemptEnd(this, trailers);
  }

  onResponseReadDone(): void {
    this.#owner.onAttemptReadDone();
  }

  onUpstreamDrain(): void {
    this.#owner.onAttemptDrain();
  }

  onUpstreamClosed(failure: ClientFailure, detail: string): void {
    this.answered = this.connection?.received === true;
    const kind =
      failure === 'closed' ? 'connection-termination' : failure === 'local-reset' ? 'local-reset' : 'protocol-error';
    this.#fail({ kind, detail }, failure === 'local-reset' ? { type: 'cancelled' } : { type: 'reset' });
  }

  #fail(failure: UpstreamFailure, outcome: RequestOutcome): void {
    if (!this.#open) return;
    this.#finish(outcome);
    this.#owner.onAttemptFailed(this, failure);
  }

  #finish(outcome: RequestOutcome): void {
    if (!this.#open) return;
    this.#open = false;
    this.upstream.requests--;
    this.upstream.balancer.finished(this.pool.endpoint.id, outcome);
  }
}

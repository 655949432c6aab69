import { hashRequest } from '../balance/hash-request.ts';
import type { Timer } from '../balance/balancer-dependencies.ts';
import type { HeaderList } from '../http/header-list.ts';
import { chunkedBody, type RequestHead, type ResponseHead } from '../http/message-head.ts';
import type { ServerConnection } from '../http/server-connection.ts';
import { hashableRequest } from './hashable-request.ts';
import { applyHeaderOperations } from './header-operations.ts';
import { outcomeOfInstanceFailure, takeInstanceFailure } from './instance-failure.ts';
import { sendMirrors } from './mirror.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import type { ExchangeSide, ForwardPlan } from './request-plan.ts';
import type { ResponseFlag } from './response-flags.ts';
import { retryBudget } from './retry-policy.ts';
import { RetryState, type RetryDecision } from './retry-state.ts';
import { relaySockets } from './socket-relay.ts';
import { UpstreamAttempt, type AttemptOwner } from './upstream-attempt.ts';
import { failureReply, type UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';
import { serializeRequest, upgradeOf } from './upstream-request.ts';

/** The exchange that a request is forwarded for. */
export interface ForwardingOwner {
  readonly side: ExchangeSide;
  readonly connection: ServerConnection;
  readonly head: RequestHead;
  readonly body: ReplayBuffer;
  /** More of the request may follow within this read: what is written will be flushed at its end. */
  readonly reading: boolean;
  addFlag(flag: ResponseFlag): void;
  /** Header operations of the route on what the client gets. */
  finishHeaders(headers: HeaderList): void;
  /** No response: the exchange answers itself. */
  onNoResponse(failure: UpstreamFailure | 'route-timeout'): void;
  /** The response has been passed on, or broke off. */
  onForwarded(): void;
}

type State = 'trying' | 'waiting' | 'responding' | 'relaying' | 'done';

/** Envoy's router filter for one request: tries, timeouts, retries, mirrors, and the response on its way back. */
export class Forwarding implements AttemptOwner {
  readonly method: string;
  readonly retries: RetryState;
  /** The last try. */
  attempt: UpstreamAttempt | undefined;
  /** Of the response that was passed on; 0: none yet. */
  status = 0;
  responseBytes = 0;
  /** From the start of the last try to its response head. */
  upstreamMs: number | undefined;
  readonly #owner: ForwardingOwner;
  readonly #plan: ForwardPlan;
  readonly #upstream: UpstreamRuntime;
  readonly #timeoutMs: number;
  readonly #perTryTimeoutMs: number;
  #state: State = 'waiting';
  #hash: number | undefined;
  #setCookie: string | undefined;
  #timer: Timer | undefined;
  #perTryTimer: Timer | undefined;
  #pause: Timer | undefined;

  /** `overrides`: `x-envoy-*` headers of the own application. */
  constructor(owner: ForwardingOwner, plan: ForwardPlan, upstream: UpstreamRuntime, overrides: HeaderList | undefined) {
    this.method = owner.head.method;
    this.#owner = owner;
    this.#plan = plan;
    this.#upstream = upstream;
    this.retries = new RetryState(retryBudget(plan.retry, overrides), plan.retry);
    this.#timeoutMs = milliseconds(overrides?.get('x-envoy-upstream-rq-timeout-ms')) ?? plan.timeoutMs;
    const perTry =
      milliseconds(overrides?.get('x-envoy-upstream-rq-per-try-timeout-ms')) ?? plan.retry.perTryTimeoutMs ?? 0;
    // Envoy ignores a per-try timeout that the timeout of the whole request makes meaningless.
    this.#perTryTimeoutMs = this.#timeoutMs > 0 && perTry >= this.#timeoutMs ? 0 : perTry;
  }

  /** Sends the request on its way, as far as it is there. */
  start(): void {
    const { head, connection, body } = this.#owner;
    const { headers } = head;
    const plan = this.#plan;
    if (plan.rule !== undefined) applyHeaderOperations(headers, plan.rule.request);
    if (plan.destination !== undefined) applyHeaderOperations(headers, plan.destination.request);
    if (plan.originalPath !== undefined) headers.set('x-envoy-original-path', plan.originalPath);
    if (this.#timeoutMs > 0) headers.set('x-envoy-expected-rq-timeout-ms', String(this.#timeoutMs));
    const { hashPolicy } = this.#upstream.balancer;
    if (hashPolicy !== undefined) {
      const result = hashRequest(hashPolicy, hashableRequest(headers, plan.path, connection.remoteAddress));
      this.#hash = result.hash;
      this.#setCookie = result.setCookie;
    }
    connection.sendContinue();
    if (body.ended) this.#requestComplete();
    this.#try();
  }

  // The request

  onRequestBody(data: Buffer): void {
    const { body, connection } = this.#owner;
    const upstream = this.#sendingTo();
    body.add(data, upstream);
    if (upstream === undefined && body.full) connection.pauseRequest();
  }

  onRequestEnd(): void {
    this.#requestComplete();
    this.#sendingTo()?.endRequest(this.#owner.body.trailers);
    if (this.#state === 'trying') this.#startPerTryTimer();
  }

  onRequestReadDone(): void {
    const upstream = this.#sendingTo();
    if (upstream === undefined || this.#owner.body.ended) return;
    upstream.writer.flush();
    if (upstream.writer.needsDrain) this.#owner.connection.pauseRequest();
  }

  onAttemptReady(attempt: UpstreamAttempt): void {
    const { connection: upstream } = attempt;
    if (upstream === undefined) return;
    const { side, head, body, connection, reading } = this.#owner;
    const { path, authority } = this.#plan;
    const peer = attempt.pool.endpoint.inboundTls === 'none' ? undefined : side.peerHeaderValue;
    upstream.writer.beginMessage(serializeRequest(head, path, authority, peer), head.bodyLength === chunkedBody);
    body.replay(upstream);
    if (body.ended) upstream.endRequest(body.trailers);
    else {
      if (!reading) upstream.writer.flush();
      connection.resumeRequest();
    }
  }

  onAttemptDrain(): void {
    this.#owner.connection.resumeRequest();
  }

  // The response

  onAttemptInformational(head: ResponseHead): void {
    // The client's own 100 has been given by us.
    if (head.status !== 100) this.#owner.connection.sendInformational(head.status, head.headers);
  }

  onAttemptHead(attempt: UpstreamAttempt, head: ResponseHead): void {
    this.#perTryTimer?.cancel();
    if (head.status === 101) {
      this.#switch(attempt, head);
      return;
    }
    const failure = takeInstanceFailure(head, attempt.pool.endpoint);
    if (failure !== undefined && this.#triesAgainAfter(attempt, failure)) {
      attempt.abort(outcomeOfInstanceFailure(failure));
      return;
    }
    if (this.#willRetry(this.retries.afterResponse(attempt, head, this.#owner.body.replayable))) {
      attempt.abort({ type: 'response', status: head.status });
      this.#retry(attempt, String(head.status));
      return;
    }
    const { side, connection } = this.#owner;
    const { headers } = head;
    this.#state = 'responding';
    this.status = head.status;
    this.upstreamMs = Math.round(side.runtime.now() - attempt.startedAt);
    this.#owner.finishHeaders(headers);
    headers.set('x-envoy-upstream-service-time', String(this.upstreamMs));
    if (this.#setCookie !== undefined) headers.append('set-cookie', this.#setCookie);
    connection.startResponse(head.status, head.reason, headers, head.bodyLength, head.contentLength);
  }

  onAttemptBody(data: Buffer): void {
    if (this.#state !== 'responding') return;
    this.responseBytes += data.length;
    this.#owner.connection.writeResponse(data);
  }

  onAttemptEnd(_attempt: UpstreamAttempt, trailers: HeaderList | undefined): void {
    if (this.#state !== 'responding') return;
    this.#finish();
    this.#owner.connection.endResponse(trailers);
    this.#owner.onForwarded();
  }

  onAttemptReadDone(): void {
    if (this.#state !== 'responding') return;
    this.#owner.connection.flush();
    if (this.#owner.connection.needsDrain) this.attempt?.connection?.pause();
  }

  onDownstreamDrain(): void {
    if (this.#state === 'responding') this.attempt?.connection?.resume();
  }

  // Failures

  onAttemptFailed(attempt: UpstreamAttempt, failure: UpstreamFailure): void {
    this.#perTryTimer?.cancel();
    if (this.#state === 'responding') this.#breakOff(failureReply(failure, false).flag);
    else if (this.#state === 'trying' && !this.#triesAgainAfter(attempt, failure)) this.#giveUp(failure);
  }

  /** The client is gone: nothing is needed any more. False where the exchange has become a relay, which ends by itself. */
  cancel(): boolean {
    if (this.#state === 'relaying') return false;
    this.#finish();
    this.attempt?.abort({ type: 'cancelled' });
    return true;
  }

  #try(): void {
    this.#state = 'trying';
    this.attempt = undefined;
    const pool = this.#upstream.pick({ hash: this.#hash, tried: this.retries.tried });
    if (pool === undefined) {
      this.#giveUp({ kind: 'no-healthy-upstream', detail: '' });
      return;
    }
    this.attempt = new UpstreamAttempt(this, this.#upstream, pool);
    if (this.#owner.body.ended) this.#startPerTryTimer();
    this.attempt.start();
  }

  #sendingTo(): UpstreamAttempt['connection'] {
    return this.#state === 'trying' || this.#state === 'responding' ? this.attempt?.connection : undefined;
  }

  /** Envoy's timeout runs from here, retries included. */
  #requestComplete(): void {
    const { side, head, body } = this.#owner;
    if (this.#timeoutMs > 0) this.#timer = side.runtime.setTimer(() => this.#timedOut(), this.#timeoutMs);
    if (this.#plan.mirrors.length > 0 && body.replayable) sendMirrors(this.#plan, side, head, body.chunks);
  }

  /** True where the request goes out once more. */
  #triesAgainAfter(attempt: UpstreamAttempt, failure: UpstreamFailure): boolean {
    const { replayable, ended } = this.#owner.body;
    const { runtime } = this.#owner.side;
    if (replayable && ended && this.retries.reconnects(attempt, failure, this.method)) {
      this.retries.note(attempt, 'reconnect', 'connection closed', runtime);
      // After what is going on with the old connection: the new try must not be taken for it.
      this.#tryAfter(0);
      return true;
    }
    if (!this.#willRetry(this.retries.afterFailure(attempt, failure, replayable))) return false;
    this.#retry(attempt, failure.kind);
    return true;
  }

  #willRetry(decision: RetryDecision): boolean {
    if (decision === 'URX' || decision === 'UO') this.#owner.addFlag(decision);
    return decision === 'retry';
  }

  #retry(attempt: UpstreamAttempt, reason: string): void {
    const { runtime } = this.#owner.side;
    const wait = this.retries.count(attempt, runtime);
    this.retries.note(attempt, 'retry', reason, runtime);
    this.#tryAfter(wait);
  }

  #tryAfter(ms: number): void {
    this.#state = 'waiting';
    this.#pause = this.#owner.side.runtime.setTimer(() => this.#try(), ms);
  }

  #startPerTryTimer(): void {
    if (this.#perTryTimeoutMs <= 0) return;
    this.#perTryTimer?.cancel();
    this.#perTryTimer = this.#owner.side.runtime.setTimer(() => {
      const { attempt } = this;
      if (this.#state !== 'trying' || attempt === undefined) return;
      attempt.abort({ type: 'timeout' });
      this.onAttemptFailed(attempt, { kind: 'per-try-timeout', detail: '' });
    }, this.#perTryTimeoutMs);
  }

  #timedOut(): void {
    this.attempt?.abort({ type: 'timeout' });
    if (this.#state === 'responding') this.#breakOff('UT');
    else this.#giveUp('route-timeout');
  }

  #giveUp(failure: UpstreamFailure | 'route-timeout'): void {
    this.#finish();
    this.#owner.onNoResponse(failure);
  }

  /** The client has part of a response that will not be completed. */
  #breakOff(flag: ResponseFlag): void {
    this.#finish();
    this.#owner.addFlag(flag);
    this.#owner.connection.abortResponse();
    this.#owner.onForwarded();
  }

  #switch(attempt: UpstreamAttempt, head: ResponseHead): void {
    const upstream = attempt.connection;
    const { connection, body } = this.#owner;
    if (upstream === undefined) return;
    if (head.upgrade === undefined || head.upgrade !== upgradeOf(this.#owner.head)) {
      attempt.abort({ type: 'reset' });
      this.#giveUp({ kind: 'protocol-error', detail: 'unasked switch of protocols' });
      return;
    }
    this.#finish();
    this.#state = 'relaying';
    this.status = 101;
    this.#owner.finishHeaders(head.headers);
    head.headers.set('connection', 'upgrade');
    head.headers.set('upgrade', head.upgrade);
    connection.startResponse(101, head.reason, head.headers, 0);
    const client = connection.detach();
    const server = upstream.detach();
    const count = { sent: 0, received: 0 };
    const ends = { client: client.socket, clientHead: client.rest, server: server.socket, serverHead: server.rest };
    relaySockets(ends, count, () => {
      attempt.handedOver();
      body.bytes += count.received;
      this.responseBytes = count.sent;
      this.#owner.onForwarded();
    });
  }

  #finish(): void {
    this.#state = 'done';
    this.#timer?.cancel();
    this.#perTryTimer?.cancel();
    this.#pause?.cancel();
    this.retries.release();
  }
}

/** A number of milliseconds as an application may write it in a header; 0 switches off. */
function milliseconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

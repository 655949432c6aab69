import type { HeaderList } from '../http/header-list.ts';
import { chunkedBody, type RequestHead, type ResponseHead, type SyntaxProblem } from '../http/message-head.ts';
import { reasonPhrase } from '../http/reason-phrases.ts';
import type { ServerConnection, ServerExchange } from '../http/server-connection.ts';
import { hashRequest } from '../balance/hash-request.ts';
import type { Timer } from '../balance/balancer-dependencies.ts';
import { reportExchange } from './exchange-report.ts';
import { abortOf, delayOf } from './faults.ts';
import { applyHeaderOperations } from './header-operations.ts';
import { hashableRequest } from './hashable-request.ts';
import { outcomeOfInstanceFailure, takeInstanceFailure, tellInstanceFailure } from './instance-failure.ts';
import { localReplyHeaders } from './local-replies.ts';
import { sendMirrors } from './mirror.ts';
import { ReplayBuffer } from './replay-buffer.ts';
import type { Admission, ExchangeSide, ForwardPlan, ReplyPlan, RequestPlan } from './request-plan.ts';
import { RequestTrace } from './request-trace.ts';
import type { ResponseFlag } from './response-flags.ts';
import { retryBudget } from './retry-policy.ts';
import { RetryState, type RetryDecision } from './retry-state.ts';
import { relaySockets } from './socket-relay.ts';
import { serializeRequest, upgradeOf } from './upstream-request.ts';
import { UpstreamAttempt, type AttemptOwner } from './upstream-attempt.ts';
import { failureReply, type UpstreamFailure } from './upstream-failure.ts';

type State = 'routing' | 'delayed' | 'trying' | 'waiting' | 'responding' | 'relaying' | 'done';

/**
 * One HTTP request through a proxy, from its head to the last byte of its answer: fault filter, then router with timeouts,
 * retries and mirroring, in Envoy's order.
 */
export class Exchange implements ServerExchange, AttemptOwner {
  readonly method: string;
  readonly #side: ExchangeSide;
  readonly #connection: ServerConnection;
  readonly #head: RequestHead;
  readonly #startedAt: number;
  readonly #body = new ReplayBuffer();
  readonly #flags: ResponseFlag[] = [];
  #state: State = 'routing';
  #admission: Admission = {};
  #plan: RequestPlan | undefined;
  #trace: RequestTrace | undefined;
  #attempt: UpstreamAttempt | undefined;
  #retries: RetryState | undefined;
  #hash: number | undefined;
  #setCookie: string | undefined;
  #timeoutMs = 0;
  #perTryTimeoutMs = 0;
  #timer: Timer | undefined;
  #perTryTimer: Timer | undefined;
  #pause: Timer | undefined;
  /** Between the head of a request and the end of the read it came in. */
  #reading = true;
  #responseBytes = 0;
  #status = 0;
  #upstreamMs: number | undefined;

  constructor(side: ExchangeSide, connection: ServerConnection, head: RequestHead) {
    this.#side = side;
    this.#connection = connection;
    this.#head = head;
    this.method = head.method;
    this.#startedAt = side.runtime.now();
  }

  begin(): void {
    const { headers } = this.#head;
    this.#admission = this.#side.admit(this.#head, this.#connection);
    this.#trace = new RequestTrace(headers);
    if (!headers.has('x-forwarded-proto')) headers.append('x-forwarded-proto', 'http');
    if (this.#head.expect !== undefined && this.#head.expect !== '100-continue') {
      this.#reply(417, undefined, '');
      return;
    }
    const plan = this.#side.plan(this.#head, this.#connection);
    if (plan instanceof Promise) {
      void plan.then((late) => {
        this.#reading = false;
        if (this.#state === 'routing') this.#follow(late);
      });
    } else this.#follow(plan);
  }

  #follow(plan: RequestPlan): void {
    this.#plan = plan;
    const delay = delayOf(plan.rule?.fault, this.#side.runtime);
    if (delay === undefined) {
      this.#afterDelay(plan);
      return;
    }
    this.#flags.push('DI');
    this.#state = 'delayed';
    this.#pause = this.#side.runtime.setTimer(() => {
      this.#reading = false;
      this.#afterDelay(plan);
    }, delay);
  }

  #afterDelay(plan: RequestPlan): void {
    const abort = abortOf(plan.rule?.fault, this.#side.runtime);
    if (abort !== undefined) {
      if (abort.grpcStatus !== undefined) {
        this.#reply(200, 'FI', '', [
          ['content-type', 'application/grpc'],
          ['grpc-status', String(abort.grpcStatus)],
          ['grpc-message', 'fault filter abort'],
        ]);
      } else this.#reply(abort.status, 'FI', 'fault filter abort');
    } else if (plan.kind === 'reply') this.#replyAsPlanned(plan);
    else this.#forward(plan);
  }

  #replyAsPlanned(plan: ReplyPlan): void {
    this.#reply(plan.status, plan.flag, plan.body, plan.location === undefined ? [] : [['location', plan.location]]);
  }

  #forward(plan: ForwardPlan): void {
    const upstream = plan.upstream;
    if (upstream === undefined) {
      this.#reply(503, 'NC', '');
      return;
    }
    const { headers } = this.#head;
    const { overrides } = this.#admission;
    this.#retries = new RetryState(retryBudget(plan.retry, overrides), plan.retry);
    this.#timeoutMs = milliseconds(overrides?.get('x-envoy-upstream-rq-timeout-ms')) ?? plan.timeoutMs;
    this.#perTryTimeoutMs =
      milliseconds(overrides?.get('x-envoy-upstream-rq-per-try-timeout-ms')) ?? plan.retry.perTryTimeoutMs ?? 0;
    // Envoy ignores a per-try timeout that the timeout of the whole request makes meaningless.
    if (this.#timeoutMs > 0 && this.#perTryTimeoutMs >= this.#timeoutMs) this.#perTryTimeoutMs = 0;
    if (plan.rule !== undefined) applyHeaderOperations(headers, plan.rule.request);
    if (plan.destination !== undefined) applyHeaderOperations(headers, plan.destination.request);
    if (plan.originalPath !== undefined) headers.set('x-envoy-original-path', plan.originalPath);
    if (this.#timeoutMs > 0) headers.set('x-envoy-expected-rq-timeout-ms', String(this.#timeoutMs));
    this.#trace?.writeTo(headers);
    const { hashPolicy } = upstream.balancer;
    if (hashPolicy !== undefined) {
      const result = hashRequest(hashPolicy, hashableRequest(headers, plan.path, this.#connection.remoteAddress));
      this.#hash = result.hash;
      this.#setCookie = result.setCookie;
    }
    this.#connection.sendContinue();
    if (this.#body.ended) this.#requestComplete();
    this.#try(plan);
  }

  #try(plan: ForwardPlan): void {
    const upstream = plan.upstream;
    if (upstream === undefined) return;
    this.#state = 'trying';
    this.#attempt = undefined;
    const pool = upstream.pick({ hash: this.#hash, tried: this.#retries?.tried });
    if (pool === undefined) {
      this.#replyFailure({ kind: 'no-healthy-upstream', detail: '' });
      return;
    }
    const attempt = new UpstreamAttempt(this, upstream, pool);
    this.#attempt = attempt;
    if (this.#body.ended) this.#startPerTryTimer();
    attempt.start();
  }

  // ── the request ──

  onRequestBody(data: Buffer): void {
    const connection = this.#sendingTo();
    this.#body.add(data, connection);
    if (connection === undefined && this.#body.full) this.#connection.pauseRequest();
  }

  onRequestEnd(trailers: HeaderList | undefined): void {
    this.#body.ended = true;
    this.#body.trailers = trailers;
    if (this.#state === 'trying' || this.#state === 'waiting' || this.#state === 'responding') this.#requestComplete();
    this.#sendingTo()?.endRequest(trailers);
    if (this.#attempt !== undefined && this.#state === 'trying') this.#startPerTryTimer();
  }

  onRequestReadDone(): void {
    this.#reading = false;
    const connection = this.#sendingTo();
    if (connection === undefined || this.#body.ended) return;
    connection.writer.flush();
    if (connection.writer.needsDrain) this.#connection.pauseRequest();
  }

  #sendingTo(): UpstreamAttempt['connection'] {
    return this.#state === 'trying' || this.#state === 'responding' ? this.#attempt?.connection : undefined;
  }

  /** Envoy's timeout runs from here, retries included. */
  #requestComplete(): void {
    const plan = this.#plan;
    if (plan?.kind !== 'forward') return;
    if (this.#timeoutMs > 0 && this.#timer === undefined) {
      this.#timer = this.#side.runtime.setTimer(() => this.#timedOut(), this.#timeoutMs);
    }
    if (plan.mirrors.length > 0 && this.#body.replayable) {
      sendMirrors(plan, this.#side, this.#head, this.#body.chunks);
    }
  }

  onAttemptReady(attempt: UpstreamAttempt): void {
    const { connection } = attempt;
    const plan = this.#plan;
    if (connection === undefined || plan?.kind !== 'forward') return;
    this.#attempt = attempt;
    const peer = attempt.pool.endpoint.inboundTls === 'none' ? undefined : this.#side.peerHeaderValue;
    connection.writer.beginMessage(
      serializeRequest(this.#head, plan.path, plan.authority, peer),
      this.#head.bodyLength === chunkedBody,
    );
    this.#body.replay(connection);
    if (this.#body.ended) connection.endRequest(this.#body.trailers);
    else {
      if (!this.#reading) connection.writer.flush();
      this.#connection.resumeRequest();
    }
  }

  onAttemptDrain(): void {
    this.#connection.resumeRequest();
  }

  // ── the response ──

  onAttemptInformational(head: ResponseHead): void {
    // The client's own 100 has been given by us.
    if (head.status !== 100) this.#connection.sendInformational(head.status, head.headers);
  }

  onAttemptHead(attempt: UpstreamAttempt, head: ResponseHead): void {
    const plan = this.#plan;
    if (plan?.kind !== 'forward') return;
    this.#perTryTimer?.cancel();
    if (head.status === 101) {
      this.#switch(attempt, head, plan);
      return;
    }
    const failure = takeInstanceFailure(head, attempt.pool.endpoint);
    if (failure !== undefined && this.#triesAgainAfter(attempt, failure)) {
      attempt.abort(outcomeOfInstanceFailure(failure));
      return;
    }
    if (this.#willRetry(this.#retries?.afterResponse(attempt, head, this.#body.replayable))) {
      attempt.abort({ type: 'response', status: head.status });
      this.#retry(attempt, String(head.status));
      return;
    }
    this.#state = 'responding';
    this.#status = head.status;
    this.#upstreamMs = Math.round(this.#side.runtime.now() - attempt.startedAt);
    const { headers } = head;
    this.#finishHeaders(headers, plan);
    headers.set('x-envoy-upstream-service-time', String(this.#upstreamMs));
    if (this.#setCookie !== undefined) headers.append('set-cookie', this.#setCookie);
    this.#connection.startResponse(head.status, head.reason, headers, head.bodyLength, head.contentLength);
  }

  onAttemptBody(data: Buffer): void {
    if (this.#state !== 'responding') return;
    this.#responseBytes += data.length;
    this.#connection.writeResponse(data);
  }

  onAttemptEnd(_attempt: UpstreamAttempt, trailers: HeaderList | undefined): void {
    if (this.#state !== 'responding') return;
    this.#state = 'done';
    this.#connection.endResponse(trailers);
    this.#finish();
  }

  onAttemptReadDone(): void {
    if (this.#state !== 'responding') return;
    this.#connection.flush();
    if (this.#connection.needsDrain) this.#attempt?.connection?.pause();
  }

  onDownstreamDrain(): void {
    if (this.#state === 'responding') this.#attempt?.connection?.resume();
  }

  // ── failures ──

  onAttemptFailed(attempt: UpstreamAttempt, failure: UpstreamFailure): void {
    this.#attempt = attempt;
    this.#perTryTimer?.cancel();
    if (this.#state === 'responding') {
      this.#flags.push(failureReply(failure, false).flag);
      this.#state = 'done';
      this.#connection.abortResponse();
      this.#finish();
      return;
    }
    if (this.#state === 'trying' && !this.#triesAgainAfter(attempt, failure)) this.#replyFailure(failure);
  }

  /** True where the request goes out once more. */
  #triesAgainAfter(attempt: UpstreamAttempt, failure: UpstreamFailure): boolean {
    const plan = this.#plan;
    const { replayable, ended } = this.#body;
    if (plan?.kind === 'forward' && replayable && ended && this.#retries?.reconnects(attempt, failure, this.method)) {
      this.#retries.note(attempt, 'reconnect', 'connection closed', this.#side.runtime);
      // After what is going on with the old connection: the new try must not be taken for it.
      this.#state = 'waiting';
      this.#pause = this.#side.runtime.setTimer(() => this.#try(plan), 0);
      return true;
    }
    if (!this.#willRetry(this.#retries?.afterFailure(attempt, failure, replayable))) return false;
    this.#retry(attempt, failure.kind);
    return true;
  }

  #willRetry(decision: RetryDecision | undefined): boolean {
    if (decision === 'URX' || decision === 'UO') this.#flags.push(decision);
    return decision === 'retry';
  }

  #retry(attempt: UpstreamAttempt, reason: string): void {
    const plan = this.#plan;
    const retries = this.#retries;
    if (plan?.kind !== 'forward' || retries === undefined) return;
    const { runtime } = this.#side;
    const wait = retries.count(attempt, runtime);
    retries.note(attempt, 'retry', reason, runtime);
    this.#state = 'waiting';
    this.#pause = runtime.setTimer(() => this.#try(plan), wait);
  }

  #startPerTryTimer(): void {
    if (this.#perTryTimeoutMs <= 0) return;
    this.#perTryTimer?.cancel();
    this.#perTryTimer = this.#side.runtime.setTimer(() => {
      const attempt = this.#attempt;
      if (this.#state !== 'trying' || attempt === undefined) return;
      attempt.abort({ type: 'timeout' });
      this.onAttemptFailed(attempt, { kind: 'per-try-timeout', detail: '' });
    }, this.#perTryTimeoutMs);
  }

  #timedOut(): void {
    this.#attempt?.abort({ type: 'timeout' });
    this.#pause?.cancel();
    if (this.#state === 'responding') {
      this.#flags.push('UT');
      this.#state = 'done';
      this.#connection.abortResponse();
      this.#finish();
    } else if (this.#state === 'trying' || this.#state === 'waiting') {
      this.#reply(504, 'UT', 'upstream request timeout');
    }
  }

  onDownstreamClosed(problem?: SyntaxProblem): void {
    if (this.#state === 'done' || this.#state === 'relaying') return;
    this.#attempt?.abort({ type: 'cancelled' });
    this.#flags.push(problem === undefined ? 'DC' : 'DPE');
    if (problem !== undefined) this.#status = 400;
    this.#finish();
  }

  // ── answers ──

  #replyFailure(failure: UpstreamFailure): void {
    const { status, flag, body } = failureReply(failure, (this.#retries?.retried ?? 0) > 0);
    const overloaded: readonly (readonly [string, string])[] = flag === 'UO' ? [['x-envoy-overloaded', 'true']] : [];
    const told = this.#admission.isFromSidecar === true ? tellInstanceFailure(failure) : [];
    this.#reply(status, flag, body, [...overloaded, ...told]);
  }

  #reply(
    status: number,
    flag: ResponseFlag | undefined,
    body: string,
    extra: readonly (readonly [string, string])[] = [],
  ): void {
    if (flag !== undefined) this.#flags.push(flag);
    const payload = Buffer.from(body, 'utf8');
    const headers = localReplyHeaders(payload.length > 0);
    for (const [name, value] of extra) headers.set(name, value);
    if (this.#plan !== undefined) this.#finishHeaders(headers, this.#plan);
    this.#state = 'done';
    this.#status = status;
    const silent = this.method === 'HEAD';
    this.#connection.startResponse(status, reasonPhrase(status), headers, payload.length, payload.length);
    if (!silent) {
      this.#responseBytes = payload.length;
      this.#connection.writeResponse(payload);
    }
    this.#connection.endResponse(undefined);
    this.#finish();
  }

  #finishHeaders(headers: HeaderList, plan: RequestPlan): void {
    if (plan.kind === 'forward' && plan.destination !== undefined) {
      applyHeaderOperations(headers, plan.destination.response);
    }
    if (plan.rule !== undefined) applyHeaderOperations(headers, plan.rule.response);
  }

  #switch(attempt: UpstreamAttempt, head: ResponseHead, plan: ForwardPlan): void {
    const upstream = attempt.connection;
    if (upstream === undefined) return;
    if (head.upgrade === undefined || head.upgrade !== upgradeOf(this.#head)) {
      attempt.abort({ type: 'reset' });
      this.#replyFailure({ kind: 'protocol-error', detail: 'unasked switch of protocols' });
      return;
    }
    this.#state = 'relaying';
    this.#status = 101;
    this.#timer?.cancel();
    this.#finishHeaders(head.headers, plan);
    head.headers.set('connection', 'upgrade');
    head.headers.set('upgrade', head.upgrade);
    this.#connection.startResponse(101, head.reason, head.headers, 0);
    const client = this.#connection.detach();
    const server = upstream.detach();
    const count = { sent: 0, received: 0 };
    const ends = { client: client.socket, clientHead: client.rest, server: server.socket, serverHead: server.rest };
    relaySockets(ends, count, () => {
      attempt.handedOver();
      this.#body.bytes += count.received;
      this.#responseBytes = count.sent;
      this.#finish();
    });
  }

  #finish(): void {
    this.#state = 'done';
    this.#timer?.cancel();
    this.#perTryTimer?.cancel();
    this.#pause?.cancel();
    this.#retries?.release();
    const trace = this.#trace;
    if (trace === undefined) return;
    reportExchange({
      side: this.#side,
      head: this.#head,
      connection: this.#connection,
      plan: this.#plan,
      attempt: this.#attempt,
      source: this.#admission.source,
      flags: this.#flags,
      status: this.#status,
      startedAt: this.#startedAt,
      endedAt: this.#side.runtime.now(),
      upstreamMs: this.#upstreamMs,
      requestBytes: this.#body.bytes,
      responseBytes: this.#responseBytes,
      trace,
      retries: this.#retries?.events ?? [],
    });
  }
}

/** A positive number of milliseconds as an application may write it in a header. */
function milliseconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

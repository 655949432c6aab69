import type { Timer } from '../balance/balancer-dependencies.ts';
import type { HeaderList } from '../http/header-list.ts';
import type { RequestHead } from '../http/message-head.ts';
import { reasonPhrase } from '../http/reason-phrases.ts';
import type { ServerConnection, ServerExchange } from '../http/server-connection.ts';
import type { SyntaxProblem } from '../http/syntax-problem.ts';
import { isGrpc, reportExchange } from './exchange-report.ts';
import { abortOf, delayOf } from './faults.ts';
import { Forwarding, type ForwardingOwner } from './forwarding.ts';
import { applyHeaderOperations } from './header-operations.ts';
import { tellInstanceFailure } from './instance-failure.ts';
import { asLine, localReplyHeaders } from './local-replies.ts';
import { ReplayBuffer } from './replay-buffer.ts';
import { nothingLearnt, type Admission, type ExchangeSide, type RequestPlan } from './request-plan.ts';
import { RequestTrace } from './request-trace.ts';
import type { ResponseFlag } from './response-flags.ts';
import { failureReply, type UpstreamFailure } from './upstream-failure.ts';
import type { Heading, WaitingRequest } from './waiting-requests.ts';

const noFlags: readonly ResponseFlag[] = [];

type Extra = readonly (readonly [name: string, value: string])[];

/**
 * One HTTP request through a proxy, from its head to the last byte of its answer, in Envoy's order: fault filter, then the
 * router (`Forwarding`), or an answer of the proxy's own.
 */
export class Exchange implements ServerExchange, ForwardingOwner, WaitingRequest {
  readonly side: ExchangeSide;
  readonly connection: ServerConnection;
  readonly head: RequestHead;
  readonly body = new ReplayBuffer();
  reading = true;
  waitingPlace = -1;
  readonly #startedAt: number;
  #flags: readonly ResponseFlag[] = noFlags;
  #admission: Admission = nothingLearnt;
  #plan: RequestPlan | undefined;
  #trace: RequestTrace | undefined;
  #forwarding: Forwarding | undefined;
  #delay: Timer | undefined;
  #done = false;
  /** Of an answer of our own. */
  #status = 0;
  #replyBytes = 0;

  constructor(side: ExchangeSide, connection: ServerConnection, head: RequestHead) {
    this.side = side;
    this.connection = connection;
    this.head = head;
    this.#startedAt = side.runtime.now();
  }

  get heading(): Heading | undefined {
    const plan = this.#plan;
    const peer = this.#forwarding?.attempt?.pool.labels;
    if (plan === undefined || peer === undefined) return undefined;
    const protocol = isGrpc(this.head) ? 'grpc' : 'http';
    return { peer, service: plan.service, protocol, generation: plan.generation };
  }

  begin(): void {
    const { head, side, connection } = this;
    const { headers } = head;
    this.#admission = side.admit(head, connection);
    this.#trace = new RequestTrace(headers);
    if (!headers.has('x-forwarded-proto')) headers.append('x-forwarded-proto', 'http');
    if (head.expect !== undefined && head.expect !== '100-continue') {
      this.#reply(417, undefined, '');
      return;
    }
    const plan = side.plan(head, connection);
    if (plan instanceof Promise) {
      void plan.then((late) => {
        if (!this.#done) this.#follow(late);
      });
    } else this.#follow(plan);
  }

  onRequestBody(data: Buffer): void {
    if (this.#forwarding !== undefined) this.#forwarding.onRequestBody(data);
    else {
      this.body.add(data, undefined);
      if (this.body.full) this.connection.pauseRequest();
    }
  }

  onRequestEnd(trailers: HeaderList | undefined): void {
    this.body.ended = true;
    this.body.trailers = trailers;
    this.#forwarding?.onRequestEnd();
  }

  onRequestReadDone(): void {
    this.reading = false;
    this.#forwarding?.onRequestReadDone();
  }

  onDownstreamDrain(): void {
    this.#forwarding?.onDownstreamDrain();
  }

  onDownstreamClosed(problem?: SyntaxProblem): void {
    if (this.#done || this.#forwarding?.cancel() === false) return;
    this.addFlag(problem === undefined ? 'DC' : 'DPE');
    if (problem !== undefined) this.#status = 400;
    this.#finish();
  }

  addFlag(flag: ResponseFlag): void {
    this.#flags = [...this.#flags, flag];
  }

  finishHeaders(headers: HeaderList): void {
    const plan = this.#plan;
    if (plan?.kind === 'forward' && plan.destination !== undefined) {
      applyHeaderOperations(headers, plan.destination.response);
    }
    if (plan?.rule !== undefined) applyHeaderOperations(headers, plan.rule.response);
  }

  onNoResponse(failure: UpstreamFailure | 'route-timeout'): void {
    if (failure === 'route-timeout') {
      this.#reply(504, 'UT', this.#words('upstream request timeout'));
      return;
    }
    const { status, flag, body } = failureReply(failure, (this.#forwarding?.retries.retried ?? 0) > 0);
    const overloaded: Extra = flag === 'UO' ? [['x-envoy-overloaded', 'true']] : [];
    const told = this.#admission.isFromSidecar === true ? tellInstanceFailure(failure) : [];
    this.#reply(status, flag, this.#words(body), [...overloaded, ...told]);
  }

  onForwarded(): void {
    this.#finish();
  }

  #follow(plan: RequestPlan): void {
    this.#plan = plan;
    const delay = delayOf(plan.rule?.fault, this.side.runtime);
    if (delay === undefined) {
      this.#afterDelay(plan);
      return;
    }
    this.addFlag('DI');
    this.#delay = this.side.runtime.setTimer(() => this.#afterDelay(plan), delay);
  }

  #afterDelay(plan: RequestPlan): void {
    const abort = abortOf(plan.rule?.fault, this.side.runtime);
    if (abort?.grpcStatus !== undefined) {
      this.#reply(200, 'FI', '', [
        ['content-type', 'application/grpc'],
        ['grpc-status', String(abort.grpcStatus)],
        ['grpc-message', 'fault filter abort'],
      ]);
    } else if (abort !== undefined) this.#reply(abort.status, 'FI', this.#words('fault filter abort'));
    else if (plan.kind === 'reply') {
      this.#reply(plan.status, plan.flag, plan.body, plan.location === undefined ? [] : [['location', plan.location]]);
    } else if (plan.upstream === undefined) this.#reply(503, 'NC', '');
    else {
      this.#trace?.writeTo(this.head.headers);
      this.#forwarding = new Forwarding(this, plan, plan.upstream, this.#admission.overrides);
      if (this.side.direction === 'outbound') this.side.recorder.sent(this);
      this.#forwarding.start();
    }
  }

  /** Envoy's own for an error. */
  #words(text: string): string {
    return this.side.endsLines === true ? asLine(text) : text;
  }

  #reply(status: number, flag: ResponseFlag | undefined, body: string, extra: Extra = []): void {
    if (flag !== undefined) this.addFlag(flag);
    const payload = Buffer.from(body, 'utf8');
    const headers = localReplyHeaders(payload.length > 0);
    for (const [name, value] of extra) headers.set(name, value);
    this.finishHeaders(headers);
    this.#status = status;
    this.connection.startResponse(status, reasonPhrase(status), headers, payload.length, payload.length);
    if (this.head.method !== 'HEAD') {
      this.#replyBytes = payload.length;
      this.connection.writeResponse(payload);
    }
    this.connection.endResponse(undefined);
    this.#finish();
  }

  #finish(): void {
    const trace = this.#trace;
    if (this.#done || trace === undefined) return;
    this.#done = true;
    this.#delay?.cancel();
    this.side.recorder.answered(this);
    const forwarding = this.#forwarding;
    reportExchange({
      side: this.side,
      head: this.head,
      connection: this.connection,
      plan: this.#plan,
      attempt: forwarding?.attempt,
      source: this.#admission.source,
      flags: this.#flags,
      status: this.#status || (forwarding?.status ?? 0),
      startedAt: this.#startedAt,
      endedAt: this.side.runtime.now(),
      upstreamMs: forwarding?.upstreamMs,
      requestBytes: this.body.bytes,
      responseBytes: this.#replyBytes || (forwarding?.responseBytes ?? 0),
      trace,
      retries: forwarding?.retries.events ?? [],
    });
  }
}

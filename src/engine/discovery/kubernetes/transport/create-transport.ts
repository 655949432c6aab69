import type { OutgoingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocketTarget } from '../../../web-socket-target.ts';
import { systemClock, type Clock, type Credential, type CredentialSource } from '../auth/credential.ts';
import { contextCredentials } from '../auth/credentials.ts';
import type { ConsentGate } from '../auth/exec-source.ts';
import { basic, isHeaderValue } from '../auth/header-value.ts';
import { impersonationHeaders } from '../auth/impersonation.ts';
import { refreshOidc } from '../auth/refresh-oidc.ts';
import type { ResolvedContext } from '../kubeconfig/load-kubeconfig.ts';
import type { ServerAddress } from '../kubeconfig/server-address.ts';
import type { Answer } from './answer.ts';
import { answerBody, collect, discard } from './answer-body.ts';
import { Call } from './call.ts';
import { exchange } from './exchange.ts';
import type { ExchangeRequest } from './exchange-request.ts';
import { isTlsAlert } from './failure-words.ts';
import {
  KubeFailure,
  type KubeRequest,
  type KubeResponse,
  type KubeStream,
  type KubeTransport,
} from './kube-transport.ts';
import { isLoopback } from './proxy-choice.ts';
import { proxyAuthorization } from './proxy-connection.ts';
import { mergeHeaders } from './request-headers.ts';
import { hostHeader, requestTarget } from './request-target.ts';
import { retryDelay } from './retry-after.ts';
import { ServerPools } from './server-pools.ts';

export interface TransportOptions {
  /** Whether programs of the kubeconfig may be run. Default: never. */
  readonly consent?: ConsentGate;
  /** For proxies and plugins. Default: that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Asks for gzip. Default: unless the kubeconfig forbids it or the server is on this machine, where it only costs. */
  readonly compression?: boolean;
  /** Shares HTTP/2 connections among calls where the server speaks it. Default: yes. */
  readonly http2?: boolean;
  /** For TCP, proxy and TLS together. Default 15 s. */
  readonly connectTimeoutMs?: number;
  /** Default 60 s: a plugin may open a browser and wait for a person. */
  readonly pluginTimeoutMs?: number;
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 64 * 1024 * 1024;
/** Repetitions for answers that ask for them; as many as client-go does. */
const maxRepetitions = 10;

/** The way to the API server of a context, over connections that are kept: one of HTTP/2 for all calls, or some of HTTP/1.1. */
export function createTransport(context: ResolvedContext, options: TransportOptions = {}): KubeTransport {
  return new HttpTransport(context, options);
}

interface Answered {
  readonly answer: Answer;
  readonly call: Call;
}

class HttpTransport implements KubeTransport {
  readonly context: string;
  readonly namespace: string;
  readonly #credentials: CredentialSource;
  readonly #pools: ServerPools;
  readonly #server: ServerAddress;
  readonly #headers: OutgoingHttpHeaders;
  readonly #impersonation: ReturnType<typeof impersonationHeaders>;
  readonly #running = new Set<Call>();
  #isDisposed = false;

  constructor(context: ResolvedContext, options: TransportOptions) {
    const { summary, cluster, user } = context;
    const env = options.env ?? process.env;
    this.context = summary.name;
    this.namespace = summary.namespace ?? 'default';
    this.#pools = new ServerPools(context, {
      env,
      connectTimeoutMs: options.connectTimeoutMs ?? 15_000,
      http2: options.http2 ?? true,
    });
    this.#server = this.#pools.server;
    this.#credentials = contextCredentials(context, {
      consent: options.consent ?? (() => false),
      env,
      clock: options.clock ?? systemClock,
      pluginTimeoutMs: options.pluginTimeoutMs ?? 60_000,
      refreshOidc,
    });
    this.#impersonation = impersonationHeaders(user);
    const compression = options.compression ?? (!cluster.disableCompression && !isLoopback(this.#server.host));
    const { proxy } = this.#pools;
    this.#headers = {
      Host: hostHeader(this.#server),
      'User-Agent': 'meshlens',
      'Accept-Encoding': compression ? 'gzip' : 'identity',
      ...this.#impersonation,
      ...(this.#pools.isRequestProxied && proxy && proxyAuthorization(proxy)),
    };
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    const { answer, call } = await this.#answer(request);
    try {
      const body = answerBody(answer, {
        shown: this.#server.shown,
        maxBytes: request.maxBytes ?? defaultMaxBytes,
        signal: call.signal,
      });
      return { status: answer.status, headers: answer.headers, body: await collect(body) };
    } finally {
      this.#end(call);
    }
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const { answer, call } = await this.#answer(request);
    call.stopTimer();
    const body = answerBody(answer, {
      shown: this.#server.shown,
      maxBytes: request.maxBytes ?? Infinity,
      signal: call.signal,
      onEnd: () => this.#end(call),
    });
    return { status: answer.status, headers: answer.headers, body, gather: answer.gather };
  }

  async webSocket(path: string, query?: KubeRequest['query'], refused?: WebSocketTarget): Promise<WebSocketTarget> {
    if (this.#isDisposed) throw disposed();
    const credential = await this.#credentials.current();
    const target = await this.#webSocketWith(credential, path, query);
    if (!refused || !isSameIdentity(target, refused)) return target;
    const renewed = await this.#credentials.renew(credential);
    return renewed === credential ? target : this.#webSocketWith(renewed, path, query);
  }

  async #webSocketWith(credential: Credential, path: string, query: KubeRequest['query']): Promise<WebSocketTarget> {
    const { dialer } = await this.#pools.pool(credential);
    const { plan, authority } = dialer;
    const { secure } = this.#server;
    return {
      url: `${secure ? 'wss' : 'ws'}://${hostHeader(this.#server)}${requestTarget(this.#server, path, query)}`,
      headers: { 'User-Agent': 'meshlens', ...this.#impersonation, ...this.#authorization(credential) },
      tls: {
        ...(authority !== undefined && { ca: authority }),
        ...(plan.certificate !== undefined && { cert: plan.certificate }),
        ...(plan.key !== undefined && { key: plan.key }),
        ...(plan.serverName !== undefined && { servername: plan.serverName }),
        rejectUnauthorized: !plan.insecure,
      },
      ...(plan.proxy && { proxy: plan.proxy.url }),
    };
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const call of this.#running) call.abort(disposed());
    this.#credentials.dispose?.();
    this.#pools.dispose();
  }

  #end(call: Call): void {
    call.end();
    this.#running.delete(call);
  }

  /** The head of the answer that stands, after what had to be repeated was. */
  async #answer(request: KubeRequest): Promise<Answered> {
    if (this.#isDisposed) throw disposed();
    const call = new Call(request.signal);
    this.#running.add(call);
    try {
      return { answer: await this.#ask(request, call), call };
    } catch (error) {
      this.#end(call);
      // The reason why it was ended says more than what broke because of it.
      throw call.signal.aborted ? call.signal.reason : error;
    }
  }

  async #ask(request: KubeRequest, call: Call): Promise<Answer> {
    const method = request.method ?? 'GET';
    const mayRetry = { credential: true, stale: method === 'GET' };
    let credential = await this.#credentials.current(call.signal);
    // Signing in may take a person's time; it has a limit of its own.
    const deadline = call.startTimer(request.timeoutMs ?? defaultTimeoutMs, this.#server.shown);
    for (let repetition = 0; ; repetition += 1) {
      const pool = await this.#pools.pool(credential);
      const result = await exchange(pool, this.#exchangeOf(request, method, credential), call.signal);
      if ('failure' in result) {
        if (call.signal.aborted) throw result.failure;
        if (result.isStale && mayRetry.stale) {
          mayRetry.stale = false;
          pool.dropIdle();
          continue;
        }
        if (result.failure.reason === 'tls') this.#pools.forgetAuthority();
        if (isTlsAlert(result.error) && mayRetry.credential) {
          mayRetry.credential = false;
          const renewed = await this.#credentials.renew(credential, call.signal);
          if (renewed !== credential) {
            credential = renewed;
            continue;
          }
        }
        throw result.failure;
      }
      const { answer } = result;
      const status = answer.status;
      if (status !== 401) this.#credentials.accepted?.(credential);
      else if (mayRetry.credential) {
        mayRetry.credential = false;
        const renewed = await this.#renewed(credential, answer, call);
        if (renewed !== credential) {
          discard(answer);
          credential = renewed;
          continue;
        }
      }
      if (status >= 300 && status < 400) {
        answer.destroy();
        throw redirected(this.#server.shown, answer.headers.location);
      }
      const delay = retryDelay(status, answer.headers, method, Date.now());
      if (delay === undefined || repetition >= maxRepetitions || performance.now() + delay >= deadline) return answer;
      discard(answer);
      // Many are told the same time: a little apart they do not come back as one crowd.
      await sleep(delay * (1 + Math.random() / 4), undefined, { signal: call.signal });
      credential = await this.#credentials.current(call.signal);
    }
  }

  async #renewed(credential: Credential, answer: Answer, call: Call): Promise<Credential> {
    try {
      return await this.#credentials.renew(credential, call.signal);
    } catch (error) {
      answer.destroy();
      throw error;
    }
  }

  #exchangeOf(request: KubeRequest, method: string, credential: Credential): ExchangeRequest {
    const { path, query, body, ownConnection = false } = request;
    const target = requestTarget(this.#server, path, query);
    return {
      method,
      target: this.#pools.isRequestProxied ? `http://${hostHeader(this.#server)}${target}` : target,
      headers: mergeHeaders(
        { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
        request.headers ?? {},
        this.#headers,
        this.#authorization(credential),
        // Node frames the body of a DELETE by itself neither by length nor in chunks: the server would see no options (a
        // dry run would remove), and take the body for the next request of the connection.
        body === undefined ? {} : { 'content-length': Buffer.byteLength(body) },
      ),
      ...(body !== undefined && { body }),
      ownConnection,
    };
  }

  #authorization({ authorization }: Credential): { readonly Authorization?: string } {
    // As in client-go no credential goes over a connection that others can read; on this machine there are none.
    if (!this.#server.secure && !isLoopback(this.#server.host)) return {};
    const { userinfo } = this.#server;
    const value = authorization ?? (userinfo && basic(userinfo.username, userinfo.password));
    return value !== undefined && isHeaderValue(value) ? { Authorization: value } : {};
  }
}

/** Whether both would say the same of who calls. */
function isSameIdentity(a: WebSocketTarget, b: WebSocketTarget): boolean {
  return a.headers['Authorization'] === b.headers['Authorization'] && a.tls.cert === b.tls.cert;
}

function disposed(): KubeFailure {
  return new KubeFailure('aborted', 'The connection to the cluster was ended.');
}

function redirected(shown: string, location: string | undefined): KubeFailure {
  const target = location !== undefined && URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  return new KubeFailure(
    'protocol',
    `${shown} redirects${target}, which API servers do not do: perhaps it is a sign-in page. Check “server:” in the kubeconfig.`,
  );
}

/** Stands in front of an API server and breaks what goes through it, on command. */
import {
  Agent as HttpAgent,
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, createServer as createTlsServer, request as httpsRequest } from 'node:https';
import { AbruptServer } from './abrupt-server.ts';
import { errorFrame } from './write-protobuf.ts';

export interface Upstream {
  readonly port: number;
  /** TLS to it: its authority, and who we are. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

/** What happens to requests that match, and to streams that are open already where that makes sense. */
export type Fault =
  /** Answered here. */
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Nothing goes through any more; nothing is closed. `isFinal`: what hung stays dead afterwards. */
  | { readonly type: 'hang'; readonly isFinal?: boolean }
  /** The answer is cut off after so many bytes, by a reset. */
  | { readonly type: 'reset'; readonly afterBytes: number }
  /** Bytes that are no JSON come in the middle of the answer. */
  | { readonly type: 'garbage' }
  /** Says that the answer is gzip, and sends half of one. */
  | { readonly type: 'truncated-gzip' }
  /** So many bytes every 20 ms. */
  | { readonly type: 'drip'; readonly bytes: number }
  /** Streams end with an ERROR event. */
  | { readonly type: 'error-event'; readonly code: number; readonly reason: string }
  /** No connection is accepted. */
  | { readonly type: 'refuse' };

export interface FaultRule {
  readonly fault: Fault;
  /** Default: everything. */
  readonly matches?: (path: string) => boolean;
}

interface Passing {
  readonly path: string;
  readonly upstream: ClientRequest;
  readonly response: ServerResponse;
  answer: IncomingMessage | undefined;
  /** The fault it was under when it hung for good. */
  isDead: boolean;
  timer: NodeJS.Timeout | undefined;
  sentBytes: number;
}

/** Half of a gzip stream of some JSON: its head is right, its end is missing. */
const halfGzip = Buffer.from('1f8b0800000000000003ab56ca4e2d51b252ca4bcc4d', 'hex');

export class FaultProxy {
  readonly #upstream: Upstream;
  readonly #passing = new Set<Passing>();
  #agent: HttpAgent;
  #identity: ServerIdentity | undefined;
  #server: AbruptServer | undefined;
  #port = 0;
  #rule: FaultRule | undefined;

  constructor(upstream: Upstream, identity?: ServerIdentity) {
    this.#upstream = upstream;
    this.#identity = identity;
    this.#agent = upstream.tls
      ? new HttpsAgent({ keepAlive: true, ...upstream.tls })
      : new HttpAgent({ keepAlive: true });
  }

  get url(): string {
    return `${this.#identity ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  get connections(): number {
    return this.#server?.connections ?? 0;
  }

  async start(): Promise<void> {
    const handler = (request: IncomingMessage, response: ServerResponse): void => this.#pass(request, response);
    const server = this.#identity ? createTlsServer({ ...this.#identity }, handler) : createServer(handler);
    this.#server = new AbruptServer(server);
    this.#port = await this.#server.listen(this.#port);
  }

  async stop(): Promise<void> {
    await this.#close();
    this.#agent.destroy();
  }

  /** Takes another certificate, as a server does that was given a new one: it restarts. */
  async changeIdentity(identity: ServerIdentity): Promise<void> {
    await this.#close();
    this.#identity = identity;
    await this.start();
  }

  async begin(rule: FaultRule): Promise<void> {
    this.#rule = rule;
    if (rule.fault.type === 'refuse') {
      await this.#close();
      return;
    }
    for (const passing of this.#passing) if (this.#applies(passing.path)) this.#disturb(passing, rule.fault);
  }

  async end(): Promise<void> {
    const fault = this.#rule?.fault;
    this.#rule = undefined;
    if (fault?.type === 'refuse') await this.start();
    for (const passing of this.#passing) {
      if (passing.timer) {
        clearInterval(passing.timer);
        passing.timer = undefined;
      }
      if (!passing.isDead) passing.answer?.resume();
    }
  }

  /** Cuts every connection without a word. */
  cut(): void {
    this.#server?.cut();
  }

  #applies(path: string): boolean {
    return this.#rule !== undefined && (this.#rule.matches?.(path) ?? true);
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const passing of this.#passing) passing.upstream.destroy();
    await server?.close();
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    const fault = this.#applies(path) ? this.#rule?.fault : undefined;
    if (fault?.type === 'answer') {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(fault.body ?? '');
      return;
    }
    if (fault?.type === 'truncated-gzip') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(halfGzip);
      return;
    }
    const options = {
      host: '127.0.0.1',
      port: this.#upstream.port,
      path,
      method: request.method,
      // What comes into the middle of a stream must fit it, and servers compress lists that they stream.
      headers: isStream(path) ? { ...request.headers, 'accept-encoding': 'identity' } : request.headers,
      agent: this.#agent,
    };
    const upstream = this.#upstream.tls ? httpsRequest(options) : httpRequest(options);
    const passing: Passing = {
      path,
      upstream,
      response,
      answer: undefined,
      isDead: false,
      timer: undefined,
      sentBytes: 0,
    };
    this.#passing.add(passing);
    upstream.on('response', (answer) => this.#answered(passing, answer));
    upstream.on('error', () => response.destroy());
    response.on('close', () => {
      clearInterval(passing.timer);
      this.#passing.delete(passing);
      upstream.destroy();
    });
    request.pipe(upstream);
  }

  #answered(passing: Passing, answer: IncomingMessage): void {
    const { response, path } = passing;
    passing.answer = answer;
    answer.on('error', () => response.destroy());
    const now = (): Fault | undefined => (this.#applies(path) ? this.#rule?.fault : undefined);
    const head = (): void => {
      if (response.headersSent) return;
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
    };
    const fault = now();
    if (fault?.type === 'hang') {
      this.#disturb(passing, fault);
      answer.once('resume', head);
    } else {
      head();
    }
    answer.on('data', (chunk: Buffer) => {
      head();
      const present = now();
      if (present?.type === 'reset' && passing.sentBytes + chunk.length > present.afterBytes) {
        response.write(chunk.subarray(0, Math.max(1, present.afterBytes - passing.sentBytes)), () =>
          response.destroy(),
        );
        answer.pause();
        return;
      }
      passing.sentBytes += chunk.length;
      response.write(
        present?.type === 'garbage'
          ? Buffer.concat([chunk.subarray(0, chunk.length >> 1), Buffer.from('}{\u0000\n')])
          : chunk,
      );
    });
    answer.on('end', () => response.end());
    if (fault && fault.type !== 'hang') this.#disturb(passing, fault);
  }

  /** Does the fault to an answer that has begun. */
  #disturb(passing: Passing, fault: Fault): void {
    const { answer, response } = passing;
    switch (fault.type) {
      case 'hang':
        passing.isDead = fault.isFinal === true;
        answer?.pause();
        return;
      case 'drip':
        if (answer) drip(passing, answer, fault.bytes);
        return;
      case 'reset':
        // In the middle of an object, where a stream is open.
        if (isStream(passing.path)) response.write('{"type":"MODIFIED","object":{"meta', () => response.destroy());
        return;
      case 'garbage':
        if (isStream(passing.path)) response.write('}{\u0000 this is no JSON\n');
        return;
      case 'error-event':
        if (isStream(passing.path) && answer) {
          const { code, reason } = fault;
          const text = 'as the test wishes';
          const object = { kind: 'Status', code, reason, message: text };
          answer.pause();
          response.end(
            answer.headers['content-type']?.includes('protobuf')
              ? errorFrame(code, reason, text)
              : `${JSON.stringify({ type: 'ERROR', object })}\n`,
          );
        }
        return;
      case 'answer':
      case 'truncated-gzip':
        // What is open goes on; an answer of another kind comes to who asks again.
        response.destroy();
        return;
      case 'refuse':
        return;
    }
  }
}

const isStream = (path: string): boolean => path.includes('watch=true');

function drip(passing: Passing, answer: IncomingMessage, bytes: number): void {
  answer.removeAllListeners('data');
  answer.pause();
  let held = Buffer.alloc(0);
  answer.on('data', (chunk: Buffer) => (held = Buffer.concat([held, chunk])));
  let ended = false;
  answer.removeAllListeners('end');
  answer.on('end', () => (ended = true));
  answer.resume();
  const write = (): void => {
    // Once the fault is over the timer is gone, and the rest comes as fast as it can.
    const size = passing.timer ? bytes : held.length;
    if (held.length > 0) passing.response.write(held.subarray(0, size));
    held = held.subarray(size);
    if (ended && held.length === 0) passing.response.end();
  };
  passing.timer = setInterval(write, 20);
  const flush = setInterval(() => {
    if (passing.timer) return;
    write();
    if (ended || passing.response.destroyed) clearInterval(flush);
  }, 20);
  passing.response.on('close', () => clearInterval(flush));
}

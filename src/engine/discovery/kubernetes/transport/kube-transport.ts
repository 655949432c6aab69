import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { WebSocketTarget } from '../../../web-socket-target.ts';

/** Why a question to an API server has no answer. An answer with a status of 400 or more is none of these: it is an answer. */
export type KubeFailureReason =
  /** No connection, or it broke. */
  | 'unreachable'
  /** The server's certificate is not to be trusted. */
  | 'tls'
  /** The credentials could not be had: a plugin failed, a file is missing, consent is needed. */
  | 'credentials'
  | 'timeout'
  /** The body is longer than the caller allowed. */
  | 'too-large'
  /** The answer is not what HTTP, gzip or JSON allow. */
  | 'protocol'
  /** The caller's signal. */
  | 'aborted';

/** A question that has no answer; `message` is for people, says what to do next and holds no secret. */
export class KubeFailure extends Error {
  override readonly name = 'KubeFailure';
  readonly reason: KubeFailureReason;

  constructor(reason: KubeFailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export interface KubeRequest {
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with a slash, without query: `/api/v1/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole answer; for `stream` until its head. Default 30,000. */
  readonly timeoutMs?: number;
  /** Bytes after decompression. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Much will come, or something all the time: it is read over a connection of its own where there can be one, which costs least. */
  readonly ownConnection?: boolean;
}

export interface KubeResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface KubeStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. Destroy it to end the stream. Errors are `KubeFailure`s. */
  readonly body: Readable;
  /**
   * Lets what is still to come gather for a moment, so that it comes in few pieces while nobody waits for an answer of the
   * same connection; false where the connection cannot.
   */
  readonly gather: () => boolean;
}

/**
 * The way to one API server: connections kept alive, compression, limits, credentials obtained and renewed (once on a 401),
 * 429 with Retry-After obeyed within the caller's time. Rejects with `KubeFailure` only.
 */
export interface KubeTransport {
  readonly context: string;
  /** Namespace the context names, or `default`. */
  readonly namespace: string;
  request(request: KubeRequest): Promise<KubeResponse>;
  /** For watches and logs: resolves with the head, whatever its status. */
  stream(request: KubeRequest): Promise<KubeStream>;
  /** `refused`: one that was answered with 401, so that other credentials are wanted if there are any. */
  webSocket(path: string, query?: KubeRequest['query'], refused?: WebSocketTarget): Promise<WebSocketTarget>;
  /** Closes every connection; what runs rejects with `aborted`. */
  dispose(): void;
}

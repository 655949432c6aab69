import type { OutgoingHttpHeaders } from 'node:http';
import type { Answer } from './answer.ts';
import type { KubeFailure } from './kube-transport.ts';

export interface ExchangeRequest {
  readonly method: string;
  /** Path and query, or a whole URL for an HTTP proxy. */
  readonly target: string;
  /** By names in lower case, `host` among them; `content-length` too where there is a body. */
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  /** As the caller wishes: see `KubeRequest`. */
  readonly ownConnection?: boolean;
}

export type ExchangeResult =
  | { readonly answer: Answer }
  | {
      readonly failure: KubeFailure;
      /** Error as Node gave it, for its code. */
      readonly error: unknown;
      /** A connection that was there turned out to be closed before anything was answered. */
      readonly isStale: boolean;
    };

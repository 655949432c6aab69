import type { HashPolicy } from '../../policy/semantics/routing/compiled.ts';

/** What the hash policies of a DestinationRule look at. Header names come in lower case. */
export interface HashableRequest {
  header(name: string): string | undefined;
  cookie(name: string): string | undefined;
  readonly sourceIp: string;
  queryParameter(name: string): string | undefined;
}

export interface RequestHash {
  readonly hash?: number;
  /** Value of a Set-Cookie header to add to the response. */
  readonly setCookie?: string;
}

export function hashRequest(_policy: HashPolicy, _request: HashableRequest): RequestHash {
  throw new Error('in work');
}

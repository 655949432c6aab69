/**
 * The key of a request for consistent hashing, after Envoy's `source/common/http/hash_policy.cc`: each part that is
 * present turns the hash by one bit and mixes in; with none present there is no hash and the endpoint is random.
 */
import { randomBytes } from 'node:crypto';
import type { HashPolicy } from '../../policy/semantics/routing/compiled.ts';
import { hashString } from './hash32.ts';

/** What the hash policies of a DestinationRule look at. Header names are asked for in lower case. */
export interface HashableRequest {
  header(name: string): string | undefined;
  cookie(name: string): string | undefined;
  readonly sourceIp: string;
  queryParameter(name: string): string | undefined;
}

export interface RequestHash {
  /** 32 bits, unsigned. */
  readonly hash?: number;
  /** Value of a Set-Cookie header to add to the response, which pins the client to where this request goes. */
  readonly setCookie?: string;
}

/**
 * `createCookieValue` makes the value of a new cookie. It is random, where Envoy hashes the client's address and port: on a
 * local mesh every client has the same address.
 */
export function hashRequest(
  policy: HashPolicy,
  request: HashableRequest,
  createCookieValue: () => string = () => randomBytes(8).toString('hex'),
): RequestHash {
  let hash: number | undefined;
  const mix = (value: string | undefined): void => {
    if (value === undefined) return;
    const part = hashString(value);
    hash = hash === undefined ? part : (((hash << 1) | (hash >>> 31)) ^ part) >>> 0;
  };

  let setCookie: string | undefined;
  if (policy.header !== undefined) mix(request.header(policy.header.toLowerCase()));
  if (policy.cookie) {
    let value = unquote(request.cookie(policy.cookie.name));
    if (value === undefined) {
      value = createCookieValue();
      setCookie = formatCookie(policy.cookie, value);
    }
    mix(value);
  }
  if (policy.sourceIp && request.sourceIp !== '') mix(request.sourceIp);
  if (policy.queryParameter !== undefined) mix(request.queryParameter(policy.queryParameter));
  return { ...(hash === undefined ? {} : { hash }), ...(setCookie === undefined ? {} : { setCookie }) };
}

/** Clients send a quoted value back with its quotes. */
function unquote(value: string | undefined): string | undefined {
  return value !== undefined && value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1)
    : value;
}

/** As Envoy's `Utility::makeSetCookieValue` writes it; a lifetime of 0 makes a session cookie. */
function formatCookie(cookie: NonNullable<HashPolicy['cookie']>, value: string): string {
  const lifetime = cookie.ttlMs > 0 ? `; Max-Age=${Math.max(1, Math.floor(cookie.ttlMs / 1000))}` : '';
  // The path comes from a policy: nothing that would end the attribute or the header.
  const path = cookie.path ? `; Path=${cookie.path.replace(/[^\x21-\x3a\x3c-\x7e]/g, '')}` : '';
  return `${cookie.name}="${value}"${lifetime}${path}; HttpOnly`;
}

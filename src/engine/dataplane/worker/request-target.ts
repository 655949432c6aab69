import { isValidAuthority, type RequestHead } from '../http/message-head.ts';

/** Where a request wants to go, by its target and Host (RFC 9112, 3.2). */
export interface RequestTarget {
  /** Origin form of the target, with query; `*` for OPTIONS. */
  readonly path: string;
  /** May carry a port. Empty where an HTTP/1.0 request names none. */
  readonly authority: string;
  readonly absolute: boolean;
}

/** Reads the target; undefined where it has no form that is allowed here. CONNECT is not handled. */
export function requestTarget(head: RequestHead): RequestTarget | undefined {
  const { target } = head;
  if (target.charCodeAt(0) === 0x2f) return { path: target, authority: head.host ?? '', absolute: false };
  if (target === '*' && head.method === 'OPTIONS') return { path: target, authority: head.host ?? '', absolute: false };
  const scheme = /^http:\/\//i.exec(target);
  if (scheme === null) return undefined;
  const rest = target.slice(scheme[0].length);
  const end = rest.search(/[/?]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  // The Host field of a request in absolute form is ignored (RFC 9112, 3.2.2). User info is refused: it serves deception.
  if (authority === '' || !isValidAuthority(authority)) return undefined;
  const path = end < 0 ? '/' : rest.slice(end);
  return { path: path.startsWith('/') ? path : `/${path}`, authority, absolute: true };
}

export interface HostPort {
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Splits `host:port`, `[v6]:port`, `host`; undefined where the port is not one. */
export function splitAuthority(authority: string, defaultPort: number): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(authority);
  if (match === null) return undefined;
  const port = match[3] === undefined ? defaultPort : Number(match[3]);
  if (port < 1 || port > 65_535) return undefined;
  return { host: (match[1] ?? match[2] ?? '').toLowerCase(), port };
}

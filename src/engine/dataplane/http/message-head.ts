/**
 * Strict parsing of HTTP/1.1 heads (RFC 9112). Where the RFC lets a recipient choose between repairing and refusing, this
 * refuses: a proxy that repairs disagrees with somebody about where a message ends, and that is request smuggling.
 */
import { FieldMemory, parseFields, type Fields } from './field-lines.ts';
import { isRemovableByConnection, isValidToken } from './field-names.ts';
import type { HeaderList } from './header-list.ts';
import type { SyntaxProblem } from './syntax-problem.ts';

/** Body lengths that are not a number of bytes. */
export const chunkedBody = -1;
export const untilCloseBody = -2;

interface BaseHead {
  /** 0 for HTTP/1.0. */
  readonly minorVersion: number;
  /** End-to-end fields only; framing, Host and Connection are fields of their own. */
  readonly headers: HeaderList;
  /** Bytes, or `chunkedBody`, or `untilCloseBody`. */
  readonly bodyLength: number;
  /** The sender keeps the connection open after this message. */
  readonly keepAlive: boolean;
  /** Protocol asked for or switched to, lower case, where Connection lists `upgrade`. */
  readonly upgrade: string | undefined;
}

export interface RequestHead extends BaseHead {
  readonly method: string;
  /** As received: origin, absolute, authority or asterisk form. */
  readonly target: string;
  /** Host field; undefined only in HTTP/1.0. */
  readonly host: string | undefined;
  readonly expect: string | undefined;
  /** The sender takes trailers. */
  readonly trailers: boolean;
}

export interface ResponseHead extends BaseHead {
  readonly status: number;
  readonly reason: string;
  /** Content-Length as sent, also where there is no body (HEAD, 304). */
  readonly contentLength: number | undefined;
  /** For how long the server keeps an idle connection, where it says so (`Keep-Alive: timeout=5`). */
  readonly keepAliveMs: number | undefined;
}

/** Digits only; at most 15 of them, so that the number is exact. */
function parseLength(text: string): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

interface ConnectionOptions {
  readonly close: boolean;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
}

const noOptions: ConnectionOptions = { close: false, keepAlive: false, upgrade: false };
const onlyKeepAlive: ConnectionOptions = { ...noOptions, keepAlive: true };

/** Reads Connection and removes the fields it lists. */
function connectionOptions(fields: Fields): ConnectionOptions {
  if (fields.connection === undefined) return noOptions;
  if (fields.connection === 'keep-alive') return onlyKeepAlive;
  const options = { close: false, keepAlive: false, upgrade: false };
  for (const part of fields.connection.split(',')) {
    const token = part.trim().toLowerCase();
    if (token === 'close') options.close = true;
    else if (token === 'keep-alive') options.keepAlive = true;
    else if (token === 'upgrade') options.upgrade = true;
    else if (token !== '' && isRemovableByConnection(token)) fields.headers.remove(token);
  }
  return options;
}

function persists(minorVersion: number, options: ConnectionOptions): boolean {
  return minorVersion === 0 ? options.keepAlive && !options.close : !options.close;
}

/** `HTTP/1.x` at `start`, and nothing else up to `end`. */
function parseVersion(text: string, start: number, end: number): number | undefined {
  if (end - start !== 8 || !text.startsWith('HTTP/1.', start)) return undefined;
  const minor = text.charCodeAt(start + 7) - 0x30;
  return minor === 0 || minor === 1 ? minor : undefined;
}

/** Visible characters, no fragment (RFC 9112, 3.2). Bytes above 0x7f are tolerated, as Envoy and Node do. */
function isValidTarget(target: string): boolean {
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f || code === 0x23) return false;
  }
  return target.length > 0;
}

/** Host and authority: what RFC 3986 allows in a host with a port, and nothing that starts a path or user info. */
export function isValidAuthority(authority: string): boolean {
  return /^[A-Za-z0-9\-._~!$&'()*+,;=%:[\]]*$/.test(authority);
}

/** Parses a request head without its final empty line. `memory`: of the connection it came on. */
export function parseRequestHead(text: string, memory = new FieldMemory()): RequestHead | SyntaxProblem {
  let lineEnd = text.indexOf('\r\n');
  if (lineEnd < 0) lineEnd = text.length;
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.lastIndexOf(' ', lineEnd - 1);
  if (methodEnd <= 0 || targetEnd <= methodEnd || targetEnd > lineEnd) return 'malformed request line';
  const method = text.slice(0, methodEnd);
  const target = text.slice(methodEnd + 1, targetEnd);
  if (!isValidToken(method) || !isValidTarget(target)) return 'malformed request line';
  const minorVersion = parseVersion(text, targetEnd + 1, lineEnd);
  if (minorVersion === undefined) return 'unsupported version';

  const fields = parseFields(text, lineEnd + 2, memory);
  if (fields.problem !== undefined) return fields.problem;
  if (fields.host === undefined ? minorVersion > 0 : !isValidAuthority(fields.host)) {
    return fields.host === undefined ? 'missing host' : 'invalid host';
  }
  let bodyLength = 0;
  if (fields.transferEncoding !== undefined) {
    if (fields.contentLength !== undefined) return 'content-length with transfer-encoding';
    if (minorVersion === 0 || fields.transferEncoding.toLowerCase() !== 'chunked') {
      return 'unsupported transfer-encoding';
    }
    bodyLength = chunkedBody;
  } else if (fields.contentLength !== undefined) {
    const length = parseLength(fields.contentLength);
    if (length === undefined) return 'invalid content-length';
    bodyLength = length;
  }
  const options = connectionOptions(fields);
  return {
    method,
    target,
    minorVersion,
    headers: fields.headers,
    bodyLength,
    keepAlive: persists(minorVersion, options),
    upgrade: options.upgrade ? fields.upgrade?.toLowerCase() : undefined,
    host: fields.host,
    expect: minorVersion > 0 ? fields.expect?.toLowerCase() : undefined,
    trailers: fields.te?.toLowerCase().includes('trailers') === true,
  };
}

/** Parses a response head without its final empty line. `memory`: of the connection it came on. */
export function parseResponseHead(text: string, memory = new FieldMemory()): ResponseHead | SyntaxProblem {
  let lineEnd = text.indexOf('\r\n');
  if (lineEnd < 0) lineEnd = text.length;
  if (lineEnd < 12 || text.charCodeAt(8) !== 0x20) return 'malformed status line';
  const minorVersion = parseVersion(text, 0, 8);
  if (minorVersion === undefined) return 'unsupported version';
  const status = parseLength(text.slice(9, 12));
  if (status === undefined || status < 100) return 'malformed status line';
  if (lineEnd > 12 && text.charCodeAt(12) !== 0x20) return 'malformed status line';
  const reason = text.slice(13, lineEnd);
  for (let i = 0; i < reason.length; i++) {
    const code = reason.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return 'malformed status line';
  }

  const fields = parseFields(text, lineEnd + 2, memory);
  if (fields.problem !== undefined) return fields.problem;
  // Host means nothing in a response; it is passed on like any other field.
  if (fields.host !== undefined) fields.headers.append('host', fields.host);
  let contentLength: number | undefined;
  if (fields.contentLength !== undefined) {
    contentLength = parseLength(fields.contentLength);
    if (contentLength === undefined) return 'invalid content-length';
  }
  const bodyless = status < 200 || status === 204 || status === 304;
  let bodyLength = bodyless ? 0 : (contentLength ?? untilCloseBody);
  if (fields.transferEncoding !== undefined) {
    if (contentLength !== undefined) return 'content-length with transfer-encoding';
    if (minorVersion === 0 || fields.transferEncoding.toLowerCase() !== 'chunked') {
      return 'unsupported transfer-encoding';
    }
    if (!bodyless) bodyLength = chunkedBody;
  }
  const options = connectionOptions(fields);
  return {
    status,
    reason,
    minorVersion,
    headers: fields.headers,
    bodyLength,
    contentLength,
    keepAlive: persists(minorVersion, options),
    upgrade: options.upgrade ? fields.upgrade?.toLowerCase() : undefined,
    keepAliveMs: fields.keepAlive === undefined ? undefined : keepAliveTimeout(fields.keepAlive),
  };
}

function keepAliveTimeout(value: string): number | undefined {
  const seconds = /(?:^|[,\s])timeout=(\d{1,6})(?:$|[,\s])/i.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Fields a trailer must not carry (RFC 9110, 6.5.1) never get past `parseFields` as plain ones; a few more are dropped. */
const notInTrailers = ['authorization', 'set-cookie', 'content-encoding', 'content-type', 'content-range', 'trailer'];

/** Parses a trailer section without its final empty line. */
export function parseTrailers(text: string): HeaderList | SyntaxProblem {
  const fields = parseFields(text, 0, undefined);
  if (fields.problem !== undefined) return 'malformed trailer';
  for (const name of notInTrailers) fields.headers.remove(name);
  return fields.headers;
}

/** What the codec itself must know about a field; everything else is passed on. */
type FieldKind =
  | 'plain'
  | 'content-length'
  | 'transfer-encoding'
  | 'connection'
  | 'upgrade'
  | 'te'
  | 'host'
  | 'expect'
  | 'keep-alive'
  /** Hop-by-hop (RFC 9110, 7.6.1): never passed on. */
  | 'dropped';

export interface FieldName {
  /** Lower case. */
  readonly name: string;
  readonly kind: FieldKind;
}

const kinds = new Map<string, FieldKind>([
  ['content-length', 'content-length'],
  ['transfer-encoding', 'transfer-encoding'],
  ['connection', 'connection'],
  ['upgrade', 'upgrade'],
  ['te', 'te'],
  ['host', 'host'],
  ['expect', 'expect'],
  ['keep-alive', 'keep-alive'],
  ['proxy-connection', 'dropped'],
  ['proxy-authorization', 'dropped'],
  ['http2-settings', 'dropped'],
]);

const isToken = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  isToken[char.charCodeAt(0)] = 1;
}

/** A token of RFC 9110, 5.6.2: methods and field names. */
export function isValidToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (isToken[text.charCodeAt(i)] !== 1) return false;
  }
  return text.length > 0;
}

// Peers send the same few names over and over: validating and lower-casing each spelling once pays for every request.
// Bounded, because the names are the peer's choice.
const known = new Map<string, FieldName>();
const maxKnown = 1024;
const maxKnownLength = 64;

/** The same text as V8 keeps the names of properties: it compares those by address, which makes finding a field cheap. */
function internalized(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text;
}

/** Looks a raw field name up; `undefined` where it is not a token. */
export function fieldName(raw: string): FieldName | undefined {
  const present = known.get(raw);
  if (present !== undefined) return present;
  if (!isValidToken(raw)) return undefined;
  const name = internalized(raw.toLowerCase());
  const field: FieldName = { name, kind: kinds.get(name) ?? 'plain' };
  if (known.size < maxKnown && raw.length <= maxKnownLength) known.set(raw, field);
  return field;
}

/** Fields that a sender cannot have removed by listing them in Connection: the proxy or the routing relies on them. */
const notRemovable = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'authorization', 'cookie']);

export function isRemovableByConnection(name: string): boolean {
  return !notRemovable.has(name);
}

/** Field values: no control character but tab (RFC 9110, 5.5). */
export function isValidValue(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return false;
  }
  return true;
}

/**
 * Tells TLS from plaintext by the first bytes of a connection, as Envoy's TLS inspector does for PERMISSIVE listeners, and
 * reads server name and ALPN from the ClientHello (RFC 8446, sections 4.1.2 and 5.1; RFC 6066, section 3; RFC 7301).
 */
export type Sniffed =
  /** More bytes are needed; never said of `longestHello` bytes or more. */
  | { readonly type: 'need-more' }
  | { readonly type: 'plaintext' }
  | { readonly type: 'tls'; readonly serverName?: string; readonly alpn: readonly string[] };

/** Envoy's `max_client_hello_size`: what is longer is taken as TLS without a name. */
export const longestHello = 16_384;

const handshakeRecord = 0x16;
const clientHello = 0x01;
const serverNameExtension = 0;
const alpnExtension = 16;
const plaintext: Sniffed = { type: 'plaintext' };
const needMore: Sniffed = { type: 'need-more' };
const namelessTls: Sniffed = { type: 'tls', alpn: [] };

/** Decides on what was read so far. Plain protocols are known by their first byte, so no plain request ever waits. */
export function sniff(head: Buffer): Sniffed {
  if (head.length === 0) return needMore;
  if (head[0] !== handshakeRecord) return plaintext;
  if (head.length > 1 && head[1] !== 0x03) return plaintext;
  if (head.length > 2 && (head[2] ?? 0) > 0x04) return plaintext;
  if (head.length > 5 && head[5] !== clientHello) return plaintext;

  const hello = joinRecords(head);
  if (hello === 'malformed') return plaintext;
  if (hello.length >= 4) {
    const length = hello.readUIntBE(1, 3);
    if (hello.length >= 4 + length) return readHello(hello.subarray(4, 4 + length));
  }
  return head.length >= longestHello ? namelessTls : needMore;
}

/** The handshake bytes: one ClientHello may come in several records. */
function joinRecords(head: Buffer): Buffer | 'malformed' {
  const fragments: Buffer[] = [];
  let offset = 0;
  while (offset + 5 <= head.length) {
    if (head[offset] !== handshakeRecord) break;
    const length = head.readUInt16BE(offset + 3);
    // RFC 8446, section 5.1: no empty handshake records, none above 2^14.
    if (length === 0 || length > 16_384) return 'malformed';
    fragments.push(head.subarray(offset + 5, offset + 5 + length));
    offset += 5 + length;
  }
  return fragments.length === 1 && fragments[0] ? fragments[0] : Buffer.concat(fragments);
}

/** Reads length-prefixed fields; every read past the end makes it `broken` and yields nothing. */
class Reader {
  readonly #bytes: Buffer;
  #offset = 0;
  broken = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.broken || this.#offset >= this.#bytes.length;
  }

  number(size: 1 | 2): number {
    const bytes = this.take(size);
    return bytes.length === size ? bytes.readUIntBE(0, size) : 0;
  }

  take(length: number): Buffer {
    if (this.#offset + length > this.#bytes.length) {
      this.broken = true;
      return Buffer.alloc(0);
    }
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  vector(sizeOfLength: 1 | 2): Buffer {
    return this.take(this.number(sizeOfLength));
  }
}

/** A ClientHello that cannot be read is left to the TLS library to refuse. */
function readHello(body: Buffer): Sniffed {
  const reader = new Reader(body);
  reader.take(2 + 32);
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  if (reader.isAtEnd) return namelessTls;
  const extensions = new Reader(reader.vector(2));
  let serverName: string | undefined;
  let alpn: readonly string[] = [];
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (type === serverNameExtension) serverName = readServerName(content);
    else if (type === alpnExtension) alpn = readAlpn(content);
  }
  if (reader.broken || extensions.broken) return namelessTls;
  return { type: 'tls', alpn, ...(serverName === undefined ? {} : { serverName }) };
}

function readServerName(content: Buffer): string | undefined {
  const names = new Reader(new Reader(content).vector(2));
  while (!names.isAtEnd) {
    const type = names.number(1);
    const name = names.vector(2).toString('latin1').toLowerCase();
    // Host names only; Istio's `outbound_.9080_.v1_.reviews…` has underscores.
    if (type === 0 && /^[a-z0-9._-]{1,255}$/.test(name)) return name;
  }
  return undefined;
}

function readAlpn(content: Buffer): readonly string[] {
  const protocols: string[] = [];
  const list = new Reader(new Reader(content).vector(2));
  while (!list.isAtEnd) protocols.push(list.vector(1).toString('latin1'));
  return list.broken ? [] : protocols;
}

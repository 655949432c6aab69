import { fieldName, type FieldName } from './field-names.ts';
import { HeaderList } from './header-list.ts';
import type { SyntaxProblem } from './syntax-problem.ts';

const maxHeaders = 256;

/** Fields of a head or a trailer section, with what the codec needs taken out. */
export class Fields {
  readonly headers = new HeaderList();
  contentLength: string | undefined;
  transferEncoding: string | undefined;
  connection: string | undefined;
  upgrade: string | undefined;
  te: string | undefined;
  host: string | undefined;
  expect: string | undefined;
  keepAlive: string | undefined;
  problem: SyntaxProblem | undefined;
}

/** One field line, understood. */
interface FieldLine {
  /** As it came, with its CRLF. */
  readonly raw: string;
  readonly field: FieldName;
  readonly value: string;
  /** As it is passed on, with its CRLF. Made when the line comes again. */
  written: string | undefined;
}

/** Lines are strings that may keep the whole head they were cut from: what a peer can make us remember is bounded. */
const maxRememberedLines = 32;
const maxRememberedHead = 4096;

/**
 * Field lines of the last head on a connection, by their place. A client sends most of them again with its next request, and
 * a server with its next response, often all: what is the same to the byte has been understood already.
 */
export class FieldMemory {
  /** All lines of the last head in one piece; undefined where it was too long. */
  #all: string | undefined;
  #count = 0;
  readonly #lines: FieldLine[] = [];

  /** The lines of the last head, if `text` consists of the same from `start` on. */
  recallAll(text: string, start: number): readonly FieldLine[] | undefined {
    if (this.#all === undefined || text.slice(start) !== this.#all) return undefined;
    return this.#lines.length === this.#count ? this.#lines : this.#lines.slice(0, this.#count);
  }

  /** The line that came at this place the last time, if `text` has it at `position` again. */
  recall(place: number, text: string, position: number): FieldLine | undefined {
    const line = this.#lines[place];
    return line !== undefined && text.slice(position, position + line.raw.length) === line.raw ? line : undefined;
  }

  keep(place: number, line: FieldLine): void {
    this.#all = undefined;
    const lines = this.#lines;
    // One after the other, so that the list has no holes. A line without its end could be the start of a longer one.
    if (place < maxRememberedLines && place <= lines.length && line.raw.endsWith('\r\n')) lines[place] = line;
  }

  /** Called after the `count` lines of a head were recalled or kept one by one. */
  keepAll(text: string, start: number, count: number): void {
    const remembered = text.length <= maxRememberedHead && count <= this.#lines.length && text.endsWith('\r\n');
    this.#all = remembered ? text.slice(start) : undefined;
    this.#count = count;
  }
}

/** The same text in one piece, where V8 would keep what it was put together of and join it again for each message. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Parses field lines of `text` from `start` to its end; lines are separated by CRLF, the last one may have none. */
export function parseFields(text: string, start: number, memory: FieldMemory | undefined): Fields {
  const fields = new Fields();
  const same = memory?.recallAll(text, start);
  if (same !== undefined) {
    for (const line of same) takeAgain(line, fields);
    return fields;
  }
  const keeps = text.length <= maxRememberedHead;
  let position = start;
  let place = 0;
  for (; position < text.length; place++) {
    let line = memory?.recall(place, text, position);
    if (line !== undefined) takeAgain(line, fields);
    else {
      const parsed = parseLine(text, position);
      if (typeof parsed === 'string') {
        fields.problem = parsed;
        return fields;
      }
      line = parsed;
      if (keeps) memory?.keep(place, line);
      take(line, fields);
    }
    if (fields.headers.length > maxHeaders) fields.problem = 'too many headers';
    if (fields.problem !== undefined) return fields;
    position += line.raw.length;
  }
  memory?.keepAll(text, start, place);
  return fields;
}

function parseLine(text: string, position: number): FieldLine | SyntaxProblem {
  let end = text.indexOf('\r\n', position);
  if (end < 0) end = text.length;
  if (isBlank(text.charCodeAt(position))) return 'folded header';
  const colon = text.indexOf(':', position);
  const field = colon < 0 || colon >= end ? undefined : fieldName(text.slice(position, colon));
  if (field === undefined) return 'malformed header';
  let valueStart = colon + 1;
  let valueEnd = end;
  while (valueStart < valueEnd && isBlank(text.charCodeAt(valueStart))) valueStart++;
  while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--;
  for (let i = valueStart; i < valueEnd; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f)
      return code === 0x0a ? 'bare line feed' : 'invalid header value';
  }
  return { raw: text.slice(position, end + 2), field, value: text.slice(valueStart, valueEnd), written: undefined };
}

/** Adds a line that came before: it is likely to come again. */
function takeAgain(line: FieldLine, fields: Fields): void {
  line.written ??= flat(`${line.field.name}: ${line.value}\r\n`);
  take(line, fields);
}

/** Adds a line to what came before it. */
function take({ field, value, written }: FieldLine, fields: Fields): void {
  switch (field.kind) {
    case 'plain':
      fields.headers.append(field.name, value, written);
      break;
    case 'content-length':
      // Even equal duplicates are refused: the peers behind us may read the first, the last or the list.
      if (fields.contentLength !== undefined) fields.problem = 'invalid content-length';
      fields.contentLength = value;
      break;
    case 'transfer-encoding':
      fields.transferEncoding = joined(fields.transferEncoding, value);
      break;
    case 'connection':
      fields.connection = joined(fields.connection, value);
      break;
    case 'upgrade':
      fields.upgrade = joined(fields.upgrade, value);
      break;
    case 'te':
      fields.te = joined(fields.te, value);
      break;
    case 'expect':
      fields.expect = joined(fields.expect, value);
      break;
    case 'host':
      if (fields.host !== undefined) fields.problem = 'invalid host';
      fields.host = value;
      break;
    case 'keep-alive':
      fields.keepAlive = value;
      break;
    case 'dropped':
      break;
  }
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before},${value}`;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

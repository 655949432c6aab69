/**
 * Reads documents as nearly all people and programs write them: mappings and lists by indentation, scalars, braces,
 * brackets and quoted texts of one line, texts behind `|`. Everything else, and everything doubtful, it refuses, and a
 * whole parser reads it; what it takes, it takes as that one does, several times as fast and with places.
 */
import { resolvePlainScalar } from './plain-scalar.ts';

interface At {
  readonly start: number;
  /** Of mappings and lists by indentation at least that of the last thing in them. */
  readonly end: number;
}

interface ScalarNode extends At {
  readonly type: 'plain' | 'quoted' | 'block' | 'empty';
  readonly value: unknown;
}

interface MapNode extends At {
  readonly type: 'map';
  readonly isFlow: boolean;
  readonly entries: Map<string, MapEntry>;
}

interface ListNode extends At {
  readonly type: 'list';
  readonly isFlow: boolean;
  readonly items: readonly PlainNode[];
}

interface MapEntry {
  readonly key: At;
  readonly node: PlainNode;
}

export type PlainNode = ScalarNode | MapNode | ListNode;

/** Control characters, tabs, line ends of other systems, marks of byte order and halves of characters. */
const unusual = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const plainKey = /[A-Za-z_$][\w.$/-]*(?=:[ \n])/y;
const quotedKey = /"[^"\\\n]*"(?=:[ \n])|'[^'\n]*'(?=:[ \n])/y;
/** What a plain scalar begins with; `-` only before something that is no end of it. */
const plainStart = /[\w.$/~+(=^;\\\xa0-\ufffd]|-[\w.$/(-]/y;
const textHeader = /\|[-+]?(?=\n)/y;
const marker = /---(?= *\n)/y;
const deepest = 100;
const longestKey = 500;

const space = 32;
const newline = 10;
const hash = 35;

/** Undefined for texts that are left to others. */
export function readPlainText(text: string): PlainNode | undefined {
  if (unusual.test(text)) return undefined;
  return new Reader(text.endsWith('\n') ? text : `${text}\n`).document();
}

export function plainValue(node: PlainNode): unknown {
  if (node.type === 'list') return node.items.map(plainValue);
  if (node.type !== 'map') return node.value;
  const value: Record<string, unknown> = {};
  for (const [key, entry] of node.entries) value[key] = plainValue(entry.node);
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): PlainNode | undefined {
    let column = this.#toContent();
    if (column === 0 && this.#isAt(marker)) {
      this.#at = this.#lineEnd() + 1;
      column = this.#toContent();
    }
    const root = column === 0 ? this.#map(0) : undefined;
    return root && this.#at === this.#text.length ? root : undefined;
  }

  /** A mapping whose keys stand at the column. Begins at its first key, ends at the line of whatever follows. */
  #map(column: number): MapNode | undefined {
    const start = this.#at;
    const entries = new Map<string, MapEntry>();
    let end: number;
    do {
      const key = this.#key();
      if (!key || entries.has(key.name)) return undefined;
      this.#at++;
      const node = this.#valueIn(column);
      if (!node) return undefined;
      entries.set(key.name, { key: key.at, node });
      end = Math.max(node.end, key.at.end);
    } while (this.#isAtColumn(column));
    return { type: 'map', isFlow: false, start, end, entries };
  }

  /** A list whose dashes stand at the column. */
  #list(column: number): ListNode | undefined {
    const start = this.#at;
    const items: PlainNode[] = [];
    let end: number;
    do {
      if (!this.#isDash()) return undefined;
      const dash = this.#at++;
      const content = this.#skipSpaces();
      let item: PlainNode | undefined;
      if (this.#isKey()) item = this.#map(column + (content - dash));
      else item = this.#text.charCodeAt(content) === newline ? undefined : this.#inline(column);
      if (!item) return undefined;
      items.push(item);
      end = item.end;
    } while (this.#isAtColumn(column) && this.#isDash());
    return { type: 'list', isFlow: false, start, end, items };
  }

  /** What stands behind a key at the column: on its line, or below. */
  #valueIn(column: number): PlainNode | undefined {
    const behind = this.#at;
    const content = this.#skipSpaces();
    const first = this.#text.charCodeAt(content);
    const isComment = first === hash && content > behind;
    if (first !== newline && !isComment) return this.#inline(column);
    this.#at = this.#lineEnd() + 1;
    const found = this.#toContent();
    if (++this.#depth > deepest) return undefined;
    let node: PlainNode | undefined;
    if (found >= column && this.#isDash()) node = this.#list(found);
    else if (found > column) node = this.#isKey() ? this.#map(found) : undefined;
    else node = { type: 'empty', value: null, start: behind, end: behind };
    this.#depth--;
    return node;
  }

  /** A value that begins on this line, of a parent at the column. Ends at the line of whatever follows. */
  #inline(column: number): PlainNode | undefined {
    const start = this.#at;
    if (this.#text[start] === '|') return this.#block(column);
    const node = this.#flow(false);
    if (!node) return undefined;
    const behind = this.#at;
    const next = this.#text.charCodeAt(this.#skipSpaces());
    if (next !== newline && (next !== hash || this.#at === behind)) return undefined;
    this.#at = this.#lineEnd() + 1;
    this.#toContent();
    return node;
  }

  /** A scalar or a collection in one line; `inside` braces or brackets more signs end a plain scalar. */
  #flow(inside: boolean): PlainNode | undefined {
    switch (this.#text[this.#at]) {
      case '"':
      case "'":
        return this.#quoted();
      case '{':
      case '[': {
        if (++this.#depth > deepest) return undefined;
        const node = this.#text[this.#at] === '{' ? this.#flowMap() : this.#flowList();
        this.#depth--;
        return node;
      }
      default:
        return this.#plain(inside);
    }
  }

  #flowMap(): MapNode | undefined {
    const start = this.#at++;
    const entries = new Map<string, MapEntry>();
    this.#skipSpaces();
    if (this.#text[this.#at] !== '}') {
      for (;;) {
        const key = this.#key();
        if (!key || entries.has(key.name)) return undefined;
        this.#at++;
        this.#skipSpaces();
        const node = this.#flow(true);
        if (!node) return undefined;
        entries.set(key.name, { key: key.at, node });
        this.#skipSpaces();
        if (this.#text[this.#at] !== ',') break;
        this.#at++;
        this.#skipSpaces();
      }
      if (this.#text[this.#at] !== '}') return undefined;
    }
    return { type: 'map', isFlow: true, start, end: ++this.#at, entries };
  }

  #flowList(): ListNode | undefined {
    const start = this.#at++;
    const items: PlainNode[] = [];
    this.#skipSpaces();
    if (this.#text[this.#at] !== ']') {
      for (;;) {
        const node = this.#flow(true);
        if (!node) return undefined;
        items.push(node);
        this.#skipSpaces();
        if (this.#text[this.#at] !== ',') break;
        this.#at++;
        this.#skipSpaces();
      }
      if (this.#text[this.#at] !== ']') return undefined;
    }
    return { type: 'list', isFlow: true, start, end: ++this.#at, items };
  }

  /** Without escapes, on one line. */
  #quoted(): ScalarNode | undefined {
    const start = this.#at;
    const quote = this.#text[start] ?? '';
    const close = this.#text.indexOf(quote, start + 1);
    if (close < 0 || close > this.#lineEnd()) return undefined;
    const value = this.#text.slice(start + 1, close);
    if (value.includes('\\') && quote === '"') return undefined;
    // Two quotes are an escaped one; a colon makes it a key.
    const next = this.#text[close + 1];
    if (next === quote || next === ':') return undefined;
    this.#at = close + 1;
    return { type: 'quoted', value, start, end: this.#at };
  }

  #plain(inside: boolean): ScalarNode | undefined {
    const start = this.#at;
    if (!this.#isAt(plainStart)) return undefined;
    const text = this.#text;
    let end = start;
    for (let at = start; ; at++) {
      const code = text.charCodeAt(at);
      if (code === newline) break;
      if (code === space) continue;
      if (code === hash && text.charCodeAt(at - 1) === space) break;
      if (inside && (code === 44 || code === 93 || code === 125)) break;
      if (inside && (code === 91 || code === 123)) return undefined;
      if (code === 58) {
        const next = text[at + 1] ?? '';
        if (next === ' ' || next === '\n' || (inside && ',[]{}'.includes(next))) return undefined;
      }
      end = at + 1;
    }
    this.#at = end;
    return { type: 'plain', value: resolvePlainScalar(text.slice(start, end)), start, end };
  }

  /** A text behind `|`, each line as it is. */
  #block(column: number): ScalarNode | undefined {
    const start = this.#at;
    const header = this.#matches(textHeader);
    if (header === undefined) return undefined;
    const text = this.#text;
    let at = start + header.length + 1;
    const first = indentAt(text, at);
    if (first <= column || isBlankAt(text, at + first)) return undefined;
    const lines: string[] = [];
    let end = at;
    let kept = 0;
    while (at < text.length) {
      const line = text.indexOf('\n', at);
      const indent = indentAt(text, at);
      const isBlank = at + indent >= line;
      if (!isBlank && indent < first) {
        if (indent > column) return undefined;
        break;
      }
      lines.push(line - at > first ? text.slice(at + first, line) : '');
      if (!isBlank || indent > first) {
        kept = lines.length;
        end = line;
      }
      at = line + 1;
    }
    this.#at = at;
    this.#toContent();
    const body = lines.slice(0, kept).join('\n');
    const value = header === '|-' ? body : header === '|' ? `${body}\n` : `${lines.join('\n')}\n`;
    return { type: 'block', value, start, end };
  }

  #key(): { readonly name: string; readonly at: At } | undefined {
    const start = this.#at;
    const plain = this.#matches(plainKey);
    const source = plain ?? this.#matches(quotedKey);
    if (source === undefined || source.length > longestKey) return undefined;
    const name = plain ?? source.slice(1, -1);
    // Words such as `on` are other keys than they look, and one key is none.
    if (name === '__proto__' || (plain !== undefined && typeof resolvePlainScalar(plain) !== 'string'))
      return undefined;
    this.#at = start + source.length;
    return { name, at: { start, end: this.#at } };
  }

  #isKey(): boolean {
    return this.#isAt(plainKey) || this.#isAt(quotedKey);
  }

  #isDash(): boolean {
    const next = this.#text.charCodeAt(this.#at + 1);
    return this.#text[this.#at] === '-' && (next === space || next === newline);
  }

  /** Whether the line goes on at the column, with more of the same collection perhaps. */
  #isAtColumn(column: number): boolean {
    if (this.#at >= this.#text.length) return false;
    return this.#column() === column;
  }

  #column(): number {
    return this.#at - (this.#text.lastIndexOf('\n', this.#at - 1) + 1);
  }

  /** From the start of a line to the next thing that is neither blank nor a comment. Gives its column; −1 at the end. */
  #toContent(): number {
    const text = this.#text;
    for (;;) {
      const indent = indentAt(text, this.#at);
      const code = text.charCodeAt(this.#at + indent);
      if (code !== newline && code !== hash) {
        this.#at += indent;
        return this.#at >= text.length ? -1 : indent;
      }
      this.#at = text.indexOf('\n', this.#at + indent) + 1;
    }
  }

  #skipSpaces(): number {
    while (this.#text.charCodeAt(this.#at) === space) this.#at++;
    return this.#at;
  }

  #lineEnd(): number {
    return this.#text.indexOf('\n', this.#at);
  }

  #isAt(sticky: RegExp): boolean {
    sticky.lastIndex = this.#at;
    return sticky.test(this.#text);
  }

  #matches(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    return sticky.exec(this.#text)?.[0];
  }
}

function indentAt(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === space) at++;
  return at - start;
}

function isBlankAt(text: string, at: number): boolean {
  return text.charCodeAt(at) === newline;
}

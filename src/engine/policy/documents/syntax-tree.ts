/**
 * The second tier of reading YAML: a syntax tree with a place for every value. Values are made from the tree by our own
 * rules (those of Kubernetes, see `plain-scalar.ts`), so half-typed text gives what can be understood plus problems, and
 * aliases are counted before they can multiply.
 */
import type { Document, Pair, Scalar, YAMLMap } from 'yaml';
import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { FieldPath } from '../../../shared/text.ts';
import { resolvePlainScalar } from './plain-scalar.ts';
import type { SyntaxProblem } from './syntax-problem.ts';
import { quoting } from './syntax-problem.ts';
import { textErrors } from './text-errors.ts';

/** Half-open offsets in the text of one document. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Which characters of a field are meant: its key, its value, the whole entry, the entry up to its last character
 * (`lines`), or its head: the value if it fits on one line, else the key, or the first line of a list entry.
 */
export type RangePart = 'key' | 'value' | 'entry' | 'lines' | 'head';

/** What stands at an offset. `part` says whether it is the key of the last step or its value. */
export interface PathAtOffset {
  readonly path: FieldPath;
  readonly part: 'key' | 'value';
  readonly range: OffsetRange;
}

type TreeNode = NonNullable<Document.Parsed['contents']>;

/** Values an expanded document may have. A real object has hundreds. */
const maximumValues = 200_000;
const maximumProblems = 5;

interface Anchor {
  readonly node: TreeNode;
  readonly value: unknown;
  readonly size: number;
}

export class SyntaxTree {
  readonly value: unknown;
  readonly problems: readonly SyntaxProblem[];
  readonly #text: string;
  readonly #root: TreeNode | null;
  readonly #anchors = new Map<string, Anchor>();
  readonly #targets = new WeakMap<object, TreeNode>();
  readonly #found: SyntaxProblem[] = [];
  #size = 0;

  constructor(text: string) {
    this.#text = text;
    const document = parse(text);
    this.#root = document?.contents ?? null;
    if (document) this.#found.push(...textErrors(text, document));
    if (!document) this.#problem('limit', 'This document is nested too deeply to be read.', [0, text.length]);
    this.value = this.#root ? this.#convert(this.#root) : null;
    this.problems = foremost(this.#found);
  }

  /** Offsets of a field. Where the path ends early, those of the nearest thing around it, and `exact` is false. */
  rangeOf(path: FieldPath, part: RangePart): OffsetRange & { readonly exact: boolean } {
    const { node, pair, container, exact } = this.#locate(path);
    if (!exact && part !== 'entry' && part !== 'lines') return { ...this.#headOf(pair, node), exact };
    const range = this.#rangeOfPart(part, pair, node, container);
    return { ...range, exact };
  }

  /** The deepest key or value that contains the offset; its ends count as inside. */
  pathAt(offset: number): PathAtOffset | undefined {
    const path: (string | number)[] = [];
    let node: unknown = this.#root;
    let range: OffsetRange | undefined;
    while (node) {
      if (isMap(node)) {
        const hit = this.#pairAt(node, offset);
        if (!hit) break;
        path.push(this.#keyText(hit.pair.key));
        const keyRange = offsetsOf(hit.pair.key);
        if (hit.part === 'key') return keyRange && { path, part: 'key', range: keyRange };
        node = hit.pair.value;
        range = offsetsOf(node) ?? keyRange;
      } else if (isSeq(node)) {
        const index = node.items.findIndex((item) => contains(offsetsOf(item), offset));
        if (index < 0) break;
        path.push(index);
        node = node.items[index];
        range = offsetsOf(node);
      } else {
        const own = offsetsOf(node);
        return own && { path, part: 'value', range: own };
      }
    }
    return path.length > 0 && range ? { path, part: 'value', range } : undefined;
  }

  /** How a scalar is written, with its quotes where it is quoted; undefined for other nodes. */
  scalarAt(path: FieldPath): { readonly source: string; readonly style: 'plain' | 'quoted' | 'block' } | undefined {
    const { node, exact } = this.#locate(path);
    const range = offsetsOf(node);
    if (!exact || !range || !isScalar(node)) return undefined;
    const source = this.#text.slice(range.start, range.end);
    if (node.type === 'PLAIN') return { source, style: 'plain' };
    return { source, style: node.type?.startsWith('QUOTE') ? 'quoted' : 'block' };
  }

  /** Every unquoted scalar with its path: values, and keys. */
  *plainScalars(): Generator<{ readonly path: FieldPath; readonly part: 'key' | 'value'; readonly source: string }> {
    yield* this.#plainBelow(this.#root, []);
  }

  *#plainBelow(node: unknown, path: FieldPath): ReturnType<SyntaxTree['plainScalars']> {
    if (isScalar(node) && node.type === 'PLAIN' && node.tag === undefined) {
      const range = offsetsOf(node);
      if (range && range.end > range.start) {
        yield { path, part: 'value', source: this.#text.slice(range.start, range.end) };
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) yield* this.#plainBelow(item, [...path, index]);
    } else if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue;
        const own = [...path, this.#keyText(key)];
        const range = offsetsOf(key);
        if (key.type === 'PLAIN' && range) {
          yield { path: own, part: 'key', source: this.#text.slice(range.start, range.end) };
        }
        yield* this.#plainBelow(value, own);
      }
    }
  }

  /** Whether the collection at the path is written in braces or brackets; undefined where it is no collection. */
  isFlow(path: FieldPath): boolean | undefined {
    const { node, exact } = this.#locate(path);
    return exact && (isMap(node) || isSeq(node)) ? node.flow === true : undefined;
  }

  #problem(kind: SyntaxProblem['kind'], message: string, pos: readonly [number, number, ...number[]]): void {
    const start = Math.min(pos[0], this.#text.length);
    this.#found.push({ kind, message, start, end: Math.min(Math.max(pos[1], start), this.#text.length) });
  }

  #convert(node: unknown): unknown {
    if (++this.#size > maximumValues) return this.#tooMuch(node);
    const before = this.#size;
    if (isAlias(node)) return this.#follow(node);
    let value: unknown = null;
    if (isScalar(node)) value = scalarValue(node);
    else if (isSeq(node)) value = node.items.map((item) => this.#convert(item));
    else if (isMap(node)) value = this.#convertMap(node);
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor && isTreeNode(node)) this.#anchors.set(anchor, { node, value, size: this.#size - before + 1 });
    return value;
  }

  #follow(node: { readonly source: string; readonly range?: readonly [number, number, number] | null }): unknown {
    const range = offsetsOf(node) ?? { start: 0, end: 0 };
    const anchor = this.#anchors.get(node.source);
    if (!anchor && /^[./-]/.test(node.source)) {
      const source = this.#text.slice(range.start, range.end);
      const message = 'A `*` begins an alias in YAML. Put the text in quotes.';
      this.#found.push({ kind: 'alias', message, ...range, fix: quoting(source, range.start) });
      return null;
    }
    if (!anchor) {
      this.#problem('alias', `There is no anchor \`&${node.source}\` before this alias.`, [range.start, range.end]);
      return null;
    }
    this.#size += anchor.size;
    if (this.#size > maximumValues) return this.#tooMuch(node);
    this.#targets.set(node, anchor.node);
    return anchor.value;
  }

  #tooMuch(node: unknown): null {
    const range = offsetsOf(node) ?? { start: 0, end: 0 };
    if (!this.#found.some(({ kind }) => kind === 'limit')) {
      const message = `This document has more than ${String(maximumValues)} values, aliases counted.`;
      this.#problem('limit', message, [range.start, range.end]);
    }
    return null;
  }

  #convertMap(map: YAMLMap): unknown {
    const fields = new Map<string, unknown>();
    const merged: unknown[] = [];
    for (const pair of map.items) {
      const range = offsetsOf(pair.key);
      // A word without a colon is no field yet; the text is told to be broken there.
      if (pair.value === null && map.flow !== true && !this.#isAsked(range)) continue;
      if (!isScalar(pair.key) && !isAlias(pair.key)) {
        if (range) this.#problem('syntax', 'A key must be a text here.', [range.start, range.end]);
        continue;
      }
      const key = isAlias(pair.key) ? String(this.#follow(pair.key)) : this.#keyText(pair.key);
      const value = this.#convert(pair.value);
      if (isMergeKey(pair)) {
        merged.push(...(Array.isArray(value) ? (value as unknown[]) : [value]));
        continue;
      }
      if (fields.has(key) && range) {
        this.#problem('duplicate-key', `The key \`${key}\` stands here twice.`, [range.start, range.end]);
      }
      fields.set(key, value);
    }
    for (const source of merged) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) continue;
      for (const [key, value] of Object.entries(source)) if (!fields.has(key)) fields.set(key, value);
    }
    // `fromEntries` defines own properties, so a key `__proto__` is only a key.
    return Object.fromEntries(fields);
  }

  /** A key behind a question mark needs no colon. */
  #isAsked(range: OffsetRange | undefined): boolean {
    return range !== undefined && this.#text.slice(0, range.start).trimEnd().endsWith('?');
  }

  /** A word without a colon joins the key of the next line, which is the one that counts. */
  #keyText(key: unknown): string {
    const range = offsetsOf(key);
    if (!isScalar(key)) return '';
    if (key.type !== 'PLAIN' || !range || !this.#spansLines(range)) return String(scalarValue(key));
    const last = this.#text.slice(range.start, range.end).trimEnd().split('\n').at(-1) ?? '';
    return String(resolvePlainScalar(last.trim()));
  }

  #pairAt(map: YAMLMap, offset: number): { pair: Pair; part: 'key' | 'value' } | undefined {
    for (const pair of map.items) {
      if (contains(offsetsOf(pair.key), offset)) return { pair, part: 'key' };
      const value = offsetsOf(pair.value);
      if (value && value.start < value.end && contains(value, offset)) return { pair, part: 'value' };
    }
    return undefined;
  }

  #locate(path: FieldPath): { node: unknown; pair?: Pair; container?: unknown; exact: boolean } {
    let node: unknown = this.#root;
    let pair: Pair | undefined;
    let container: unknown;
    for (const step of path) {
      const target: unknown = isAlias(node) ? this.#targets.get(node) : node;
      if (typeof step === 'number') {
        const item: unknown = isSeq(target) ? target.items[step] : undefined;
        if (item === undefined) return { node, ...(pair && { pair }), container, exact: false };
        container = target;
        node = item;
        pair = undefined;
      } else {
        const found = isMap(target) ? this.#findPair(target, step) : undefined;
        if (!found) return { node, ...(pair && { pair }), container, exact: false };
        container = target;
        pair = found;
        node = found.value;
      }
    }
    return { node, ...(pair && { pair }), container, exact: true };
  }

  #findPair(map: YAMLMap, key: string): Pair | undefined {
    // The last of two equal keys counts, as in the value.
    const own = map.items.findLast((pair) => this.#keyText(pair.key) === key && !isMergeKey(pair));
    if (own) return own;
    for (const pair of map.items) {
      if (!isMergeKey(pair)) continue;
      const sources: readonly unknown[] = isSeq(pair.value) ? pair.value.items : [pair.value];
      for (const source of sources) {
        const target = isAlias(source) ? this.#targets.get(source) : source;
        const found = isMap(target) ? this.#findPair(target, key) : undefined;
        if (found) return found;
      }
    }
    return undefined;
  }

  #rangeOfPart(part: RangePart, pair: Pair | undefined, node: unknown, container: unknown): OffsetRange {
    switch (part) {
      case 'key':
        return offsetsOf(pair?.key) ?? this.#headOf(pair, node);
      case 'value':
        return this.#valueOf(node) ?? this.#headOf(pair, node);
      case 'entry': {
        const value = offsetsOf(node);
        const key = offsetsOf(pair?.key);
        const start = key?.start ?? value?.start ?? 0;
        return { start: container ? start : (value?.start ?? 0), end: Math.max(value?.end ?? 0, key?.end ?? 0, start) };
      }
      case 'lines': {
        const { start, end } = this.#rangeOfPart('entry', pair, node, container);
        return { start, end: start + this.#text.slice(start, end).trimEnd().length };
      }
      case 'head':
        return this.#headOf(pair, node);
    }
  }

  /** The characters of a value, without the quotes of a text that is written as it is. */
  #valueOf(node: unknown): OffsetRange | undefined {
    const range = offsetsOf(node);
    if (!range || range.end <= range.start) return undefined;
    if (isScalar(node) && node.type?.startsWith('QUOTE') && range.end - range.start > 2) {
      const inner = { start: range.start + 1, end: range.end - 1 };
      return this.#text.slice(inner.start, inner.end) === node.value ? inner : range;
    }
    // Block collections and block scalars end behind their last line break.
    return { start: range.start, end: range.start + this.#text.slice(range.start, range.end).trimEnd().length };
  }

  #headOf(pair: Pair | undefined, node: unknown): OffsetRange {
    const value = this.#valueOf(node);
    const key = offsetsOf(pair?.key);
    if (value && !this.#spansLines(value)) return value;
    if (key) return key;
    const dash = value ? undefined : this.#dashBefore(node);
    if (dash) return dash;
    return value ? this.#firstLine(value) : this.#firstLine({ start: 0, end: this.#text.length });
  }

  /** Of an item with nothing in it, the dash. */
  #dashBefore(node: unknown): OffsetRange | undefined {
    const range = offsetsOf(node);
    if (!range || range.end > range.start) return undefined;
    const end = this.#text.slice(0, range.start).trimEnd().length;
    return this.#text.charAt(end - 1) === '-' ? { start: end - 1, end } : undefined;
  }

  #spansLines({ start, end }: OffsetRange): boolean {
    const newline = this.#text.indexOf('\n', start);
    return newline >= 0 && newline < end - 1;
  }

  #firstLine({ start, end }: OffsetRange): OffsetRange {
    const line = /^[^\r\n]*/.exec(this.#text.slice(start, Math.min(end, start + 10_000)))?.[0] ?? '';
    return { start, end: start + line.trimEnd().length };
  }
}

function parse(text: string): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      schema: 'failsafe',
      strict: true,
      // Looking for equal keys is quadratic there; `#convertMap` does it in one pass.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
  } catch {
    // The composer recurses: text that is nested beyond its own limits may exhaust the stack.
    return undefined;
  }
}

function foremost(problems: readonly SyntaxProblem[]): readonly SyntaxProblem[] {
  const sorted = [...problems].sort((a, b) => a.start - b.start);
  // Errors at one place are consequences of the first of them.
  return sorted.filter(({ start }, index) => sorted[index - 1]?.start !== start).slice(0, maximumProblems);
}

function scalarValue(scalar: Scalar): unknown {
  const text = typeof scalar.value === 'string' ? scalar.value : '';
  switch (scalar.tag) {
    case undefined:
      return scalar.type === 'PLAIN' || scalar.type === undefined ? resolvePlainScalar(text) : text;
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
    case 'tag:yaml.org,2002:bool':
    case 'tag:yaml.org,2002:null':
      return resolvePlainScalar(text);
    default:
      return text;
  }
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN';
}

function isTreeNode(node: unknown): node is TreeNode {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
}

function offsetsOf(node: unknown): OffsetRange | undefined {
  if (isPair(node) || typeof node !== 'object' || node === null) return undefined;
  const range = (node as { range?: readonly [number, number, number] | null }).range;
  return range ? { start: range[0], end: range[1] } : undefined;
}

function contains(range: OffsetRange | undefined, offset: number): boolean {
  return range !== undefined && range.start <= offset && offset <= range.end;
}

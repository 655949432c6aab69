import type { FieldPath, Position, Range } from '../../../shared/text.ts';
import { readFast } from './fast-values.ts';
import { LineIndex } from './line-index.ts';
import { PlainPlaces } from './plain-places.ts';
import { readPlainText } from './plain-text-reader.ts';
import type { SyntaxProblem } from './syntax-problem.ts';
import type { OffsetRange, PathAtOffset, RangePart } from './syntax-tree.ts';
import { SyntaxTree } from './syntax-tree.ts';
import { isTemplate, mayBeTemplate } from './templates.ts';

/** Longest document that gets a syntax tree, in UTF-16 units: one takes about a second to build. */
export const maximumDocumentLength = 1_048_576;

/**
 * What a document is to us. `kubernetes`: an object or the beginning of one. `template`: text that a template engine
 * will turn into YAML, about which nothing can be said. `foreign`: anything else.
 */
export type DocumentNature = 'kubernetes' | 'template' | 'foreign';

/** Where a text lies: where charts keep their templates, or in a file that is ours by its name. */
export type TextPlace = 'anywhere' | 'chart' | 'configuration-file';

/** One YAML document. Immutable; what it holds is read on demand and kept. Positions are relative to its first line. */
export class YamlDocument {
  readonly text: string;
  readonly nature: DocumentNature;
  #value: { readonly value: unknown; readonly fast: boolean } | undefined;
  #tree: SyntaxTree | undefined;
  #places: PlainPlaces | 'in the tree' | undefined;
  #lines: LineIndex | undefined;

  constructor(text: string, place: TextPlace = 'anywhere') {
    this.text = text;
    this.nature = place === 'configuration-file' || isObject(text) ? 'kubernetes' : 'foreign';
    if (this.nature === 'kubernetes' && mayBeTemplate(text)) {
      const read = readFast(text);
      if (read.ok) this.#value = { value: read.value, fast: true };
      if (!read.ok || isTemplate(text, read.value, place === 'chart')) this.nature = 'template';
    }
  }

  /** What it says, as Kubernetes reads it; of broken text, what can be understood. */
  get value(): unknown {
    if (this.nature !== 'kubernetes') return undefined;
    if (!this.#value) {
      const fast = readFast(this.text);
      if (fast.ok) this.#value = { value: fast.value, fast: true };
      else this.#value = { value: this.#isLarge() ? undefined : this.tree.value, fast: false };
    }
    return this.#value.value;
  }

  /** What is wrong with the text. `precise` asks the second tier even where the first is content. */
  problems(precise: boolean): readonly SyntaxProblem[] {
    if (this.nature !== 'kubernetes') return [];
    const value = this.value;
    const isContent = this.#value?.fast === true;
    if (this.#isLarge()) {
      if (isContent) return [];
      const message = 'This document is longer than 1 MiB and no valid YAML; it is not checked.';
      return value === undefined ? [{ kind: 'limit', message, start: 0, end: this.lines.lineStart(1) }] : [];
    }
    return isContent && !precise ? [] : this.tree.problems;
  }

  /** Built on first use; of documents beyond the limit it is that of an empty one. */
  get tree(): SyntaxTree {
    return (this.#tree ??= new SyntaxTree(this.#isLarge() ? '' : this.text));
  }

  get lines(): LineIndex {
    return (this.#lines ??= new LineIndex(this.text));
  }

  /** Where a field stands; where the path ends early, the nearest thing around it. */
  rangeOf(path: FieldPath, part: RangePart = 'head'): Range {
    const { start, end } = this.offsetsOf(path, part);
    return this.range(start, end);
  }

  /** The same as offsets; `exact` is false where the path ends early. */
  offsetsOf(path: FieldPath, part: RangePart): OffsetRange & { readonly exact: boolean } {
    return this.#plainPlaces?.rangeOf(path, part) ?? this.tree.rangeOf(path, part);
  }

  /** How a scalar is written, with its quotes where it is quoted; undefined for other nodes. */
  scalarAt(path: FieldPath): ReturnType<SyntaxTree['scalarAt']> {
    return this.#plainPlaces?.scalarAt(path) ?? this.tree.scalarAt(path);
  }

  /** Whether the collection at the path is written in braces or brackets; undefined where it is no collection. */
  isFlow(path: FieldPath): boolean | undefined {
    return this.#plainPlaces?.isFlow(path) ?? this.tree.isFlow(path);
  }

  range(start: number, end: number): Range {
    return { start: this.lines.positionAt(start), end: this.lines.positionAt(end) };
  }

  pathAt(position: Position): PathAtOffset | undefined {
    return this.tree.pathAt(this.lines.offsetAt(position));
  }

  /** Places that need no syntax tree, while there is none. */
  get #plainPlaces(): PlainPlaces | undefined {
    if (this.#tree || this.nature !== 'kubernetes' || this.#isLarge()) return undefined;
    if (this.#places === undefined) {
      const root = readPlainText(this.text);
      this.#places = root ? new PlainPlaces(this.text, root) : 'in the tree';
    }
    return this.#places === 'in the tree' ? undefined : this.#places;
  }

  #isLarge(): boolean {
    return this.text.length > maximumDocumentLength;
  }
}

function isObject(text: string): boolean {
  if (!text.includes('apiVersion')) return false;
  return /^\ufeff?["']?apiVersion["']?\s*:/m.test(text) || /^\s*(?:---\s*)?\{/.test(text);
}

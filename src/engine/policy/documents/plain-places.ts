import type { FieldPath } from '../../../shared/text.ts';
import type { PlainNode } from './plain-text-reader.ts';
import type { OffsetRange, RangePart } from './syntax-tree.ts';

interface Located {
  readonly node: PlainNode;
  /** Of the entry that the node is the value of. */
  readonly key: OffsetRange | undefined;
  readonly isRoot: boolean;
  readonly exact: boolean;
}

/**
 * Places in a document that the plain reader took. Says what the syntax tree would say, or undefined where only that one
 * knows: where something by indentation ends, which is a matter of the comments behind it.
 */
export class PlainPlaces {
  readonly #text: string;
  readonly #root: PlainNode;

  constructor(text: string, root: PlainNode) {
    this.#text = text;
    this.#root = root;
  }

  rangeOf(path: FieldPath, part: RangePart): (OffsetRange & { readonly exact: boolean }) | undefined {
    const found = this.#locate(path);
    const range = this.#rangeOfPart(found.exact || part === 'entry' || part === 'lines' ? part : 'head', found);
    return range && { ...range, exact: found.exact };
  }

  /** How a scalar on one line is written. */
  scalarAt(path: FieldPath): { readonly source: string; readonly style: 'plain' | 'quoted' } | undefined {
    const { node, exact } = this.#locate(path);
    if (!exact || (node.type !== 'plain' && node.type !== 'quoted')) return undefined;
    return { source: this.#text.slice(node.start, node.end), style: node.type };
  }

  /** Of a collection, whether it is written in braces or brackets. */
  isFlow(path: FieldPath): boolean | undefined {
    const { node, exact } = this.#locate(path);
    return exact && (node.type === 'map' || node.type === 'list') ? node.isFlow : undefined;
  }

  #locate(path: FieldPath): Located {
    let found: Located = { node: this.#root, key: undefined, isRoot: true, exact: true };
    for (const step of path) {
      const { node } = found;
      if (typeof step === 'number') {
        const item = node.type === 'list' ? node.items[step] : undefined;
        if (!item) return { ...found, exact: false };
        found = { node: item, key: undefined, isRoot: false, exact: true };
      } else {
        const entry = node.type === 'map' ? node.entries.get(step) : undefined;
        if (!entry) return { ...found, exact: false };
        const { start, end } = entry.key;
        found = { node: entry.node, key: { start, end }, isRoot: false, exact: true };
      }
    }
    return found;
  }

  #rangeOfPart(part: RangePart, found: Located): OffsetRange | undefined {
    const { node, key, isRoot } = found;
    switch (part) {
      case 'key':
        return key ?? this.#headOf(found);
      case 'value':
        return node.type === 'empty' ? key : this.#valueOf(node);
      case 'entry':
        if (!isOnOneLine(node) || node.type === 'empty' || isRoot) return undefined;
        return { start: key?.start ?? node.start, end: node.end };
      case 'lines': {
        const end = this.#lastLineEnd(node);
        return end === undefined || isRoot ? undefined : { start: key?.start ?? node.start, end };
      }
      case 'head':
        return this.#headOf(found);
    }
  }

  /** Behind the last character; undefined where there is a comment behind, which may be of the same thing or the next. */
  #lastLineEnd(node: PlainNode): number | undefined {
    if (node.type === 'empty') return undefined;
    const end = node.start + this.#text.slice(node.start, node.end).trimEnd().length;
    return !isOnOneLine(node) && /^\s*#/.test(this.#text.slice(end)) ? undefined : end;
  }

  /** The value if it fits on one line, else the key, or the first line of a list entry. */
  #headOf({ node, key }: Located): OffsetRange | undefined {
    if (node.type === 'empty') return key;
    if (isOnOneLine(node)) return this.#valueOf(node);
    const newline = this.#text.indexOf('\n', node.start);
    // What has its last thing on its first line may have a comment behind.
    if (newline < 0 || newline >= node.end - 1) return undefined;
    if (key) return key;
    return { start: node.start, end: node.start + this.#text.slice(node.start, newline).trimEnd().length };
  }

  /** Without the quotes of a text, as the plain reader takes none with escapes. */
  #valueOf(node: PlainNode): OffsetRange | undefined {
    if (!isOnOneLine(node)) return undefined;
    const isText = node.type === 'quoted' && node.end - node.start > 2;
    if (isText) return { start: node.start + 1, end: node.end - 1 };
    return { start: node.start, end: node.start + this.#text.slice(node.start, node.end).trimEnd().length };
  }
}

function isOnOneLine(node: PlainNode): boolean {
  return node.type === 'map' || node.type === 'list' ? node.isFlow : node.type !== 'block';
}

/** How messages about the structure name things. */
import type { FieldPath } from '../../../shared/text.ts';

/** `weight`, or for an item `Item 2 of \`route\``. */
export function nameOf(path: FieldPath): string {
  const last = path.at(-1);
  if (typeof last === 'string') return `\`${shorten(last)}\``;
  return last === undefined ? 'This object' : `Item ${String(last + 1)} of \`${String(path.at(-2) ?? 'the list')}\``;
}

export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export function article(type: string): string {
  return /^(?:true|anything|one)/.test(type) ? type : `a ${type}`;
}

export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return `the text \`${shorten(value)}\``;
    case 'number':
      return `the number ${String(value)}`;
    case 'boolean':
      return `the boolean ${String(value)}`;
    default:
      return 'a mapping';
  }
}

/** `a`, `b` and `c`, each in a code span. */
export function fieldList(names: readonly string[], word: 'and' | 'or'): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${word} ${quoted.at(-1) ?? ''}`;
}

import yaml from 'js-yaml';
import type { PlainValue } from './plain-scalar.ts';
import { resolvePlainScalar } from './plain-scalar.ts';
import { plainValue, readPlainText } from './plain-text-reader.ts';

/**
 * The first of two tiers: values without a syntax tree, by the plain reader or, where that refuses, by a library that is ten
 * times faster than the tree. Anything this one refuses too is parsed again by the second tier, which says where and what
 * is wrong.
 */
export type FastResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

const scalarType = (tag: string, accepts: (value: PlainValue) => boolean): yaml.Type =>
  new yaml.Type(`tag:yaml.org,2002:${tag}`, {
    kind: 'scalar',
    resolve: (text: unknown) => accepts(resolvePlainScalar(typeof text === 'string' ? text : '')),
    construct: (text: unknown) => resolvePlainScalar(typeof text === 'string' ? text : ''),
  });

let schema: yaml.Schema | undefined;

function kubernetesSchema(): yaml.Schema {
  schema ??= yaml.FAILSAFE_SCHEMA.extend({
    implicit: [
      scalarType('null', (value) => value === null),
      scalarType('bool', (value) => typeof value === 'boolean'),
      scalarType('int', (value) => typeof value === 'number' && Number.isInteger(value)),
      scalarType('float', (value) => typeof value === 'number'),
      new yaml.Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text: unknown) => text === '<<' }),
    ],
    explicit: [],
  });
  return schema;
}

/** Reads one document. Never throws, however deep or wrong the text. */
export function readFast(text: string): FastResult {
  const plain = readPlainText(text);
  return plain ? { ok: true, value: plainValue(plain) } : readByLibrary(text);
}

/** The same by a parser of all of YAML. */
export function readByLibrary(text: string): FastResult {
  // Anchors multiply values; the second tier counts what they expand to.
  if (mayHaveAlias(text)) return { ok: false };
  try {
    return { ok: true, value: yaml.load(text, { schema: kubernetesSchema() }) };
  } catch {
    return { ok: false };
  }
}

function mayHaveAlias(text: string): boolean {
  return text.includes('&') && /(?:^|[\s[{,:-])\*[^\s]/.test(text);
}

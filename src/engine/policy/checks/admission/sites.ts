/** Finds the places of an untrusted spec that a pattern names, so that a check can say in one line where it looks. */
import { isRecord } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';

export interface Site {
  readonly path: FieldPath;
  /** The last key of the path; empty for an item of a list. */
  readonly key: string;
  readonly value: unknown;
}

/** A site whose value is a text. */
export interface TextSite extends Site {
  readonly value: string;
}

export interface NumberSite extends Site {
  readonly value: number;
}

interface Step {
  readonly key: string;
  readonly into: 'items' | 'entries' | undefined;
}

const parsed = new Map<string, readonly Step[]>();

function stepsOf(pattern: string): readonly Step[] {
  let steps = parsed.get(pattern);
  if (!steps) {
    steps = pattern.split('.').map((step) => {
      if (step.endsWith('[]')) return { key: step.slice(0, -2), into: 'items' };
      return step.endsWith('{}') ? { key: step.slice(0, -2), into: 'entries' } : { key: step, into: undefined };
    });
    parsed.set(pattern, steps);
  }
  return steps;
}

/**
 * What is there of `http[].match[].headers{}`: `[]` stands for every item of a list, `{}` for every entry of a mapping.
 * Null is absence, as in Kubernetes; what has another type than the pattern expects is left out.
 */
export function sitesBelow(value: unknown, path: FieldPath, ...patterns: readonly string[]): readonly Site[] {
  const found: Site[] = [];
  for (const pattern of patterns) collect({ value, path, key: '' }, stepsOf(pattern), 0, found);
  return found;
}

/** The same, below the spec of an object. */
export function sitesIn(object: MeshObject, ...patterns: readonly string[]): readonly Site[] {
  return sitesBelow(object.spec, ['spec'], ...patterns);
}

export function textsIn(object: MeshObject, ...patterns: readonly string[]): readonly TextSite[] {
  return sitesIn(object, ...patterns).filter(isText);
}

export function numbersIn(object: MeshObject, ...patterns: readonly string[]): readonly NumberSite[] {
  return sitesIn(object, ...patterns).filter(isNumber);
}

export function isText(site: Site): site is TextSite {
  return typeof site.value === 'string';
}

function isNumber(site: Site): site is NumberSite {
  return typeof site.value === 'number';
}

function collect(at: Site, steps: readonly Step[], depth: number, found: Site[]): void {
  const step = steps[depth];
  if (!step) {
    found.push(at);
    return;
  }
  const field = child(at, step.key);
  if (!field) return;
  if (step.into === undefined) collect(field, steps, depth + 1, found);
  else
    for (const part of step.into === 'items' ? itemsOf(field) : entriesOf(field))
      collect(part, steps, depth + 1, found);
}

function child({ value, path }: Site, key: string): Site | undefined {
  if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
  const inner = value[key];
  return inner === null || inner === undefined ? undefined : { path: [...path, key], key, value: inner };
}

function itemsOf({ value, path }: Site): readonly Site[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index) =>
    item === null ? [] : [{ path: [...path, index], key: '', value: item }],
  );
}

function entriesOf({ value, path }: Site): readonly Site[] {
  if (!isRecord(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const item = value[key];
    return item === null || item === undefined ? [] : [{ path: [...path, key], key, value: item }];
  });
}

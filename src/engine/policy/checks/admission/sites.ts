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

const nothing: readonly Site[] = [];
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
  if (!isRecord(value)) return nothing;
  let found: Site[] | undefined;
  for (const pattern of patterns) {
    const steps = stepsOf(pattern);
    // Of most patterns not even the first field is there.
    if (steps[0] && value[steps[0].key] === undefined) continue;
    collect(value, steps, [...path], '', (found ??= []));
  }
  return found ?? nothing;
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

/** Takes the steps that the path does not have yet; `key` is the last one, of a mapping. Leaves the path as it was. */
function collect(
  value: unknown,
  steps: readonly Step[],
  path: (string | number)[],
  key: string,
  found: Site[],
  depth = 0,
): void {
  const step = steps[depth];
  if (!step) {
    found.push({ path: [...path], key, value });
    return;
  }
  if (!isRecord(value)) return;
  const field = value[step.key];
  if (field === null || field === undefined || !Object.hasOwn(value, step.key)) return;
  path.push(step.key);
  if (step.into === undefined) collect(field, steps, path, step.key, found, depth + 1);
  else if (step.into === 'items' && Array.isArray(field)) {
    let index = -1;
    for (const item of field as readonly unknown[]) {
      index++;
      if (item === null) continue;
      path.push(index);
      collect(item, steps, path, '', found, depth + 1);
      path.pop();
    }
  } else if (step.into === 'entries' && isRecord(field)) {
    for (const name of Object.keys(field)) {
      const item = field[name];
      if (item === null || item === undefined) continue;
      path.push(name);
      collect(item, steps, path, name, found, depth + 1);
      path.pop();
    }
  }
  path.pop();
}

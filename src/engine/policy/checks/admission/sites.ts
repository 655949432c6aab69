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
  const steps = pattern.split('.').map((step): Step => {
    if (step.endsWith('[]')) return { key: step.slice(0, -2), into: 'items' };
    return step.endsWith('{}') ? { key: step.slice(0, -2), into: 'entries' } : { key: step, into: undefined };
  });
  parsed.set(pattern, steps);
  return steps;
}

/**
 * What is there of `http[].match[].headers{}`: `[]` stands for every item of a list, `{}` for every entry of a mapping.
 * Null is absence, as in Kubernetes; what has another type than the pattern expects is left out.
 */
export function sitesBelow(value: unknown, path: FieldPath, ...patterns: readonly string[]): readonly Site[] {
  return sitesOf(value, path, patterns, isAnything);
}

/** The same, below the spec of an object. */
export function sitesIn(object: MeshObject, ...patterns: readonly string[]): readonly Site[] {
  return sitesOf(object.spec, specPath, patterns, isAnything);
}

export function textsIn(object: MeshObject, ...patterns: readonly string[]): readonly TextSite[] {
  return sitesOf(object.spec, specPath, patterns, isTextValue) as readonly TextSite[];
}

export function numbersIn(object: MeshObject, ...patterns: readonly string[]): readonly NumberSite[] {
  return sitesOf(object.spec, specPath, patterns, isNumberValue) as readonly NumberSite[];
}

const specPath: FieldPath = ['spec'];

const isAnything = (): boolean => true;
const isTextValue = (value: unknown): boolean => typeof value === 'string';
const isNumberValue = (value: unknown): boolean => typeof value === 'number';

export function isText(site: Site): site is TextSite {
  return typeof site.value === 'string';
}

/** Checks ask for hundreds of patterns of each object, and most are not there: nothing is made before one is found. */
function sitesOf(
  value: unknown,
  path: FieldPath,
  patterns: readonly string[],
  accepts: (value: unknown) => boolean,
): readonly Site[] {
  if (!isRecord(value)) return nothing;
  let found: Site[] | undefined;
  for (const pattern of patterns) {
    const steps = parsed.get(pattern) ?? stepsOf(pattern);
    const first = steps[0];
    // Of most patterns not even the first field is there.
    if (first && value[first.key] === undefined) continue;
    way.length = 0;
    found = collect(value, steps, 0, path, '', found, accepts);
  }
  return found ?? nothing;
}

/** From the value at which a search began to where it is. Searches begin and end before another does. */
const way: (string | number)[] = [];

/** Takes the steps that the way does not have yet; `key` is the last one, of a mapping. Leaves the way as it was. */
function collect(
  value: unknown,
  steps: readonly Step[],
  depth: number,
  path: FieldPath,
  key: string,
  found: Site[] | undefined,
  accepts: (value: unknown) => boolean,
): Site[] | undefined {
  const step = steps[depth];
  if (!step) {
    if (!accepts(value)) return found;
    const site = { path: [...path, ...way], key, value };
    if (!found) return [site];
    found.push(site);
    return found;
  }
  if (!isRecord(value)) return found;
  const field = value[step.key];
  if (field === null || field === undefined || !Object.hasOwn(value, step.key)) return found;
  let all = found;
  way.push(step.key);
  if (step.into === undefined) all = collect(field, steps, depth + 1, path, step.key, all, accepts);
  else if (step.into === 'items' && Array.isArray(field)) {
    let index = -1;
    for (const item of field as readonly unknown[]) {
      index++;
      if (item === null) continue;
      way.push(index);
      all = collect(item, steps, depth + 1, path, '', all, accepts);
      way.pop();
    }
  } else if (step.into === 'entries' && isRecord(field)) {
    for (const name of Object.keys(field)) {
      const item = field[name];
      if (item === null || item === undefined) continue;
      way.push(name);
      all = collect(item, steps, depth + 1, path, name, all, accepts);
      way.pop();
    }
  }
  way.pop();
  return all;
}

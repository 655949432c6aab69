import { fieldOf, isRecord } from '../../../../shared/untrusted.ts';
import { ChoiceOutline, FieldsOutline, ListOutline, SharedOutline, type Outline } from '../json/outline.ts';

/**
 * Which parts of a value are kept: all of it, these fields, each item of a list pruned alike, parts that depend on its
 * name, or what a function makes of it.
 */
export type Shape = OwnShape | Shared;

type OwnShape = 'whole' | Fields | readonly [Shape] | ByName | ((value: unknown) => unknown);

interface Fields {
  readonly [field: string]: Shape;
}

/** Parts of an object by the text of its field `name`. */
export class ByName {
  readonly named: Readonly<Record<string, Shape>>;
  /** Undefined: objects of other names are left out. */
  readonly otherwise: Shape | undefined;

  constructor(named: Readonly<Record<string, Shape>>, otherwise?: Shape) {
    this.named = named;
    this.otherwise = otherwise;
  }

  of(value: unknown): Shape | undefined {
    const name = fieldOf(value, 'name');
    return typeof name === 'string' && Object.hasOwn(this.named, name) ? this.named[name] : this.otherwise;
  }
}

/** A part that many objects have alike: of one value that was read, one value is made. */
export class Shared {
  readonly part: OwnShape;
  readonly #made = new WeakMap<object, unknown>();

  constructor(part: OwnShape) {
    this.part = part;
  }

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return prune(value, this.part);
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    const made = prune(value, this.part);
    this.#made.set(value, made);
    return made;
  }
}

const isList = (shape: Fields | readonly [Shape]): shape is readonly [Shape] => Array.isArray(shape);

/** A copy with only the parts of the shape. What is not of the shape's form is left out; absent fields stay absent. */
export function prune(value: unknown, shape: Shape): unknown {
  if (shape === 'whole') return value;
  if (typeof shape === 'function') return shape(value);
  if (shape instanceof Shared) return shape.of(value);
  if (shape instanceof ByName) {
    const chosen = shape.of(value);
    return chosen === undefined ? undefined : prune(value, chosen);
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return undefined;
    const [itemShape] = shape;
    const items: unknown[] = [];
    for (const item of value as readonly unknown[]) {
      const part = prune(item, itemShape);
      if (part !== undefined) items.push(part);
    }
    return items;
  }
  if (!isRecord(value)) return undefined;
  const kept: Record<string, unknown> = {};
  for (const field in shape) {
    const fieldShape = shape[field];
    if (fieldShape === undefined || !Object.hasOwn(value, field)) continue;
    const part = prune(value[field], fieldShape);
    if (part !== undefined) kept[field] = part;
  }
  return kept;
}

/** What has to be read of a value so that pruning it gives the same as if all were read. */
export function outlineOf(shape: Shape): Outline {
  return shape instanceof Shared ? new SharedOutline(outlineOfOwn(shape.part)) : outlineOfOwn(shape);
}

function outlineOfOwn(shape: OwnShape): Exclude<Outline, SharedOutline> {
  if (shape === 'whole' || typeof shape === 'function') return 'whole';
  if (shape instanceof ByName) {
    const { named, otherwise } = shape;
    return new ChoiceOutline('name', outlinesOf(named), otherwise === undefined ? undefined : outlineOf(otherwise));
  }
  return isList(shape) ? new ListOutline(outlineOf(shape[0])) : new FieldsOutline(outlinesOf(shape));
}

export function outlinesOf(shapes: Readonly<Record<string, Shape>>): Record<string, Outline> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, outlineOf(shape)]));
}

import { isRecord } from '../../../../shared/untrusted.ts';

/** Which parts of a value are kept: all of it, these fields, each item of a list pruned alike, or what a function makes of it. */
export type Shape = 'whole' | Fields | readonly [Shape] | ((value: unknown) => unknown);

interface Fields {
  readonly [field: string]: Shape;
}

const isList = (shape: Fields | readonly [Shape]): shape is readonly [Shape] => Array.isArray(shape);

/** A copy with only the parts of the shape. What is not of the shape's form is left out; absent fields stay absent. */
export function prune(value: unknown, shape: Shape): unknown {
  if (shape === 'whole') return value;
  if (typeof shape === 'function') return shape(value);
  if (isList(shape)) {
    if (!Array.isArray(value)) return undefined;
    const [itemShape] = shape;
    return value.map((item: unknown) => prune(item, itemShape));
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

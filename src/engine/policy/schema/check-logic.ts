/** Value validations below `oneOf`, `anyOf`, `allOf` and `not`, which only say that something does not fit. */
import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../../shared/untrusted.ts';
import type { Logic, Schema, Shape } from './schema.ts';

/** Whether a value keeps the limits of a schema; given by the walker, which knows all of them. */
type Limits = (value: unknown, limits: Schema) => boolean;

/** What a value breaks, to follow the name of its field; undefined if nothing. */
export function logicProblem(value: unknown, logic: Logic, limits: Limits): string | undefined {
  const fits = (shape: Shape): boolean => isShape(value, shape, limits);
  if (logic.allOf && !logic.allOf.every(fits)) return 'does not fit all that is demanded of it';
  if (logic.anyOf && !logic.anyOf.some(fits)) return `fits none of its ${forms(logic.anyOf)}${hint(logic.anyOf)}`;
  if (logic.oneOf) {
    const count = logic.oneOf.filter(fits).length;
    if (count === 0) return `fits none of its ${forms(logic.oneOf)}${hint(logic.oneOf)}`;
    if (count > 1) return `fits ${String(count)} of its ${forms(logic.oneOf)}, but must fit exactly one`;
  }
  return logic.not && fits(logic.not) ? 'has a form that is excluded' : undefined;
}

function isShape(value: unknown, shape: Shape, limits: Limits): boolean {
  if (shape.values && !shape.values.some((each) => isDeepStrictEqual(each, value))) return false;
  if (shape.limits && isOfType(value, shape.limits) && !limits(value, shape.limits)) return false;
  if (isRecord(value)) {
    if (shape.required?.some((key) => !Object.hasOwn(value, key))) return false;
    for (const [key, field] of Object.entries(shape.fields ?? {})) {
      if (Object.hasOwn(value, key) && !isShape(value[key], field, limits)) return false;
    }
  }
  if (Array.isArray(value) && shape.items) {
    const { items } = shape;
    if (!value.every((item) => isShape(item, items, limits))) return false;
  }
  return logicProblem(value, shape, limits) === undefined;
}

/** A limit of texts says nothing of a number. */
function isOfType(value: unknown, { type }: Schema): boolean {
  if (Array.isArray(value)) return type === 'array';
  return isRecord(value) ? type === 'map' : typeof value === type;
}

function forms(shapes: readonly Shape[]): string {
  return shapes.length === 1 ? 'form' : `${String(shapes.length)} forms`;
}

function hint(shapes: readonly Shape[]): string {
  const fields = shapes.flatMap(({ required }) => required ?? []);
  return fields.length > 0 ? `; set ${fields.map((field) => `\`${field}\``).join(' or ')}` : '';
}

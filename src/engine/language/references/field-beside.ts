import type { FieldPath } from '../../../shared/text.ts';
import { stringOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { fieldValue } from './reference-rule.ts';

export const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The field beside the one at the path. */
export function beside(object: MeshObject, path: FieldPath, key: string): string | undefined {
  return stringOf(fieldValue(object, [...path.slice(0, -1), key]));
}

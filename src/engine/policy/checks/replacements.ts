import type { FieldPath } from '../../../shared/text.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { FixPlan } from '../fixes/fix-plan.ts';

/** Fixes that each write another value; the first is the one a person would nearly always choose. */
export function replacements(object: MeshObject, path: FieldPath, values: readonly string[]): readonly FixPlan[] {
  return values.map((value, index) => ({
    title: `Replace with \`${value}\``,
    isPreferred: index === 0,
    changes: [{ type: 'replace-value', object, path, value }],
  }));
}

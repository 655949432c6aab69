import type { FieldPath } from '../../../shared/text.ts';
import type { FixPlan } from '../fixes/fix-plan.ts';

export type StructureProblemKind =
  | 'unknown-field'
  | 'wrong-type'
  | 'missing-field'
  | 'unknown-value'
  | 'out-of-range'
  | 'invalid-format'
  | 'exclusive-fields'
  | 'duplicate-item'
  | 'deprecated-field'
  | 'empty-field'
  | 'experimental-field'
  | 'broken-rule'
  | 'undecided-rule'
  | 'ignored-namespace';

export interface StructureProblem {
  readonly kind: StructureProblemKind;
  readonly path: FieldPath;
  readonly part: 'key' | 'value' | 'head';
  readonly message: string;
  readonly fixes: readonly FixPlan[];
}

import type { Severity } from '../../../shared/diagnostics.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { RuleInfo } from '../checks/check.ts';
import type { Related } from '../checks/check.ts';
import type { RangePart } from '../documents/syntax-tree.ts';
import type { FixPlan } from '../fixes/fix-plan.ts';

/** What a check found, said in objects and fields. It becomes a diagnostic when its places are looked up in the text. */
export interface Finding {
  readonly rule: RuleInfo;
  readonly severity: Severity;
  readonly message: string;
  /** The object it is about; absent for problems of the text itself. */
  readonly object?: MeshObject;
  readonly path: FieldPath;
  readonly part: RangePart;
  /** Offsets in the document, for problems of the text itself. */
  readonly offsets?: { readonly start: number; readonly end: number };
  readonly related: readonly Related[];
  readonly fixes: readonly FixPlan[];
}

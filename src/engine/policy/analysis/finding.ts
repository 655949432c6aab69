import { isDeepStrictEqual } from 'node:util';
import type { Severity } from '../../../shared/diagnostics.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { RuleInfo } from '../checks/check.ts';
import type { Related } from '../checks/check.ts';
import type { SyntaxFix } from '../documents/syntax-problem.ts';
import type { RangePart } from '../documents/syntax-tree.ts';
import type { Change, FixPlan } from '../fixes/fix-plan.ts';

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
  /** Puts the text right where no field is concerned. */
  readonly textFix?: SyntaxFix;
  readonly related: readonly Related[];
  readonly fixes: readonly FixPlan[];
  /** It says that something is missing. */
  readonly saysMissing?: boolean;
}

/** Whether two runs found the same of the same objects, so that all places are the same too. */
export function areSameFindings(before: readonly Finding[], now: readonly Finding[]): boolean {
  return before.length === now.length && before.every((finding, index) => isSameFinding(finding, now[index]));
}

function isSameFinding(a: Finding, b: Finding | undefined): boolean {
  if (a === b) return true;
  return (
    b !== undefined &&
    a.rule === b.rule &&
    a.message === b.message &&
    a.object === b.object &&
    a.severity === b.severity &&
    a.part === b.part &&
    a.offsets?.start === b.offsets?.start &&
    a.offsets?.end === b.offsets?.end &&
    isDeepStrictEqual(a.textFix, b.textFix) &&
    isSamePath(a.path, b.path) &&
    a.related.length === b.related.length &&
    a.related.every(({ message, object, path }, index) => {
      const other = b.related[index];
      return other?.message === message && other.object === object && isSamePath(other.path, path);
    }) &&
    a.fixes.length === b.fixes.length &&
    a.fixes.every((fix, index) => isSameFix(fix, b.fixes[index]))
  );
}

function isSameFix(a: FixPlan, b: FixPlan | undefined): boolean {
  return (
    b !== undefined &&
    a.title === b.title &&
    a.isPreferred === b.isPreferred &&
    a.changes.length === b.changes.length &&
    a.changes.every((change, index) => isSameChange(change, b.changes[index]))
  );
}

/** Nearly all differ in nothing but the identity of their path. */
function isSameChange(a: Change, b: Change | undefined): boolean {
  if (b === undefined) return false;
  const { path, ...rest } = { path: [] as FieldPath, ...a };
  const { path: otherPath, ...other } = { path: [] as FieldPath, ...b };
  return isSamePath(path, otherPath) && isDeepStrictEqual(rest, other);
}

function isSamePath(a: FieldPath, b: FieldPath): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

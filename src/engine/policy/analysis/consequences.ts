import { wrongType } from '../checks/schema/wrong-type.ts';
import { unknownField } from '../checks/schema/unknown-field.ts';
import { emptyField } from '../checks/schema/empty-field.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { Finding } from './finding.ts';

/**
 * Leaves out what only follows from another finding: that something is missing in a mapping, of which a field is
 * misspelt, stands a level off or has another type. One mistake is told once.
 */
export function withoutConsequences(findings: readonly Finding[]): readonly Finding[] {
  if (!findings.some(isOfAbsence)) return findings;
  const causes = findings.filter(({ rule }) => rule === unknownField || rule === wrongType);
  if (causes.length === 0) return findings;
  return findings.filter(
    (finding) =>
      !isOfAbsence(finding) ||
      !causes.some((cause) => cause.object === finding.object && isBeside(finding.path, cause.path)),
  );
}

const isOfAbsence = ({ rule, saysMissing }: Finding): boolean => saysMissing === true || rule === emptyField;

/** In the mapping of the cause, that mapping itself, or the very place. */
function isBeside(path: FieldPath, cause: FieldPath): boolean {
  const mapping = cause.slice(0, -1);
  return [mapping, cause].some((place) => isSame(path, place)) || isSame(path.slice(0, -1), mapping);
}

const isSame = (a: FieldPath, b: FieldPath): boolean =>
  a.length === b.length && a.every((step, index) => step === b[index]);

import type { FieldPath } from '../../../shared/text.ts';
import { valueAt } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { celRule } from '../checks/schema/cel-rule.ts';
import { exclusiveFields } from '../checks/schema/exclusive-fields.ts';
import { structureChecks } from '../checks/schema/structure-checks.ts';
import { hasPlaceholder, holdsPlaceholder } from '../documents/placeholders.ts';
import type { Finding } from './finding.ts';

const ofStructure: ReadonlySet<Finding['rule']> = new Set(structureChecks);
/** They look at what is in the fields of an object, not only at which there are. */
const ofContents: ReadonlySet<Finding['rule']> = new Set([celRule, exclusiveFields]);

/**
 * Whether a finding hangs on a value that something fills in before the object is applied: the one it is about, or one it
 * gives as evidence. Such a value is nobody's mistake yet.
 */
export function hangsOnPlaceholder(finding: Finding): boolean {
  const { rule, object, path, part, related } = finding;
  if (!object) return false;
  if (related.some((each) => holdsPlaceholder(fieldAt(each.object, each.path)))) return true;
  const key = path.at(-1);
  if (part !== 'value' && typeof key === 'string' && hasPlaceholder(key)) return true;
  const value = fieldAt(object, path);
  if (!ofStructure.has(rule)) return holdsPlaceholder(value);
  // Whether a key may be there does not depend on its value.
  if (part === 'key') return false;
  return typeof value === 'string' || ofContents.has(rule) ? holdsPlaceholder(value) : false;
}

/** A field by its path in the text of the object. */
function fieldAt(
  { apiVersion, kind, namespace, name, labels, annotations, spec, status, rest }: MeshObject,
  path: FieldPath,
): unknown {
  const metadata = { namespace, name, labels, annotations };
  return valueAt({ ...rest, apiVersion, kind, metadata, spec, status }, path);
}

import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { ObjectCheck } from '../check.ts';

export const deniedAllowance: ObjectCheck = {
  scope: 'object',
  code: 'MESH1715',
  rule: 'denied-allowance',
  aliases: [],
  severity: 'warning',
  summary: 'An AuthorizationPolicy allows requests to workloads of which another one denies everything.',
  subject: Kinds.authorizationPolicy,
  inputs: [Kinds.authorizationPolicy],
  run(context) {
    const { subject, settings, isNamespaceKnown } = context;
    // Without rules it allows nothing, and says so.
    if (!isNamespaceKnown || actionOf(subject) !== 'ALLOW' || listOf(fieldOf(subject.spec, 'rules')).length === 0)
      return;
    const denial = context
      .ofKind(Kinds.authorizationPolicy)
      .find(
        (other) =>
          actionOf(other) === 'DENY' &&
          other.annotations['istio.io/dry-run'] !== 'true' &&
          context.hasKnownNamespace(other) &&
          (other.namespace === subject.namespace || other.namespace === settings.rootNamespace) &&
          emptyRuleOf(other) !== undefined &&
          coversTarget(other, subject, settings.rootNamespace),
      );
    const rule = denial && emptyRuleOf(denial);
    if (!denial || rule === undefined) return;
    context.report(subject, ['metadata', 'name'], {
      message: `Nothing comes of what this allows: AuthorizationPolicy \`${denial.name}\` denies every request to the same workloads, and DENY goes before ALLOW. To deny what no policy allows, leave out the DENY policy: an ALLOW policy does that by itself.`,
      part: 'value',
      related: [{ message: 'This denies everything.', object: denial, path: ['spec', 'rules', rule] }],
    });
  },
};

const actionOf = ({ spec }: MeshObject): string => stringOf(fieldOf(spec, 'action')) ?? 'ALLOW';

/** Number of a rule without any condition, which fits every request. */
function emptyRuleOf({ spec }: MeshObject): number | undefined {
  const found = listOf(fieldOf(spec, 'rules')).findIndex((rule) => isRecord(rule) && Object.keys(rule).length === 0);
  return found < 0 ? undefined : found;
}

/** Whether the one is for all that the other is for. Gateways and waypoints follow other ways than selectors. */
function coversTarget(wide: MeshObject, narrow: MeshObject, rootNamespace: string): boolean {
  const [outer, inner] = [readPolicyTarget(wide.spec), readPolicyTarget(narrow.spec)];
  if (outer.references.length > 0 || inner.references.length > 0) return false;
  if (narrow.namespace === rootNamespace && wide.namespace !== rootNamespace) return false;
  return Object.entries(outer.selector ?? {}).every(([key, value]) => inner.selector?.[key] === value);
}

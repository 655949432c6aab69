import { fieldOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

/** Kinds of a group that Istio once had. */
const removed: ReadonlyMap<string, readonly string[]> = new Map([
  ['rbac.istio.io', ['ClusterRbacConfig', 'RbacConfig', 'ServiceRole', 'ServiceRoleBinding']],
]);

export const removedKind: ObjectCheck = {
  scope: 'object',
  code: 'MESH2307',
  rule: 'removed-kind',
  aliases: ['IST0002'],
  severity: 'warning',
  summary: 'A CustomResourceDefinition is for a kind that Istio no longer has.',
  subject: Kinds.customResourceDefinition,
  inputs: [],
  run(context) {
    const { subject } = context;
    const group = stringOf(fieldOf(subject.spec, 'group')) ?? '';
    const kind = stringOf(valueAt(subject.spec, ['names', 'kind'])) ?? '';
    if (!removed.get(group)?.includes(kind)) return;
    context.report(subject, ['spec', 'names', 'kind'], {
      message: `Istio no longer has ${kind} of ${group} and ignores its objects. AuthorizationPolicy took their place.`,
      part: 'value',
    });
  },
};

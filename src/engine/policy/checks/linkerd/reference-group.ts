import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { toGateway } from '../../semantics/gateway-api/object-reference.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { routeOf } from '../gateway-api/gateway-views.ts';

const group = 'policy.linkerd.io';
const kinds: ReadonlySet<unknown> = new Set(['Server', 'MeshTLSAuthentication', 'NetworkAuthentication']);

export const linkerdReferenceGroup: ObjectCheck = {
  scope: 'object',
  code: 'MESH4009',
  rule: 'linkerd-reference-group',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Linkerd, or a route, refers to a kind of Linkerd without its group, which is another kind.',
  subject: [Kinds.linkerdAuthorizationPolicy, Kinds.linkerdRateLimit, ...gatewayRouteKinds, Kinds.linkerdHttpRoute],
  inputs: [],
  run(context) {
    const { spec } = context.subject;
    for (const parent of routeOf(context.subject).parents) checkParent(context, parent);
    check(context, fieldOf(spec, 'targetRef'), ['spec', 'targetRef']);
    for (const [index, reference] of listOf(fieldOf(spec, 'requiredAuthenticationRefs')).entries()) {
      check(context, reference, ['spec', 'requiredAuthenticationRefs', index]);
    }
  },
};

const parentKinds: ReadonlySet<string> = new Set(['Server', 'EgressNetwork']);

/** Parents are of the group of gateways unless they say otherwise. */
function checkParent(context: CheckContext, { path, group: written, kind }: ObjectReference): void {
  if (!parentKinds.has(kind) || (written !== toGateway.group && written !== '' && written !== 'core')) return;
  const isWritten = stringOf(fieldOf(valueAt(context.subject, path), 'group')) !== undefined;
  const of = written === toGateway.group ? `\`${written}\`` : 'the core group';
  context.report(context.subject, [...path, 'kind'], {
    message: `Without \`group: ${group}\` this means a kind \`${kind}\` of ${of}, which does not exist: the route is bound to nothing.`,
    part: 'value',
    fixes: [groupFix(context, path, isWritten)],
  });
}

function groupFix({ subject: object }: CheckContext, path: FieldPath, isWritten: boolean): FixPlan {
  return {
    title: `Add \`group: ${group}\``,
    isPreferred: true,
    changes: isWritten
      ? [{ type: 'replace-value', object, path: [...path, 'group'], value: group }]
      : [{ type: 'insert-field', object, path, key: 'group', value: group }],
  };
}

function check(context: CheckContext, reference: unknown, path: FieldPath): void {
  const kind = fieldOf(reference, 'kind');
  const written = stringOf(fieldOf(reference, 'group'));
  if (!kinds.has(kind) || (written !== undefined && written !== '' && written !== 'core')) return;
  const object = context.subject;
  context.report(object, [...path, 'kind'], {
    message: `Without \`group: ${group}\` this means a kind \`${String(kind)}\` of the core group, which does not exist: Linkerd refuses the policy.`,
    part: 'value',
    fixes: [groupFix(context, path, written !== undefined)],
  });
}

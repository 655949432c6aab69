import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';

const group = 'policy.linkerd.io';
const kinds: ReadonlySet<unknown> = new Set(['Server', 'MeshTLSAuthentication', 'NetworkAuthentication']);

export const linkerdReferenceGroup: ObjectCheck = {
  scope: 'object',
  code: 'MESH4009',
  rule: 'linkerd-reference-group',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Linkerd refers to a kind of Linkerd without its group, which Linkerd refuses.',
  subject: Kinds.linkerdAuthorizationPolicy,
  inputs: [],
  run(context) {
    const { spec } = context.subject;
    check(context, fieldOf(spec, 'targetRef'), ['spec', 'targetRef']);
    for (const [index, reference] of listOf(fieldOf(spec, 'requiredAuthenticationRefs')).entries()) {
      check(context, reference, ['spec', 'requiredAuthenticationRefs', index]);
    }
  },
};

function check(context: CheckContext, reference: unknown, path: readonly (string | number)[]): void {
  const kind = fieldOf(reference, 'kind');
  const written = stringOf(fieldOf(reference, 'group'));
  if (!kinds.has(kind) || (written !== undefined && written !== '' && written !== 'core')) return;
  const object = context.subject;
  context.report(object, [...path, 'kind'], {
    message: `Without \`group: ${group}\` this means a kind \`${String(kind)}\` of the core group, which does not exist: Linkerd refuses the policy.`,
    part: 'value',
    fixes: [
      {
        title: `Add \`group: ${group}\``,
        isPreferred: true,
        changes:
          written === undefined
            ? [{ type: 'insert-field', object, path, key: 'group', value: group }]
            : [{ type: 'replace-value', object, path: [...path, 'group'], value: group }],
      },
    ],
  });
}

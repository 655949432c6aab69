import { Kinds } from '../../../model/kinds.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import type { ObjectCheck } from '../check.ts';
import { requiredAuthentications } from './server-view.ts';

/** Of each sort a policy can ask for one. */
function sortOf({ key }: ObjectReference): string | undefined {
  if (key === Kinds.linkerdMeshTlsAuthentication || key === Kinds.serviceAccount) return 'identity';
  return key === Kinds.linkerdNetworkAuthentication ? 'network' : undefined;
}

export const conflictingAuthentications: ObjectCheck = {
  scope: 'object',
  code: 'MESH4006',
  rule: 'conflicting-linkerd-authentications',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Linkerd asks for two identities, or two networks, at once, which Linkerd refuses.',
  subject: Kinds.linkerdAuthorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    const seen = new Map<string, ObjectReference>();
    for (const reference of requiredAuthentications(subject)) {
      const sort = sortOf(reference);
      if (sort === undefined) continue;
      const first = seen.get(sort);
      if (!first) {
        seen.set(sort, reference);
        continue;
      }
      context.report(subject, [...reference.path, 'name'], {
        message: `Callers must have all that is listed, and only one ${sort} can be asked for: \`${first.name}\` stands above. Who may have either belongs into one MeshTLSAuthentication or NetworkAuthentication.`,
        part: 'value',
        related: [{ message: 'The first.', object: subject, path: [...first.path, 'name'] }],
        fixes: [{ title: 'Remove this one', changes: [{ type: 'remove', object: subject, path: reference.path }] }],
      });
    }
  },
};

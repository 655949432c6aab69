import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { isAuthorized, serverOf } from './server-view.ts';

export const unauthorizedServer: ObjectCheck = {
  scope: 'object',
  code: 'MESH4005',
  rule: 'unauthorized-linkerd-server',
  aliases: [],
  severity: 'information',
  summary: 'A Server of Linkerd denies what no policy allows, and none is for it: nobody may call.',
  subject: Kinds.linkerdServer,
  inputs: [Kinds.linkerdAuthorizationPolicy, Kinds.linkerdServerAuthorization],
  run(context) {
    const { subject } = context;
    const server = serverOf(subject);
    if (server.accessPolicy !== undefined && server.accessPolicy !== 'deny') return;
    const here = (kind: KindKey): readonly MeshObject[] =>
      context.ofKind(kind).filter(({ namespace }) => namespace === server.namespace);
    const [policies, authorizations] = [here(Kinds.linkerdAuthorizationPolicy), here(Kinds.linkerdServerAuthorization)];
    // Where none of the namespace is known, they are kept elsewhere.
    if (policies.length + authorizations.length === 0) return;
    if (isAuthorized(server, policies, authorizations)) return;
    context.report(subject, ['metadata', 'name'], {
      message: `As soon as this Server is there, calls to its port are refused: it denies by default, and no AuthorizationPolicy or ServerAuthorization of \`${server.namespace}\` is for it.`,
      part: 'value',
    });
  },
};

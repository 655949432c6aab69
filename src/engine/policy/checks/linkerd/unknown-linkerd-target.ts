import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { routeOf } from '../gateway-api/gateway-views.ts';
import { lookUpObject, namedObjects, reportUnknownObject } from '../object-lookup.ts';
import { replacements } from '../replacements.ts';
import { authorizationTarget, serverNameOf } from './server-view.ts';

const targets = [Kinds.linkerdServer, Kinds.linkerdHttpRoute, Kinds.httpRoute, Kinds.grpcRoute] as const;

export const unknownLinkerdTarget: ObjectCheck = {
  scope: 'object',
  code: 'MESH4001',
  rule: 'unknown-linkerd-target',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Linkerd, or a route, is for a Server, route or namespace that does not exist.',
  subject: [
    Kinds.linkerdAuthorizationPolicy,
    Kinds.linkerdServerAuthorization,
    Kinds.linkerdHttpRoute,
    Kinds.httpRoute,
    Kinds.grpcRoute,
  ],
  inputs: targets,
  run(context) {
    const { subject } = context;
    switch (kindKey(subject)) {
      case Kinds.linkerdAuthorizationPolicy: {
        const target = authorizationTarget(subject);
        if (target) checkTarget(context, target, ', so this policy allows nothing');
        return;
      }
      case Kinds.linkerdServerAuthorization: {
        const name = serverNameOf(subject);
        if (name !== undefined && name !== '') checkServerName(context, name);
        return;
      }
      default:
        for (const parent of routeOf(subject).parents) {
          if (parent.key === Kinds.linkerdServer) checkTarget(context, parent, ', so this route is for nothing');
        }
    }
  },
};

function checkTarget(context: CheckContext, target: ObjectReference, consequence: string): void {
  const { subject, isNamespaceKnown } = context;
  if (target.key === 'core/Namespace' && isNamespaceKnown && target.name !== subject.namespace) {
    const path = [...target.path, 'name'];
    context.report(subject, path, {
      message: `A policy can be for its own namespace only, which is \`${subject.namespace}\`.`,
      part: 'value',
      fixes: replacements(subject, path, [subject.namespace]),
    });
    return;
  }
  if (!targets.some((kind) => kind === target.key)) return;
  const lookup = lookUpObject(context, target, namedObjects(context.ofKind(target.key)));
  if (lookup.state !== 'unknown') return;
  // Policies stay in the namespace of what they are for.
  const isLocal = subject.kind === 'AuthorizationPolicy';
  reportUnknownObject(context, {
    path: target.path,
    reference: target,
    kind: target.kind,
    lookup,
    consequence,
    isLocal,
  });
}

function checkServerName(context: CheckContext, name: string): void {
  const reference = { name, namespace: context.subject.namespace, hasNamespace: false };
  const lookup = lookUpObject(context, reference, namedObjects(context.ofKind(Kinds.linkerdServer)));
  if (lookup.state !== 'unknown') return;
  const consequence = ', so this allows nothing';
  reportUnknownObject(context, {
    path: ['spec', 'server'],
    reference,
    kind: 'Server',
    lookup,
    consequence,
    isLocal: true,
  });
}

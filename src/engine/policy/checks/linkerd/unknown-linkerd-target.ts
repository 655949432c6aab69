import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { routeOf } from '../gateway-api/gateway-views.ts';
import { lookUpObject, namedObjects, reportUnknownObject } from '../object-lookup.ts';
import { replacements } from '../replacements.ts';
import { authorizationTarget, serverNameOf } from './server-view.ts';

const targets = [
  Kinds.linkerdServer,
  Kinds.linkerdHttpRoute,
  Kinds.httpRoute,
  Kinds.grpcRoute,
  Kinds.linkerdEgressNetwork,
] as const;

/** Both groups have an HTTPRoute. */
const otherGroups: ReadonlyMap<KindKey, KindKey> = new Map<KindKey, KindKey>([
  [Kinds.linkerdHttpRoute, Kinds.httpRoute],
  [Kinds.httpRoute, Kinds.linkerdHttpRoute],
]);

export const unknownLinkerdTarget: ObjectCheck = {
  scope: 'object',
  code: 'MESH4001',
  rule: 'unknown-linkerd-target',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Linkerd, or a route, is for a Server, route, EgressNetwork or namespace that does not exist.',
  subject: [
    Kinds.linkerdAuthorizationPolicy,
    Kinds.linkerdServerAuthorization,
    Kinds.linkerdRateLimit,
    Kinds.linkerdHttpRoute,
    ...gatewayRouteKinds,
  ],
  inputs: targets,
  run(context) {
    const { subject } = context;
    switch (kindKey(subject)) {
      case Kinds.linkerdRateLimit:
      case Kinds.linkerdAuthorizationPolicy: {
        const target = authorizationTarget(subject);
        if (target)
          checkTarget(
            context,
            target,
            subject.kind === 'AuthorizationPolicy' ? ', so this policy allows nothing' : ', so this limits nothing',
          );
        return;
      }
      case Kinds.linkerdServerAuthorization: {
        const name = serverNameOf(subject);
        if (name !== undefined && name !== '') checkServerName(context, name);
        return;
      }
      default:
        checkRoute(context);
    }
  },
};

function checkRoute(context: CheckContext): void {
  const { parents, rules } = routeOf(context.subject);
  for (const parent of parents) {
    if (parent.key === Kinds.linkerdServer || parent.key === Kinds.linkerdEgressNetwork) {
      checkTarget(context, parent, ', so this route is for nothing');
    }
  }
  for (const backend of rules.flatMap(({ backends }) => backends)) {
    if (backend.key === Kinds.linkerdEgressNetwork)
      checkTarget(context, backend, ', so its share of the requests fails');
  }
}

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
  if (lookup.state === 'known') return;
  const other = otherGroups.get(target.key);
  if (other !== undefined && context.find(other, target.namespace, target.name)) {
    const [group, meant] = [target.key, other].map((key) => key.slice(0, key.lastIndexOf('/')));
    const path = [...target.path, 'group'];
    context.report(subject, path, {
      message: `The ${target.kind} \`${target.name}\` is of group \`${meant ?? ''}\`, not of \`${group ?? ''}\`${consequence}.`,
      part: 'value',
      fixes: replacements(subject, path, [meant ?? '']),
    });
    return;
  }
  if (lookup.state !== 'unknown') return;
  // Policies stay in the namespace of what they are for.
  const isLocal = kindKey(subject) === Kinds.linkerdAuthorizationPolicy || kindKey(subject) === Kinds.linkerdRateLimit;
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

import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { isCatchAll } from '../../semantics/gateway-api/match-key.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { isServiceReference } from '../../semantics/gateway-api/object-reference.ts';
import { requestRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';

/** Services as clients of one namespace see them: routes of that namespace, for that port. */
function clientsOf(object: MeshObject, parent: ObjectReference, port: number | undefined): string {
  const { key, namespace, name } = parent;
  return [key, namespace, name, object.namespace, port ?? ''].join(' ');
}

/** Services of which some route takes every request. */
const wholeServices: Index<ReadonlySet<string>> = {
  inputs: requestRouteKinds,
  relevant: caughtBy,
  build: (objects) => new Set(requestRouteKinds.flatMap((kind) => objects.ofKind(kind).flatMap(caughtBy))),
};

function caughtBy(object: MeshObject): readonly string[] {
  const { parents } = routeOf(object);
  return takesAll(object)
    ? parents.filter(isServiceReference).map((parent) => clientsOf(object, parent, parent.port))
    : [];
}

function takesAll(object: MeshObject): boolean {
  const { kind, rules } = routeOf(object);
  return rules.some(({ matches }) => matches.length === 0 || matches.some(({ value }) => isCatchAll(kind, value)));
}

export const serviceRouteWithoutCatchAll: ObjectCheck = {
  scope: 'object',
  code: 'MESH3016',
  rule: 'service-route-without-catch-all',
  aliases: [],
  severity: 'information',
  summary: 'Once a route is bound to a Service, requests that no rule matches fail.',
  subject: requestRouteKinds,
  inputs: [wholeServices],
  run(context) {
    const { subject } = context;
    const { parents, rules } = routeOf(subject);
    if (rules.length === 0 || takesAll(subject)) return;
    const whole = context.index(wholeServices);
    for (const parent of parents) {
      if (!isServiceReference(parent)) continue;
      if ([parent.port, undefined].some((port) => whole.has(clientsOf(subject, parent, port)))) {
        continue;
      }
      const answer = subject.kind === 'GRPCRoute' ? '`UNIMPLEMENTED`' : '404';
      context.report(subject, [...parent.path, 'name'], {
        message: `With this route, requests to ${parent.kind} \`${parent.name}\` that no rule matches get ${answer}: a rule without \`matches\` would take the rest.`,
        part: 'value',
        fixes:
          parent.key === Kinds.service && parent.port !== undefined ? [catchAllFix(subject, parent, parent.port)] : [],
      });
    }
  },
};

function catchAllFix(object: MeshObject, { name, namespace }: ObjectReference, port: number) {
  const backend = namespace === object.namespace ? { name, port } : { name, namespace, port };
  return {
    title: `Add a rule that sends the rest to \`${name}\``,
    changes: [{ type: 'append-item', object, path: ['spec', 'rules'], value: { backendRefs: [backend] } } as const],
  };
}

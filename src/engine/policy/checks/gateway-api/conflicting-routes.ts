import { groupBy } from '../../../../shared/group-by.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { matchKey } from '../../semantics/gateway-api/match-key.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { isServiceReference } from '../../semantics/gateway-api/object-reference.ts';
import { requestRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { perObject } from '../per-object.ts';
import { routeOf } from './gateway-views.ts';
import { gatewayOf } from './known-targets.ts';
import { attachmentInputs, meetAt, sharedListeners } from './route-attachments.ts';

/** What a route wants: requests that fit a match, for a hostname, at a parent. */
interface RouteClaim {
  readonly object: MeshObject;
  readonly key: string;
  readonly parent: ObjectReference;
  readonly hostname: string;
  readonly path: FieldPath;
}

const claimsOf = perObject((object: MeshObject): readonly RouteClaim[] => {
  const { kind, parents, hostnames, rules } = routeOf(object);
  const matches = rules.flatMap(({ path, matches: own }) =>
    own.length > 0
      ? own.map((match) => ({ path: match.path, key: matchKey(kind, match.value) }))
      : [{ path, key: matchKey(kind, undefined) }],
  );
  return parents.flatMap((parent) => {
    const isService = isServiceReference(parent);
    const names = hostnames.length === 0 || isService ? [''] : hostnames.map(({ hostname }) => hostname.toLowerCase());
    // Of routes for a Service, one of another namespace is for clients of its own namespace, and wins there.
    const scope = isService ? object.namespace : '';
    return names.flatMap((hostname) =>
      matches.map(({ path, key }) => ({
        object,
        key: [parent.key, parent.namespace, parent.name, scope, hostname, key].join(' '),
        parent,
        hostname,
        path,
      })),
    );
  });
});

const routeClaims: Index<ReadonlyMap<string, readonly RouteClaim[]>> = {
  inputs: requestRouteKinds,
  relevant: (object) => claimsOf(object).map(({ key, path, parent }) => [key, path, parent.sectionName, parent.port]),
  build: (objects) =>
    groupBy(
      requestRouteKinds.flatMap((kind) => objects.ofKind(kind).flatMap(claimsOf)),
      ({ key }) => key,
    ),
};

export const conflictingRoutes: ObjectCheck = {
  scope: 'object',
  code: 'MESH3015',
  rule: 'conflicting-routes',
  aliases: [],
  severity: 'warning',
  summary: 'Two routes of one parent match the same requests; only the older one gets them.',
  subject: requestRouteKinds,
  inputs: [routeClaims, ...attachmentInputs],
  run(context) {
    const { subject } = context;
    const claims = context.index(routeClaims);
    const reported = new Set<string>();
    for (const claim of claimsOf(subject)) {
      const rivals = (claims.get(claim.key) ?? []).filter((rival) => competes(context, claim, rival));
      const [first] = rivals;
      const place = claim.path.join(' ');
      if (!first || reported.has(place)) continue;
      reported.add(place);
      const names = [...new Set(rivals.map(({ object }) => `\`${object.namespace}/${object.name}\``))].slice(0, 5);
      const host = claim.hostname === '' ? '' : ` for \`${claim.hostname}\``;
      context.report(subject, claim.path, {
        message: `${first.object.kind} ${names.join(', ')} matches the same${host} at ${claim.parent.kind} \`${claim.parent.name}\`; only the oldest of them gets the requests.`,
        related: rivals
          .slice(0, 5)
          .map(({ object, path }) => ({ message: `${object.kind} ${object.name}`, object, path })),
      });
    }
  },
};

function competes(context: CheckContext, claim: RouteClaim, rival: RouteClaim): boolean {
  const [{ object: subject }, { object }] = [claim, rival];
  // Another version of the same object, in another file, is no rival.
  if (object.kind === subject.kind && object.name === subject.name && object.namespace === subject.namespace) {
    return false;
  }
  if (!meetAt(claim.parent, rival.parent)) return false;
  const areKnown = [context.isNamespaceKnown, context.hasKnownNamespace(object)];
  // Files that leave the namespace open are often alternatives to each other.
  if (areKnown.includes(false)) return areKnown[0] === areKnown[1] && object.origin.source === subject.origin.source;
  const gateway = gatewayOf(context, claim.parent);
  // A gateway that we cannot see admits all routes of a namespace or none.
  return gateway
    ? sharedListeners(context, gateway, [claim, rival]).length > 0
    : object.namespace === subject.namespace;
}

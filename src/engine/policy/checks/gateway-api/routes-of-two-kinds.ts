import { groupBy } from '../../../../shared/group-by.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { intersectHostnames } from '../../semantics/gateway-api/hostname-intersection.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { isGatewayReference } from '../../semantics/gateway-api/object-reference.ts';
import { isWildcard } from '../../semantics/hosts.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { perObject } from '../per-object.ts';
import { routeOf } from './gateway-views.ts';
import { gatewayOf } from './known-targets.ts';
import { attachmentInputs, meetAt, sharedListeners } from './route-attachments.ts';

/** A hostname, empty for every one, that a route asks a gateway for. */
interface HostnameClaim {
  readonly object: MeshObject;
  readonly parent: ObjectReference;
  readonly hostname: string;
  /** Where it is written; where none is, the parent. */
  readonly path: FieldPath;
}

const rivalKinds: ReadonlyMap<KindKey, KindKey> = new Map([
  [Kinds.httpRoute, Kinds.grpcRoute],
  [Kinds.grpcRoute, Kinds.httpRoute],
]);

const claimsOf = perObject((object: MeshObject): readonly HostnameClaim[] => {
  const { parents, hostnames } = routeOf(object);
  return parents
    .filter(isGatewayReference)
    .flatMap((parent) =>
      hostnames.length === 0
        ? [{ object, parent, hostname: '', path: parent.path }]
        : hostnames.map(({ hostname, path }) => ({ object, parent, hostname: hostname.toLowerCase(), path })),
    );
});

interface KindClaims {
  readonly all: readonly HostnameClaim[];
  readonly byHostname: ReadonlyMap<string, readonly HostnameClaim[]>;
}

const keyOf = (kind: KindKey, { key, namespace, name }: ObjectReference): string =>
  [kind, key, namespace, name].join(' ');

/** What routes of one kind ask of one gateway. */
const hostnameClaims: Index<ReadonlyMap<string, KindClaims>> = {
  inputs: [...rivalKinds.keys()],
  relevant: (object) =>
    claimsOf(object).map(({ parent, hostname, path }) => [
      [parent.key, parent.namespace, parent.name, parent.sectionName, parent.port],
      hostname,
      path,
    ]),
  build: (objects) => {
    const claims = [...rivalKinds.keys()].flatMap((kind) =>
      objects
        .ofKind(kind)
        .flatMap((object) => claimsOf(object).map((claim) => ({ key: keyOf(kind, claim.parent), claim }))),
    );
    return new Map(
      [...groupBy(claims, ({ key }) => key)].map(([key, entries]) => {
        const all = entries.map(({ claim }) => claim);
        return [key, { all, byHostname: groupBy(all, ({ hostname }) => hostname) }];
      }),
    );
  },
};

export const routesOfTwoKinds: ObjectCheck = {
  scope: 'object',
  code: 'MESH3026',
  rule: 'routes-of-two-kinds',
  aliases: [],
  severity: 'warning',
  summary: 'An HTTPRoute and a GRPCRoute are for one hostname of a listener, which may accept only the older of them.',
  subject: [...rivalKinds.keys()],
  inputs: [hostnameClaims, ...attachmentInputs, Kinds.gatewayClass],
  run(context) {
    const { subject } = context;
    const { kind } = routeOf(subject);
    const index = context.index(hostnameClaims);
    const reported = new Set<string>();
    for (const claim of claimsOf(subject)) {
      const place = claim.path.join(' ');
      if (reported.has(place)) continue;
      const gateway = gatewayOf(context, claim.parent);
      const acceptance = acceptanceOf(context, gateway);
      if (acceptance === 'both') continue;
      const rivals = candidates(index.get(keyOf(rivalKinds.get(kind) ?? '', claim.parent)), claim.hostname).filter(
        (rival) => competes(context, claim, rival, gateway),
      );
      const [first] = rivals;
      if (!first) continue;
      reported.add(place);
      const names = [...new Set(rivals.map(({ object }) => `\`${object.namespace}/${object.name}\``))].slice(0, 5);
      const host = intersectHostnames(claim.hostname, first.hostname) ?? '';
      const what = host === '' ? 'any hostname' : `\`${host}\``;
      context.report(subject, claim.path, {
        message: `${first.object.kind} ${names.join(', ')} is for ${what} at ${claim.parent.kind} \`${claim.parent.name}\` too. A gateway may accept only the older of two kinds of routes there, and the other gets nothing.`,
        part: claim.hostname === '' ? 'head' : 'value',
        ...(acceptance === 'unknown' && { severity: 'information' as const }),
        related: rivals
          .slice(0, 5)
          .map(({ object, path }) => ({ message: `${object.kind} ${object.name}`, object, path })),
      });
    }
  },
};

/** Those with a hostname in common. Only for a wildcard is each of the others compared. */
function candidates(claims: KindClaims | undefined, hostname: string): readonly HostnameClaim[] {
  if (!claims || hostname === '') return claims?.all ?? [];
  if (isWildcard(hostname)) {
    return claims.all.filter((claim) => intersectHostnames(claim.hostname, hostname) !== undefined);
  }
  const labels = hostname.split('.');
  const names = [hostname, ...labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`), ''];
  return names.flatMap((name) => claims.byHostname.get(name) ?? []);
}

/** Istio merges routes of both kinds; what the controller of another class does is its own choice. */
function acceptanceOf(context: CheckContext, gateway: MeshObject | undefined): 'both' | 'one' | 'unknown' {
  const className = stringOf(fieldOf(gateway?.spec, 'gatewayClassName')) ?? '';
  if (className === '') return 'unknown';
  const known = context.find(Kinds.gatewayClass, '', className);
  const controller = stringOf(fieldOf(known?.spec, 'controllerName')) ?? '';
  const isIstio = controller === '' ? /^istio(?:-|$)/.test(className) : controller.startsWith('istio.io/');
  return isIstio ? 'both' : 'one';
}

function competes(
  context: CheckContext,
  claim: HostnameClaim,
  rival: HostnameClaim,
  gateway: MeshObject | undefined,
): boolean {
  if (!meetAt(claim.parent, rival.parent)) return false;
  const [own, other] = [context.isNamespaceKnown, context.hasKnownNamespace(rival.object)];
  // Files that leave the namespace open are often alternatives to each other.
  if (!own || !other) return own === other && rival.object.origin.source === claim.object.origin.source;
  if (!gateway) return rival.object.namespace === claim.object.namespace;
  const meant = intersectHostnames(claim.hostname, rival.hostname);
  return sharedListeners(context, gateway, [claim, rival]).some(
    ({ hostname }) => intersectHostnames(meant, hostname) !== undefined,
  );
}

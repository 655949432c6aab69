import { groupBy } from '../../../../shared/group-by.ts';
import { fieldOf, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { readReference } from '../../semantics/gateway-api/object-reference.ts';
import type { LabelSelector } from '../../semantics/label-selector.ts';
import { readLabelSelector } from '../../semantics/label-selector.ts';
import type { Index } from '../check.ts';
import { perObject } from '../per-object.ts';

export interface ServerView {
  readonly object: MeshObject;
  readonly namespace: string;
  /** Absent for a Server of machines outside the cluster. */
  readonly podSelector?: LabelSelector;
  /** Number or name of the pods' port. */
  readonly port?: number | string;
  /** What is allowed without any authorization; absent: nothing. */
  readonly accessPolicy?: string;
  readonly proxyProtocol?: string;
}

export const serverOf = perObject((object: MeshObject): ServerView => {
  const { spec, namespace } = object;
  const podSelector = readLabelSelector(fieldOf(spec, 'podSelector'));
  const port = numberOf(fieldOf(spec, 'port')) ?? stringOf(fieldOf(spec, 'port'));
  const accessPolicy = stringOf(fieldOf(spec, 'accessPolicy'));
  const proxyProtocol = stringOf(fieldOf(spec, 'proxyProtocol'));
  return {
    object,
    namespace,
    ...(podSelector && { podSelector }),
    ...(port !== undefined && { port }),
    ...(accessPolicy !== undefined && { accessPolicy }),
    ...(proxyProtocol !== undefined && { proxyProtocol }),
  };
});

/** Servers by namespace. */
export const servers: Index<ReadonlyMap<string, readonly ServerView[]>> = {
  inputs: [Kinds.linkerdServer],
  relevant: ({ spec }) => spec,
  build: (objects) => groupBy(objects.ofKind(Kinds.linkerdServer).map(serverOf), ({ namespace }) => namespace),
};

/** A reference that names no group is to the core group, where Linkerd finds namespaces and service accounts. */
const withoutGroup = { group: '' } as const;

/** What an AuthorizationPolicy is for, and what it asks of callers. */
export const authorizationTarget = perObject((object: MeshObject): ObjectReference | undefined =>
  readReference(fieldOf(object.spec, 'targetRef'), ['spec', 'targetRef'], object.namespace, {
    ...withoutGroup,
    kind: 'Server',
  }),
);

export const requiredAuthentications = perObject((object: MeshObject): readonly ObjectReference[] =>
  listOf(fieldOf(object.spec, 'requiredAuthenticationRefs')).flatMap(
    (value, index) =>
      readReference(value, ['spec', 'requiredAuthenticationRefs', index], object.namespace, {
        ...withoutGroup,
        kind: 'MeshTLSAuthentication',
      }) ?? [],
  ),
);

/** The Server that a ServerAuthorization names; absent where it goes by labels. */
export function serverNameOf({ spec }: MeshObject): string | undefined {
  return stringOf(valueAt(spec, ['server', 'name']));
}

/** Whether one of the authorizations of its namespace may be for a Server: by its name, that of a route, or for all. */
export function isAuthorized(
  server: ServerView,
  policies: readonly MeshObject[],
  authorizations: readonly MeshObject[],
): boolean {
  const isForServer = (policy: MeshObject): boolean => {
    const target = authorizationTarget(policy);
    // Routes belong to some Server, and a policy that cannot be read may be for any.
    return target?.key !== Kinds.linkerdServer || target.name === server.object.name;
  };
  const isForLabels = (authorization: MeshObject): boolean => {
    const name = serverNameOf(authorization);
    return name === undefined || name === server.object.name;
  };
  return policies.some(isForServer) || authorizations.some(isForLabels);
}

import { groupBy } from '../../../../shared/group-by.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { groupOf, kindKey } from '../../../model/mesh-object.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { isGatewayReference } from '../../semantics/gateway-api/object-reference.ts';
import type { Grant } from '../../semantics/gateway-api/reference-grants.ts';
import { isGranted } from '../../semantics/gateway-api/reference-grants.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { certificatesOf } from './certificate-references.ts';
import { grantOf, routeOf } from './gateway-views.ts';

/** Grants by the namespace that gives them. */
const referenceGrants: Index<ReadonlyMap<string, readonly Grant[]>> = {
  inputs: [Kinds.referenceGrant],
  relevant: ({ spec }) => spec,
  build: (objects) => groupBy(objects.ofKind(Kinds.referenceGrant).map(grantOf), ({ object }) => object.namespace),
};

export const missingReferenceGrant: ObjectCheck = {
  scope: 'object',
  code: 'MESH3008',
  rule: 'missing-reference-grant',
  aliases: ['KIA1402'],
  severity: 'error',
  summary: 'A reference goes to another namespace, and no ReferenceGrant there allows it.',
  subject: [...gatewayRouteKinds, Kinds.kubernetesGateway, Kinds.listenerSet],
  inputs: [referenceGrants],
  run(context) {
    const { subject } = context;
    const { parents, rules } = routeOf(subject);
    // In a mesh clients go where they like anyway: only what comes in through a gateway needs to be allowed.
    const backends = parents.some(isGatewayReference)
      ? rules.flatMap((rule) => [...rule.backends, ...rule.mirrors])
      : [];
    const references = [...backends, ...certificatesOf(subject)];
    const reported = new Set<string>();
    for (const reference of references) {
      if (!isUngranted(context, reference)) continue;
      const { key, namespace, name } = reference;
      const target = `${key} ${namespace} ${name}`;
      // One grant allows them all.
      if (reported.has(target)) continue;
      reported.add(target);
      report(context, reference);
    }
  },
};

function isUngranted(context: CheckContext, { key, namespace, name, hasNamespace, group }: ObjectReference): boolean {
  const { subject, isNamespaceKnown } = context;
  // From where the reference comes must be known; hosts of Istio are of no namespace.
  if (!hasNamespace || !isNamespaceKnown || group === 'networking.istio.io') return false;
  const grants = context.index(referenceGrants).get(namespace) ?? [];
  const from = { kind: kindKey(subject), namespace: subject.namespace };
  return !isGranted({ from, to: { kind: key, namespace, name } }, grants);
}

function report(context: CheckContext, reference: ObjectReference): void {
  const { subject } = context;
  const { kind, namespace, name } = reference;
  context.report(subject, [...reference.path, 'namespace'], {
    message: `No ReferenceGrant of namespace \`${namespace}\` lets a ${subject.kind} of \`${subject.namespace}\` refer to ${kind} \`${name}\`, so the reference is refused.`,
    part: 'value',
    fixes: [grantFix(subject, reference)],
  });
}

function grantFix(subject: MeshObject, { group, kind, namespace, name }: ObjectReference): FixPlan {
  const from = { group: groupOf(subject.apiVersion), kind: subject.kind, namespace: subject.namespace };
  const value = {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: `${subject.kind.toLowerCase()}-${subject.namespace}-to-${name}`.slice(0, 253), namespace },
    spec: { from: [from], to: [{ group, kind, name }] },
  };
  return {
    title: `Add a ReferenceGrant to namespace \`${namespace}\``,
    isPreferred: true,
    changes: [{ type: 'append-document', object: subject, value }],
  };
}

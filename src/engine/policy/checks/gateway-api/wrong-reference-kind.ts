import { didYouMean, misspellingsOf } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import {
  isGatewayReference,
  readReference,
  toGateway,
  toService,
} from '../../semantics/gateway-api/object-reference.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { certificatesOf } from './certificate-references.ts';
import { replacements } from '../replacements.ts';
import { routeOf } from './gateway-views.ts';

/** Groups whose kinds of services are written without their group by mistake. */
const groupOfKind: ReadonlyMap<string, string> = new Map([
  ['ServiceImport', 'multicluster.x-k8s.io'],
  ['ServiceEntry', 'networking.istio.io'],
  ['Hostname', 'networking.istio.io'],
  ['InferencePool', 'inference.networking.k8s.io'],
]);

const gatewayGroup = toGateway.group;
const istioGroup = 'networking.istio.io';
/** What routes can be bound to in that group. */
const parentKinds: readonly string[] = ['Gateway', 'ListenerSet'];

export const wrongReferenceKind: ObjectCheck = {
  scope: 'object',
  code: 'MESH3007',
  rule: 'wrong-reference-kind',
  aliases: [],
  severity: 'error',
  summary:
    'A reference names a kind, or a group, that nothing is bound to, that nothing can be sent to, or that holds no certificate.',
  subject: [...gatewayRouteKinds, Kinds.kubernetesGateway, Kinds.listenerSet, Kinds.backendTlsPolicy],
  inputs: [Kinds.kubernetesGateway],
  run(context) {
    const { parents, rules } = routeOf(context.subject);
    for (const parent of parents) checkParent(context, parent);
    for (const { backends, mirrors } of rules) {
      for (const reference of [...backends, ...mirrors]) {
        checkGroup(context, reference);
        checkKind(context, reference, 'Service', 'requests go to');
      }
    }
    if (kindKey(context.subject) === Kinds.backendTlsPolicy) checkTargets(context);
    for (const reference of certificatesOf(context.subject)) {
      checkKind(context, reference, 'Secret', 'certificates are kept in');
    }
  },
};

/** Parents are of the group of gateways unless they say otherwise, and that has no services. */
function checkParent(context: CheckContext, { group, kind, path }: ObjectReference): void {
  const { subject: object } = context;
  if (group === istioGroup && kind === toGateway.kind) {
    const value = gatewayGroup;
    context.report(object, [...path, 'group'], {
      message: `Routes are bound to a Gateway of \`${value}\`; Istio’s own Gateway takes VirtualServices.`,
      part: 'value',
      fixes: [{ title: `Replace with \`${value}\``, changes: [groupChange(context, path, value)] }],
    });
    return;
  }
  const meant = kind === 'Service' ? '' : groupOfKind.get(kind);
  if (group !== gatewayGroup) return;
  if (meant === undefined) {
    const near = parentKinds.includes(kind) ? [] : misspellingsOfKind(kind, parentKinds);
    if (near.length === 0) return;
    context.report(object, [...path, 'kind'], {
      message: `\`${gatewayGroup}\` has no kind \`${kind}\`, so the route is bound to nothing.${didYouMean(near)}`,
      part: 'value',
      fixes: replacements(object, [...path, 'kind'], near),
    });
    return;
  }
  const written = meant === '' ? '""' : meant;
  context.report(context.subject, [...path, 'kind'], {
    message: `Without \`group: ${written}\` this means a ${kind} of \`${gatewayGroup}\`, which has none: the route is bound to nothing.`,
    part: 'value',
    fixes: [{ title: `Set \`group: ${written}\``, isPreferred: true, changes: [groupChange(context, path, meant)] }],
  });
}

/** The core group has no name, and Services are of no other. */
function checkGroup(context: CheckContext, { group, kind, path }: ObjectReference): void {
  if (kind !== 'Service' || !/^(?:v1|core)$/.test(group)) return;
  // Linkerd takes `core` too, in routes that no gateway serves.
  if (group === 'core' && !routeOf(context.subject).parents.some(isGatewayReference)) return;
  context.report(context.subject, [...path, 'group'], {
    message: `There is no group \`${group}\`: the core group is written \`""\`, or not at all.`,
    part: 'value',
    fixes: [{ title: 'Set `group: ""`', isPreferred: true, changes: [groupChange(context, path, '')] }],
  });
}

/** A policy for connections to backends is for Services, not for what sends requests to them. */
function checkTargets(context: CheckContext): void {
  const { subject } = context;
  for (const [index, value] of listOf(fieldOf(subject.spec, 'targetRefs')).entries()) {
    const path = ['spec', 'targetRefs', index];
    const target = readReference(value, path, subject.namespace, toService);
    if (!target || (target.group !== gatewayGroup && target.group !== '') || target.key === Kinds.service) continue;
    context.report(subject, [...path, 'kind'], {
      message: `How a backend is called is said of its Service, not of a ${target.kind}: this policy does nothing there.`,
      part: 'value',
    });
  }
}

function misspellingsOfKind(kind: string, known: readonly string[]): readonly string[] {
  const other = known.filter((each) => each.toLowerCase() === kind.toLowerCase());
  return other.length > 0 ? other : misspellingsOf(kind, known);
}

function checkKind(context: CheckContext, reference: ObjectReference, wanted: string, purpose: string): void {
  const { group, kind, path } = reference;
  // Every other group may have kinds that some implementation knows.
  if (group !== '' || kind === wanted) return;
  const object = context.subject;
  const kindPath = [...path, 'kind'];
  const meant = wanted === 'Service' ? groupOfKind.get(kind) : undefined;
  // The controller of VPC Lattice takes a ServiceImport of any group, and its documentation writes none.
  if (kind === 'ServiceImport' && mayBeLattice(context)) return;
  const fix =
    meant === undefined
      ? {
          title: `Replace with \`${wanted}\``,
          changes: [{ type: 'replace-value', object, path: kindPath, value: wanted } as const],
        }
      : { title: `Set \`group: ${meant}\``, isPreferred: true, changes: [groupChange(context, path, meant)] };
  const hint = meant === undefined ? '' : ` \`${kind}\` is of group \`${meant}\`.`;
  context.report(object, kindPath, {
    message: `In the core group, ${purpose} a ${wanted}, not a \`${kind}\`.${hint}`,
    part: 'value',
    fixes: [fix],
  });
}

/** Whether a parent is a gateway of VPC Lattice, or one of which nothing is known. */
function mayBeLattice(context: CheckContext): boolean {
  return routeOf(context.subject).parents.some((parent) => {
    if (parent.key !== Kinds.kubernetesGateway) return false;
    const gateway = context.find(Kinds.kubernetesGateway, parent.namespace, parent.name);
    return !gateway || fieldOf(gateway.spec, 'gatewayClassName') === 'amazon-vpc-lattice';
  });
}

function groupChange({ subject: object }: CheckContext, path: FieldPath, value: string) {
  const reference = valueAt(object, path);
  const isWritten = isRecord(reference) && fieldOf(reference, 'group') !== undefined;
  return isWritten
    ? ({ type: 'replace-value', object, path: [...path, 'group'], value } as const)
    : ({ type: 'insert-field', object, path, key: 'group', value } as const);
}

import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { toGateway } from '../../semantics/gateway-api/object-reference.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { certificatesOf } from './certificate-references.ts';
import { routeOf } from './gateway-views.ts';

/** Groups whose kinds of services are written without their group by mistake. */
const groupOfKind: ReadonlyMap<string, string> = new Map([
  ['ServiceImport', 'multicluster.x-k8s.io'],
  ['ServiceEntry', 'networking.istio.io'],
  ['Hostname', 'networking.istio.io'],
  ['InferencePool', 'inference.networking.k8s.io'],
]);

const gatewayGroup = toGateway.group;

export const wrongReferenceKind: ObjectCheck = {
  scope: 'object',
  code: 'MESH3007',
  rule: 'wrong-reference-kind',
  aliases: [],
  severity: 'error',
  summary: 'A reference names a kind of the core group that nothing can be sent to, or that holds no certificate.',
  subject: [...gatewayRouteKinds, Kinds.kubernetesGateway, Kinds.listenerSet],
  inputs: [],
  run(context) {
    const { parents, rules } = routeOf(context.subject);
    for (const parent of parents) checkParent(context, parent);
    for (const { backends, mirrors } of rules) {
      for (const reference of [...backends, ...mirrors]) checkKind(context, reference, 'Service', 'requests go to');
    }
    for (const reference of certificatesOf(context.subject)) {
      checkKind(context, reference, 'Secret', 'certificates are kept in');
    }
  },
};

/** Parents are of the group of gateways unless they say otherwise, and that has no services. */
function checkParent(context: CheckContext, { group, kind, path }: ObjectReference): void {
  const meant = kind === 'Service' ? '' : groupOfKind.get(kind);
  if (group !== gatewayGroup || meant === undefined) return;
  const written = meant === '' ? '""' : meant;
  context.report(context.subject, [...path, 'kind'], {
    message: `Without \`group: ${written}\` this means a ${kind} of \`${gatewayGroup}\`, which has none: the route is bound to nothing.`,
    part: 'value',
    fixes: [{ title: `Set \`group: ${written}\``, isPreferred: true, changes: [groupChange(context, path, meant)] }],
  });
}

function checkKind(context: CheckContext, reference: ObjectReference, wanted: string, purpose: string): void {
  const { group, kind, path } = reference;
  // Every other group may have kinds that some implementation knows.
  if (group !== '' || kind === wanted) return;
  const object = context.subject;
  const kindPath = [...path, 'kind'];
  const meant = wanted === 'Service' ? groupOfKind.get(kind) : undefined;
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

function groupChange({ subject: object }: CheckContext, path: FieldPath, value: string) {
  const reference = valueAt(object, path);
  const isWritten = isRecord(reference) && fieldOf(reference, 'group') !== undefined;
  return isWritten
    ? ({ type: 'replace-value', object, path: [...path, 'group'], value } as const)
    : ({ type: 'insert-field', object, path, key: 'group', value } as const);
}

import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { targetedKinds } from '../../semantics/policy-target.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { namedServices } from '../gateway-api/known-targets.ts';
import type { NamedObjects } from '../object-lookup.ts';
import { lookUpObject, namedObjects, reportUnknownObject } from '../object-lookup.ts';

export const unknownPolicyTarget: ObjectCheck = {
  scope: 'object',
  code: 'MESH1730',
  rule: 'unknown-policy-target',
  aliases: [],
  severity: 'error',
  summary: 'A policy is attached to a Gateway or Service that does not exist, so nothing follows it.',
  subject: targetedKinds,
  inputs: [Kinds.kubernetesGateway, serviceDirectory],
  run(context) {
    const { spec } = context.subject;
    checkTarget(context, fieldOf(spec, 'targetRef'), ['spec', 'targetRef']);
    for (const [index, target] of listOf(fieldOf(spec, 'targetRefs')).entries()) {
      checkTarget(context, target, ['spec', 'targetRefs', index]);
    }
  },
};

function checkTarget(context: CheckContext, target: unknown, path: FieldPath): void {
  const name = isRecord(target) ? stringOf(target.name) : undefined;
  const kind = stringOf(fieldOf(target, 'kind')) ?? '';
  const objects = objectsOf(context, stringOf(fieldOf(target, 'group')) ?? '', kind);
  if (name === undefined || name === '' || !objects) return;
  const reference = { name, namespace: context.subject.namespace, hasNamespace: false };
  const lookup = lookUpObject(context, reference, objects);
  if (lookup.state !== 'unknown') return;
  // Commands make waypoints that no file shows, beside gateways that files do show.
  if (kind === 'Gateway' && lookup.near.length === 0 && lookup.elsewhere.length === 0) return;
  const consequence = ', so nothing follows this policy';
  reportUnknownObject(context, { path, reference, kind, lookup, consequence, isLocal: true });
}

/** Undefined for kinds that are not looked up. */
function objectsOf(context: CheckContext, group: string, kind: string): NamedObjects | undefined {
  if (group === 'gateway.networking.k8s.io' && kind === 'Gateway') {
    return namedObjects(context.ofKind(Kinds.kubernetesGateway));
  }
  const isService = kind === 'Service' && (group === '' || group === 'core');
  return isService ? namedServices(context.index(serviceDirectory)) : undefined;
}

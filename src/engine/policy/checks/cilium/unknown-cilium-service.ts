import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { lookUpService } from '../gateway-api/known-targets.ts';
import { reportUnknownObject } from '../object-lookup.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

export const unknownCiliumService: ObjectCheck = {
  scope: 'object',
  code: 'MESH6016',
  rule: 'unknown-cilium-service',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Cilium lets pods call a Service that does not exist.',
  subject: ciliumPolicyKinds,
  inputs: [serviceDirectory],
  run(context) {
    for (const { rules } of ciliumSpecsOf(context.subject)) {
      for (const { value, path } of rules) {
        for (const [index, entry] of listOf(value.toServices).entries()) {
          check(context, fieldOf(entry, 'k8sService'), [...path, 'toServices', index, 'k8sService']);
        }
      }
    }
  },
};

function check(context: CheckContext, service: unknown, path: FieldPath): void {
  const name = stringOf(fieldOf(service, 'serviceName'));
  const namespace = stringOf(fieldOf(service, 'namespace'));
  if (name === undefined || name === '' || namespace === undefined) return;
  const reference = { name, namespace, hasNamespace: true };
  const lookup = lookUpService(context, reference);
  if (lookup.state !== 'unknown') return;
  const consequence = ', so this lets nothing through';
  reportUnknownObject(context, { path, reference, kind: 'Service', lookup, consequence, field: 'serviceName' });
}

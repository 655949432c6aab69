import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, recordOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { readReference, toService } from '../../semantics/gateway-api/object-reference.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { lookUpObject, namedObjects, reportUnknownObject } from '../object-lookup.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { lookUpService } from './known-targets.ts';
import { servicePorts } from '../directories/service-ports.ts';

export const backendTlsPolicyTarget: ObjectCheck = {
  scope: 'object',
  code: 'MESH3021',
  rule: 'unknown-backend-tls-reference',
  aliases: [],
  severity: 'error',
  summary: 'A BackendTLSPolicy is for a Service or port, or trusts a ConfigMap, that does not exist.',
  subject: Kinds.backendTlsPolicy,
  inputs: [serviceDirectory, servicePorts, Kinds.configMap],
  run(context) {
    const { subject } = context;
    for (const [index, value] of listOf(fieldOf(subject.spec, 'targetRefs')).entries()) {
      const target = readReference(value, ['spec', 'targetRefs', index], subject.namespace, toService);
      if (target?.key === Kinds.service) checkTarget(context, target);
    }
    for (const [index, value] of listOf(valueAt(subject.spec, ['validation', 'caCertificateRefs'])).entries()) {
      const path = ['spec', 'validation', 'caCertificateRefs', index];
      const reference = readReference(value, path, subject.namespace, { group: '', kind: 'ConfigMap' });
      if (reference?.key !== Kinds.configMap) continue;
      const lookup = lookUpObject(context, reference, namedObjects(context.ofKind(Kinds.configMap)));
      if (lookup.state === 'known') checkAuthority(context, [...path, 'name'], lookup.object);
      if (lookup.state !== 'unknown' || !lookup.hasSiblings) continue;
      const consequence = ', so the backend’s certificate cannot be verified';
      reportUnknownObject(context, { path, reference, kind: 'ConfigMap', lookup, consequence, isLocal: true });
    }
  },
};

/** Authorities are taken from the key `ca.crt` alone. */
function checkAuthority(context: CheckContext, path: FieldPath, map: MeshObject): void {
  const keys = ['data', 'binaryData'].flatMap((field) => Object.keys(recordOf(fieldOf(map.rest, field)) ?? {}));
  if (keys.length === 0 || keys.includes('ca.crt')) return;
  context.report(context.subject, path, {
    message: `ConfigMap \`${map.name}\` has no key \`ca.crt\`, from which the authority is taken: the backend’s certificate cannot be verified.`,
    part: 'value',
    related: [{ message: `It has ${keys.map((key) => `\`${key}\``).join(', ')}.`, object: map, path: ['data'] }],
  });
}

function checkTarget(context: CheckContext, target: ObjectReference): void {
  const lookup = lookUpService(context, target);
  const { path, name, sectionName } = target;
  if (lookup.state === 'unknown') {
    const consequence = ', so this policy does nothing';
    reportUnknownObject(context, { path, reference: target, kind: 'Service', lookup, consequence, isLocal: true });
    return;
  }
  if (lookup.state !== 'known' || sectionName === undefined) return;
  const service = lookup.object;
  const ports = context.index(servicePorts).get(`${service.namespace}/${service.name}`) ?? [];
  const names = ports.map((port) => port.name).filter((each) => each !== '');
  if (ports.length === 0 || names.includes(sectionName)) return;
  const byNumber = ports.find(({ number }) => String(number) === sectionName)?.name ?? '';
  const choices = byNumber === '' ? names : [byNumber];
  const list = names.length > 0 ? `; its ports are ${names.map((each) => `\`${each}\``).join(', ')}` : '';
  context.report(context.subject, [...path, 'sectionName'], {
    message: `Service \`${name}\` has no port named \`${sectionName}\`${list}.`,
    part: 'value',
    related: [{ message: 'The ports are declared here.', object: service, path: ['spec', 'ports'] }],
    fixes: choices.slice(0, 4).map((value) => ({
      title: `Replace with \`${value}\``,
      isPreferred: choices.length === 1,
      changes: [{ type: 'replace-value', object: context.subject, path: [...path, 'sectionName'], value }],
    })),
  });
}

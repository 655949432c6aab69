import type { FieldPath } from '../../../../shared/text.ts';
import { nearestNames, didYouMean } from '../../../../shared/nearest-names.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { readReference } from '../../semantics/gateway-api/object-reference.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceAccountDirectory } from '../directories/service-account-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { lookUpObject, namedObjects, reportUnknownObject } from '../object-lookup.ts';
import { replacements } from '../replacements.ts';
import { requiredAuthentications } from './server-view.ts';

const authentications = [Kinds.linkerdMeshTlsAuthentication, Kinds.linkerdNetworkAuthentication] as const;

export const unknownAuthentication: ObjectCheck = {
  scope: 'object',
  code: 'MESH4002',
  rule: 'unknown-linkerd-authentication',
  aliases: [],
  severity: 'error',
  summary:
    'A policy of Linkerd asks for an authentication, or a service account, that does not exist, so nobody has it.',
  subject: [Kinds.linkerdAuthorizationPolicy, Kinds.linkerdMeshTlsAuthentication, Kinds.linkerdServerAuthorization],
  inputs: [...authentications, serviceAccountDirectory, workloadDirectory],
  run(context) {
    const { subject } = context;
    for (const reference of requiredAuthentications(subject)) {
      if (reference.key === Kinds.serviceAccount) {
        checkAccount(context, reference.path, reference.namespace, reference.name, reference.hasNamespace);
      } else if (authentications.some((kind) => kind === reference.key)) {
        const lookup = lookUpObject(context, reference, namedObjects(context.ofKind(reference.key)));
        if (lookup.state !== 'unknown') continue;
        const consequence = ', so nobody is allowed by it';
        reportUnknownObject(context, { path: reference.path, reference, kind: reference.kind, lookup, consequence });
      }
    }
    const isAuthentication = kindKey(subject) === Kinds.linkerdMeshTlsAuthentication;
    const accounts = isAuthentication ? ['spec', 'identityRefs'] : ['spec', 'client', 'meshTLS', 'serviceAccounts'];
    for (const [index, value] of listOf(valueAt(subject, accounts)).entries()) {
      const path = [...accounts, index];
      const reference = readReference(value, path, subject.namespace, { group: '', kind: 'ServiceAccount' });
      if (reference?.key !== Kinds.serviceAccount) continue;
      checkAccount(
        context,
        path,
        reference.namespace,
        reference.name,
        stringOf(fieldOf(value, 'namespace')) !== undefined,
      );
    }
  },
};

function checkAccount(
  context: CheckContext,
  path: FieldPath,
  namespace: string,
  name: string,
  hasNamespace: boolean,
): void {
  if (!hasNamespace && !context.isNamespaceKnown) return;
  const directory = context.index(serviceAccountDirectory);
  if (directory.stateOf(namespace, name) !== 'absent') return;
  // Files may declare what runs as it, and leave the account itself to others.
  if (context.index(workloadDirectory).usesAccount(namespace, name)) return;
  const near = nearestNames(name, directory.namesIn(namespace));
  const namePath = [...path, 'name'];
  context.report(context.subject, namePath, {
    message: `Namespace \`${namespace}\` has no service account \`${name}\`, so nobody is allowed by it.${didYouMean(near)}`,
    part: 'value',
    fixes: replacements(context.subject, namePath, near),
  });
}

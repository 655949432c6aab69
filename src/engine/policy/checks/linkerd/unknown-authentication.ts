import type { FieldPath } from '../../../../shared/text.ts';
import { nearestNames, didYouMean } from '../../../../shared/nearest-names.ts';
import { fieldOf, listOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
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
  subject: [
    Kinds.linkerdAuthorizationPolicy,
    Kinds.linkerdMeshTlsAuthentication,
    Kinds.linkerdServerAuthorization,
    Kinds.linkerdRateLimit,
  ],
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
    for (const list of accountLists(subject)) {
      for (const [index, value] of listOf(valueAt(subject, list)).entries()) {
        const path = [...list, index];
        const reference = readReference(value, path, subject.namespace, { group: '', kind: 'ServiceAccount' });
        if (reference?.key !== Kinds.serviceAccount) continue;
        checkAccount(context, path, reference.namespace, reference.name, reference.hasNamespace);
      }
    }
    checkIdentities(context);
  },
};

/** Lists of references to service accounts. */
function accountLists(subject: MeshObject): readonly FieldPath[] {
  switch (kindKey(subject)) {
    case Kinds.linkerdMeshTlsAuthentication:
      return [['spec', 'identityRefs']];
    case Kinds.linkerdServerAuthorization:
      return [['spec', 'client', 'meshTLS', 'serviceAccounts']];
    case Kinds.linkerdRateLimit:
      return listOf(fieldOf(subject.spec, 'overrides')).map((_, index) => ['spec', 'overrides', index, 'clientRefs']);
    default:
      return [];
  }
}

/** Identities are those of service accounts where they have the form that Linkerd gives them. */
function checkIdentities(context: CheckContext): void {
  const { subject, settings } = context;
  const end = `.serviceaccount.identity.linkerd.${settings.clusterDomain}`;
  for (const list of identityLists) {
    for (const [index, identity] of listOf(valueAt(subject, list)).entries()) {
      if (typeof identity !== 'string' || !identity.endsWith(end)) continue;
      const [name = '', namespace = '', ...others] = identity.slice(0, -end.length).split('.');
      if (others.length > 0 || name === '*' || !isAbsent(context, namespace, name)) continue;
      const near = nearestNames(name, context.index(serviceAccountDirectory).namesIn(namespace)).map(
        (each) => `${each}.${namespace}${end}`,
      );
      const path = [...list, index];
      context.report(subject, path, {
        message: `Namespace \`${namespace}\` has no service account \`${name}\`, so nobody has this identity.${didYouMean(near)}`,
        part: 'value',
        fixes: replacements(subject, path, near),
      });
    }
  }
}

const identityLists = [
  ['spec', 'identities'],
  ['spec', 'client', 'meshTLS', 'identities'],
];

function isAbsent(context: CheckContext, namespace: string, name: string): boolean {
  // Files may declare what runs as it, and leave the account itself to others.
  return (
    context.index(serviceAccountDirectory).stateOf(namespace, name) === 'absent' &&
    !context.index(workloadDirectory).usesAccount(namespace, name)
  );
}

function checkAccount(
  context: CheckContext,
  path: FieldPath,
  namespace: string,
  name: string,
  hasNamespace: boolean,
): void {
  if (!hasNamespace && !context.isNamespaceKnown) return;
  if (!isAbsent(context, namespace, name)) return;
  const near = nearestNames(name, context.index(serviceAccountDirectory).namesIn(namespace));
  const { subject } = context;
  const namePath = [...path, 'name'];
  context.report(subject, namePath, {
    message: `Namespace \`${namespace}\` has no service account \`${name}\`, so nobody is ${subject.kind === 'HTTPLocalRateLimitPolicy' ? 'limited' : 'allowed'} by it.${didYouMean(near)}`,
    part: 'value',
    fixes: replacements(subject, namePath, near),
  });
}

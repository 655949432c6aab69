import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { isProxyOnly } from '../../semantics/mesh-membership.ts';
import type { PolicyTarget } from '../../semantics/policy-target.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { authenticatesWorkload, ownTokenChecks } from '../directories/request-authentications.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { tokenConditions } from './token-uses.ts';

export const principalWithoutTokens: ObjectCheck = {
  scope: 'object',
  code: 'MESH1713',
  rule: 'principal-without-tokens',
  aliases: [],
  severity: 'warning',
  summary: 'An AuthorizationPolicy goes by the token of a request, and nothing makes its workloads check tokens.',
  subject: Kinds.authorizationPolicy,
  inputs: [Kinds.requestAuthentication, ownTokenChecks, workloadDirectory, namespaceDirectory],
  run(context) {
    const { subject } = context;
    const values = tokenConditions(subject);
    if (values.length === 0 || !areTokensUnchecked(context)) return;
    const seen = new Set<string>();
    for (const { key, list, isNegative, part } of values) {
      if (seen.has(list.join())) continue;
      seen.add(list.join());
      context.report(subject, part === 'when' ? [...list.slice(0, -1), 'key'] : list, {
        message: `\`${key}\` ${isNegative ? 'always' : 'never'} holds: no RequestAuthentication is for these workloads, so no request has a principal.`,
        part: part === 'when' ? 'value' : 'key',
        related: context
          .ofKind(Kinds.requestAuthentication)
          .filter(({ namespace }) => namespace === subject.namespace)
          .slice(0, 3)
          .map((object) => ({ message: 'This one is for others.', object, path: ['metadata', 'name'] })),
      });
    }
  },
};

/** Whether certainly no proxy that follows the policy checks tokens. */
function areTokensUnchecked(context: CheckContext): boolean {
  const { subject } = context;
  const policies = context.ofKind(Kinds.requestAuthentication).filter(checksTokens);
  // Where nothing of the kind is known they may be kept elsewhere.
  if (policies.length === 0 && !context.isComplete(Kinds.requestAuthentication)) return false;
  if (context.index(ownTokenChecks)) return false;
  const target = readPolicyTarget(subject.spec);
  if (target.references.length > 0) return !policies.some((policy) => mayShareTarget(context, policy, target));
  const workloads = policyWorkloads(context, target.selector ?? {}).filter((workload) => {
    const membership = membershipIn(context, workload);
    // Waypoints follow only what names them, and ztunnel knows nothing of requests.
    if (workload.labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller' || membership === 'ambient')
      return false;
    return membership !== 'none' || isProxyOnly(workload);
  });
  return (
    workloads.length > 0 &&
    !workloads.some((workload) => policies.some((policy) => authenticatesWorkload(context, policy, workload)))
  );
}

/** One without rules asks for no token. */
function checksTokens({ spec }: MeshObject): boolean {
  return listOf(fieldOf(spec, 'jwtRules')).length > 0;
}

/** Proxies of one target may be those of another of another kind, and be selected by labels too. */
function mayShareTarget(context: CheckContext, policy: MeshObject, { references }: PolicyTarget): boolean {
  const { subject, isNamespaceKnown, settings } = context;
  const isNear =
    policy.namespace === subject.namespace ||
    policy.namespace === settings.rootNamespace ||
    !isNamespaceKnown ||
    !context.hasKnownNamespace(policy);
  const others = readPolicyTarget(policy.spec).references;
  if (!isNear || others.length === 0) return isNear;
  return references.some(({ kind, name }) => others.some((other) => other.kind !== kind || other.name === name));
}

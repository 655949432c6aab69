import { fieldOf, isRecord, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { PolicyTarget } from '../../semantics/policy-target.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { mayBeGateway } from '../gateways/gateway-proxies.ts';
import { tokenUses } from './token-uses.ts';

export const unrequiredToken: ObjectCheck = {
  scope: 'object',
  code: 'MESH1716',
  rule: 'unrequired-token',
  aliases: [],
  severity: 'information',
  summary: 'A RequestAuthentication checks tokens, and nothing asks for one: requests without a token pass.',
  subject: Kinds.requestAuthentication,
  inputs: [tokenUses, workloadDirectory, namespaceDirectory, Kinds.kubernetesGateway, Kinds.service],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const rules = listOf(fieldOf(subject.spec, 'jwtRules')).filter(isRecord);
    // What is handed on to the application is for the application to ask for.
    if (!isNamespaceKnown || rules.length === 0 || rules.some(isHandedOn)) return;
    const { policies, hasOthers } = context.index(tokenUses);
    if (hasOthers) return;
    const target = readPolicyTarget(subject.spec);
    const isRequired =
      target.references.length > 0
        ? mayRequireOf(context, policies, target)
        : mayRequireOfWorkloads(context, policies, target);
    if (isRequired) return;
    context.report(subject, ['spec', 'jwtRules'], {
      message:
        'Checked is the token of a request that has one. No AuthorizationPolicy asks for one here, so requests without a token pass.',
      part: 'key',
    });
  },
};

function isHandedOn(rule: unknown): boolean {
  return (
    fieldOf(rule, 'forwardOriginalToken') === true ||
    fieldOf(rule, 'outputPayloadToHeader') !== undefined ||
    listOf(fieldOf(rule, 'outputClaimToHeaders')).length > 0
  );
}

/** Of targets that are not known nothing is said; of a gateway, those behind it may ask for the token. */
function mayRequireOf(context: CheckContext, policies: readonly MeshObject[], { references }: PolicyTarget): boolean {
  const { subject } = context;
  const kinds = { Gateway: Kinds.kubernetesGateway, Service: Kinds.service } as const;
  const areKnown = references.every(({ kind, name }) =>
    kind === 'Gateway' || kind === 'Service' ? context.find(kinds[kind], subject.namespace, name) : undefined,
  );
  return (
    !areKnown ||
    policies.some((policy) => isNear(context, policy, subject)) ||
    (policies.length > 0 && references.some(({ kind }) => kind === 'Gateway'))
  );
}

function mayRequireOfWorkloads(
  context: CheckContext,
  policies: readonly MeshObject[],
  { selector = {} }: PolicyTarget,
): boolean {
  const workloads = policyWorkloads(context, selector);
  const isFollowed = workloads.some((workload) => !['none', 'ambient'].includes(membershipIn(context, workload)));
  if (!isFollowed || (policies.length > 0 && workloads.some(mayBeGateway))) return true;
  return policies.some((policy) => {
    const target = readPolicyTarget(policy.spec);
    // A waypoint or a gateway that the requests come by may ask.
    if (target.references.some(({ kind }) => kind === 'Gateway')) return true;
    if (target.references.length > 0) return isNear(context, policy, context.subject);
    if (
      context
        .index(workloadDirectory)
        .selected(target.selector ?? {})
        .some(isGatewayOfPolicy(context, policy))
    )
      return true;
    return workloads.some(
      ({ labels, object }) => selectorMatches(target.selector ?? {}, labels) && isNear(context, policy, object),
    );
  });
}

const isGatewayOfPolicy =
  (context: CheckContext, policy: MeshObject) =>
  (workload: WorkloadView): boolean =>
    mayBeGateway(workload) && isNear(context, policy, workload.object);

function isNear(context: CheckContext, policy: MeshObject, object: MeshObject): boolean {
  return (
    policy.namespace === object.namespace ||
    policy.namespace === context.settings.rootNamespace ||
    !context.hasKnownNamespace(policy) ||
    !context.hasKnownNamespace(object)
  );
}

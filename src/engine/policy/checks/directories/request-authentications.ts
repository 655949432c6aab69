import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, Index } from '../check.ts';

/**
 * Whether a RequestAuthentication makes the proxy of a workload check tokens. Gateways of the Gateway API are named by a
 * label of their pods, others by `gatewayName`.
 */
export function authenticatesWorkload(
  context: Pick<CheckContext, 'settings' | 'hasKnownNamespace'>,
  policy: MeshObject,
  workload: WorkloadView,
  gatewayName?: string,
): boolean {
  const { selector = {}, references } = readPolicyTarget(policy.spec);
  if (references.length > 0) {
    const name = workload.labels['gateway.networking.k8s.io/gateway-name'] ?? gatewayName;
    return references.some((reference) => reference.kind === 'Gateway' && reference.name === name);
  }
  const isNear =
    policy.namespace === workload.namespace ||
    policy.namespace === context.settings.rootNamespace ||
    !context.hasKnownNamespace(policy) ||
    !context.hasKnownNamespace(workload.object);
  return isNear && selectorMatches(selector, workload.labels);
}

/** Whether some EnvoyFilter puts in a check of tokens of its own. */
export const ownTokenChecks: Index<boolean> = {
  inputs: [Kinds.envoyFilter],
  relevant: ({ spec }) => checksTokens(spec),
  build: (objects) => objects.ofKind(Kinds.envoyFilter).some(({ spec }) => checksTokens(spec)),
};

function checksTokens(spec: unknown): boolean {
  return (JSON.stringify(spec) ?? '').includes('jwt_authn');
}

import { fieldOf, isRecord } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { selectorOf } from '../directories/selector-of.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { gatewayProxies, isSurelyGateway, mayBeGateway } from '../gateways/gateway-proxies.ts';
import { patchesOf } from './envoy-filter-view.ts';

export const patchForOtherProxies: ObjectCheck = {
  scope: 'object',
  code: 'MESH1810',
  rule: 'patch-for-other-proxies',
  aliases: [],
  severity: 'warning',
  summary:
    'A patch is for gateways and its EnvoyFilter for none, or for sidecars and its EnvoyFilter for gateways only.',
  subject: Kinds.envoyFilter,
  inputs: [workloadDirectory, gatewayProxies, Kinds.kubernetesGateway],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    // What has targets may be for a waypoint.
    if (!isNamespaceKnown || readPolicyTarget(subject.spec).references.length > 0) return;
    const patches = patchesOf(subject).filter(({ context: where }) => /^(?:GATEWAY|SIDECAR_)/.test(where));
    if (patches.length === 0) return;
    const selector = selectorOf(subject);
    // Labels that cannot be read select something, too.
    if (!selector && isRecord(fieldOf(subject.spec, 'workloadSelector'))) return;
    const workloads = policyWorkloads(context, selector?.labels ?? {});
    const isEnough = selector ? workloads.length > 0 : isNamespaceOpen(context, workloads);
    if (!isEnough) return;
    const [hasGateway, hasOthers] = [workloads.some(mayBeGateway), !workloads.every(isSurelyGateway)];
    for (const { path, context: where } of patches) {
      const isForGateways = where === 'GATEWAY';
      if (isForGateways ? hasGateway : hasOthers) continue;
      const who = selector ? 'The workloads that this EnvoyFilter selects are' : `All of \`${subject.namespace}\` are`;
      const they = isForGateways
        ? `${who} no gateways, so this patch for gateways is never applied.`
        : `${who} gateways, so this patch for sidecars is never applied. For gateways the context is \`GATEWAY\`.`;
      context.report(subject, [...path, 'match', 'context'], {
        message: they,
        part: 'value',
        // Without selector, a gateway may be installed from elsewhere.
        ...(!selector && !context.index(workloadDirectory).isComplete && { severity: 'information' as const }),
        related: workloads
          .slice(0, 3)
          .map(({ object }) => ({ message: `${object.kind} ${object.name}.`, object, path: ['metadata', 'name'] })),
      });
    }
  },
};

/**
 * Whether the gateways of the namespace, or of the mesh for the root namespace, are known: of a cluster all are; files
 * must have gateways of other namespaces, and workloads of this one.
 */
function isNamespaceOpen(context: CheckContext, workloads: readonly WorkloadView[]): boolean {
  const { subject, settings } = context;
  const isEverywhere = subject.namespace === settings.rootNamespace;
  const hasOwn = context
    .ofKind(Kinds.kubernetesGateway)
    .some((gateway) => isEverywhere || gateway.namespace === subject.namespace || !context.hasKnownNamespace(gateway));
  if (hasOwn || workloads.length === 0) return false;
  if (context.index(workloadDirectory).isComplete) return true;
  return !isEverywhere && context.index(gatewayProxies).someKnown;
}

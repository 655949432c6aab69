import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { hostCovers, resolveHost, serviceHost } from '../../semantics/hosts.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { selectorOfService } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';

export const sessionAffinity: ObjectCheck = {
  scope: 'object',
  code: 'MESH2055',
  rule: 'ignored-session-affinity',
  aliases: [],
  severity: 'information',
  summary: 'A Service asks for session affinity, which proxies of the mesh do not look at.',
  subject: Kinds.service,
  inputs: [workloadDirectory, namespaceDirectory, Kinds.destinationRule],
  run(context) {
    const { subject, settings, isNamespaceKnown } = context;
    if (fieldOf(subject.spec, 'sessionAffinity') !== 'ClientIP') return;
    const selector = selectorOfService(subject);
    if (Object.keys(selector).length === 0) return;
    const workloads = context.index(workloadDirectory).selectedIn(subject.namespace, selector);
    const isOfMesh =
      workloads.length > 0 && workloads.every((workload) => membershipIn(context, workload) === 'sidecar');
    if (!isOfMesh) return;
    const host = serviceHost(subject.name, subject.namespace, settings);
    const hasHash = context.ofKind(Kinds.destinationRule).some((rule) => {
      const written = stringOf(fieldOf(rule.spec, 'host')) ?? '';
      const wide = resolveHost(written, isNamespaceKnown ? rule.namespace : subject.namespace, settings);
      return (wide === host || hostCovers(wide, host)) && hashes(rule);
    });
    if (hasHash) return;
    context.report(subject, ['spec', 'sessionAffinity'], {
      message:
        'Clients with a sidecar do not keep to one pod by this: their proxies choose an endpoint for every request. A DestinationRule with `consistentHash` makes them keep to one.',
      part: 'value',
    });
  },
};

function hashes({ spec }: MeshObject): boolean {
  const policies = [
    fieldOf(spec, 'trafficPolicy'),
    ...listOf(fieldOf(spec, 'subsets')).map((subset) => fieldOf(subset, 'trafficPolicy')),
  ];
  return policies
    .flatMap((policy) => [policy, ...listOf(fieldOf(policy, 'portLevelSettings'))])
    .some((policy) => valueAt(policy, ['loadBalancer', 'consistentHash']) !== undefined);
}

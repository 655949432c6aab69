import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { networkPolicyOf } from './network-policy-views.ts';

/** Services by each address of their own. */
const serviceAddresses: Index<ReadonlyMap<string, MeshObject>> = {
  inputs: [Kinds.service],
  relevant: addressesOf,
  build: (objects) =>
    new Map(
      objects
        .ofKind(Kinds.service)
        .flatMap((object) => addressesOf(object).map((address) => [address, object] as const)),
    ),
};

function addressesOf({ spec }: MeshObject): readonly string[] {
  const own = stringOf(fieldOf(spec, 'clusterIP'));
  const all = [own, ...listOf(fieldOf(spec, 'clusterIPs'))].filter((address) => typeof address === 'string');
  return [...new Set(all)].filter((address) => address !== '' && address !== 'None');
}

export const serviceAddress: ObjectCheck = {
  scope: 'object',
  code: 'MESH5011',
  rule: 'network-policy-service-address',
  aliases: [],
  severity: 'warning',
  summary:
    'A NetworkPolicy allows the address of a Service, which packets have lost by the time policies look at them.',
  subject: Kinds.networkPolicy,
  inputs: [serviceAddresses],
  run(context) {
    const { subject } = context;
    const addresses = context.index(serviceAddresses);
    for (const { peers, direction } of networkPolicyOf(subject).rules) {
      for (const { ipBlock, path } of peers) {
        const [, address = ''] = /^(.*)\/(?:32|128)$/.exec(ipBlock?.cidr ?? '') ?? [];
        const service = addresses.get(address);
        if (!service || direction === 'ingress') continue;
        context.report(subject, [...path, 'ipBlock', 'cidr'], {
          message: `${address} is the address of Service \`${service.namespace}/${service.name}\`. Policies see the address of the pod behind it, so this lets nothing through. Select those pods by their labels.`,
          part: 'value',
          related: [{ message: 'The Service.', object: service, path: ['spec', 'clusterIP'] }],
        });
      }
    }
  },
};

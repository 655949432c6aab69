import { listOf, fieldOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Index } from '../check.ts';

/** Whether any DestinationRule makes clients use the mesh's mutual TLS. */
export const meshClientMtls: Index<boolean> = {
  inputs: [Kinds.destinationRule],
  relevant: usesMtls,
  build: (objects) => objects.ofKind(Kinds.destinationRule).some(usesMtls),
};

function usesMtls({ spec }: MeshObject): boolean {
  const policies = [
    fieldOf(spec, 'trafficPolicy'),
    ...listOf(fieldOf(spec, 'subsets')).map((subset) => fieldOf(subset, 'trafficPolicy')),
  ];
  return policies.some((policy) =>
    [policy, ...listOf(fieldOf(policy, 'portLevelSettings'))].some((place) =>
      ['ISTIO_MUTUAL', 'MUTUAL'].includes(String(valueAt(place, ['tls', 'mode']))),
    ),
  );
}

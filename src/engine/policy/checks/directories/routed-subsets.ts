import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { resolveHost } from '../../semantics/hosts.ts';
import type { Index } from '../check.ts';
import { destinationsOf } from '../routing/virtual-service-view.ts';

/** Where VirtualServices send requests: hosts in full, and `host subset`. */
export const routedSubsets: Index<ReadonlySet<string>> = {
  inputs: [Kinds.virtualService],
  relevant: routedBy,
  build: (objects, settings) =>
    new Set(objects.ofKind(Kinds.virtualService).flatMap((object) => routedBy(object, settings))),
};

function routedBy(object: MeshObject, settings: ResolvedMeshSettings): readonly string[] {
  const routed = destinationsOf(object).flatMap(({ host, subset }) => {
    const full = resolveHost(host, object.namespace, settings);
    return subset === undefined ? [full] : [full, `${full} ${subset}`];
  });
  return [...new Set(routed)];
}

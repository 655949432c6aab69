import { fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Index } from '../check.ts';
import type { WrittenPort } from './selecting-services.ts';
import { portsOf } from './selecting-services.ts';

/** Ports of Services by `namespace/name`, those of every declaration where several files declare one. */
export const servicePorts: Index<ReadonlyMap<string, readonly WrittenPort[]>> = {
  inputs: [Kinds.service],
  relevant: insidePorts,
  build: (objects) => {
    const byName = new Map<string, readonly WrittenPort[]>();
    for (const service of objects.ofKind(Kinds.service)) {
      const key = `${service.namespace}/${service.name}`;
      byName.set(key, [...(byName.get(key) ?? []), ...insidePorts(service)]);
    }
    return byName;
  },
};

/** None for a name outside the cluster: what that listens on is not for the Service to say. */
function insidePorts(service: MeshObject): readonly WrittenPort[] {
  return fieldOf(service.spec, 'type') === 'ExternalName' ? [] : portsOf(service);
}

import { fieldOf, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Index } from '../check.ts';

export interface DeclaredPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly targetPort: number | undefined;
}

/** Ports of Services by `namespace/name`, those of every declaration where several files declare one. */
export const servicePorts: Index<ReadonlyMap<string, readonly DeclaredPort[]>> = {
  inputs: [Kinds.service],
  relevant: portsOf,
  build: (objects) => {
    const byName = new Map<string, readonly DeclaredPort[]>();
    for (const service of objects.ofKind(Kinds.service)) {
      const key = `${service.namespace}/${service.name}`;
      byName.set(key, [...(byName.get(key) ?? []), ...portsOf(service)]);
    }
    return byName;
  },
};

/** None for a name outside the cluster: what that listens on is not for the Service to say. */
function portsOf({ spec }: MeshObject): readonly DeclaredPort[] {
  if (stringOf(fieldOf(spec, 'type')) === 'ExternalName') return [];
  return listOf(fieldOf(spec, 'ports')).flatMap((entry) => {
    const port = numberOf(fieldOf(entry, 'port'));
    if (port === undefined) return [];
    const name = stringOf(fieldOf(entry, 'name')) ?? '';
    const protocol = stringOf(fieldOf(entry, 'protocol')) ?? 'TCP';
    return [{ name, port, protocol, targetPort: numberOf(fieldOf(entry, 'targetPort')) }];
  });
}

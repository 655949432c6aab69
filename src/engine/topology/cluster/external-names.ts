import { fieldOf, stringOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import { refOf, type MeshObject } from '../../model/mesh-object.ts';
import type { Route } from './declared-route.ts';
import type { CallContext, TargetFinder } from './target-finder.ts';

/** The host that a service of type ExternalName is another name for; undefined for other services. */
export function externalNameOf({ spec }: MeshObject): string | undefined {
  if (stringOf(fieldOf(spec, 'type')) !== 'ExternalName') return undefined;
  const host = (stringOf(fieldOf(spec, 'externalName')) ?? '').toLowerCase().replace(/\.$/, '');
  return host === '' ? undefined : host;
}

/** From services that are a name for another host to that: a service of the cluster, a ServiceEntry, or a host outside. */
export function externalNameRoutes({ snapshot, naming }: CallContext, targets: TargetFinder): readonly Route[] {
  return snapshot.ofKind(Kinds.service).flatMap((service): Route[] => {
    const host = externalNameOf(service);
    if (host === undefined) return [];
    const { name, namespace } = service;
    const alias = targets.service(`${name}.${namespace}.svc.${naming.clusterDomain}`);
    if (!alias) return [];
    const isOfCluster = host.endsWith(`.svc.${naming.clusterDomain}`);
    const outside = { kind: 'service', cluster: naming.cluster, namespace, name: host, host } as const;
    return [
      {
        declaredBy: naming.locate(refOf(service)),
        // A name leads there whatever is spoken.
        protocol: 'tcp',
        sources: [targets.serviceEnd(alias)],
        rules: [[{ host, subset: '', weight: 1, ...(isOfCluster ? {} : { outside }) }]],
      },
    ];
  });
}

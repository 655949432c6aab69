import { Kinds } from '../model/kinds.ts';
import { serviceNameLabel } from '../model/cluster-endpoints.ts';
import type { KindKey, MeshObject } from '../model/mesh-object.ts';
import { kindKey } from '../model/mesh-object.ts';
import type { ModelDelta } from '../model/object-store.ts';
import type { ServiceAddress } from './service-names.ts';

/** Kinds from which routes are compiled. Endpoints are another matter: they change much more often. */
export const routingKinds: readonly KindKey[] = [
  Kinds.service,
  Kinds.namespace,
  Kinds.virtualService,
  Kinds.destinationRule,
  Kinds.serviceEntry,
  Kinds.workloadEntry,
  Kinds.gateway,
  Kinds.sidecar,
  Kinds.peerAuthentication,
];

const routing: ReadonlySet<KindKey> = new Set(routingKinds);
const controllers: ReadonlySet<KindKey> = new Set([Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet]);

function isRelevant(
  object: MeshObject,
  inUse: { readonly services: ReadonlySet<string>; readonly namespaces: ReadonlySet<string> },
): boolean {
  const kind = kindKey(object);
  if (routing.has(kind)) return true;
  if (kind === Kinds.endpointSlice)
    return inUse.services.has(`${object.namespace}/${object.labels[serviceNameLabel] ?? ''}`);
  if (kind === Kinds.pod) return inUse.namespaces.has(object.namespace);
  // Stand-ins take labels and ports from them; the mesh's own settings stand in a ConfigMap.
  return controllers.has(kind) ? inUse.namespaces.has(object.namespace) : kind === Kinds.configMap;
}

/** A change that the proxy's configuration may depend on: in a big cluster most are none. */
export function isRelevantDelta(delta: ModelDelta, addresses: readonly ServiceAddress[]): boolean {
  const inUse = {
    services: new Set(addresses.map(({ namespace, service }) => `${namespace}/${service}`)),
    namespaces: new Set(addresses.map(({ namespace }) => namespace)),
  };
  return delta.changes.some(({ before, after }) => [before, after].some((one) => one && isRelevant(one, inUse)));
}

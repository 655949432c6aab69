import type { BoundListeners } from '../dataplane/data-plane.ts';
import type { EndpointDirectory, ModelEndpoint } from '../model/endpoints.ts';
import type { MeshInstance } from './mesh-instance.ts';

/** Name of a gateway's only outbound listener. */
export const gatewayListener = 'gateway';

/**
 * Endpoints of the running mesh: the inbound listener of each sidecar, the listener of each gateway. An instance whose
 * proxy is not up yet has none.
 */
export function liveEndpoints(input: {
  readonly instances: readonly MeshInstance[];
  readonly bound: ReadonlyMap<string, BoundListeners>;
  /** False where the mesh has no link security at all. */
  readonly secured: boolean;
}): EndpointDirectory {
  const byService = new Map<string, ModelEndpoint[]>();
  for (const instance of input.instances) {
    const listeners = input.bound.get(instance.id);
    if (!instance.service || !listeners) continue;
    for (const port of instance.ports) {
      const bound = instance.kind === 'gateway' ? listeners.outbound[gatewayListener] : listeners.inbound[port.name];
      if (bound === undefined) continue;
      const key = `${instance.namespace}/${instance.service}:${port.port}`;
      const endpoint: ModelEndpoint = {
        id: instance.id,
        address: '127.0.0.1',
        port: bound,
        weight: 1,
        health: instance.health,
        workload: instance.workload,
        namespace: instance.namespace,
        app: instance.app,
        version: instance.version,
        labels: instance.labels,
        serviceAccount: instance.serviceAccount,
        meshed: input.secured && instance.kind !== 'gateway',
        // Applications get whatever port is free; policies speak of the port the service declares.
        workloadPort: port.port,
      };
      byService.set(key, [...(byService.get(key) ?? []), endpoint]);
    }
  }
  for (const endpoints of byService.values()) endpoints.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return { endpointsOf: (namespace, service, port) => byService.get(`${namespace}/${service}:${port}`) ?? [] };
}

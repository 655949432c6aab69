import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { EndpointDirectory } from '../model/endpoints.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { compileRoutes } from '../policy/semantics/routing/compile.ts';
import type { CompiledRoutes, Upstream } from '../policy/semantics/routing/compiled.ts';
import type { ServiceAddress } from './service-names.ts';
import { withSearchedNames } from './service-names.ts';

/** Name of the workload that stands for the person and his programs. */
export const laptop = 'laptop';
export const laptopLabels = { app: laptop } as const;

export interface LaptopRoutesInput {
  readonly snapshot: Snapshot;
  readonly endpoints: EndpointDirectory;
  readonly settings: ResolvedMeshSettings;
  /** The first is the laptop's own. */
  readonly namespaces: readonly string[];
  readonly isInUse: (service: Omit<ServiceAddress, 'host'>) => boolean;
}

/** Routes for programs on the laptop: those of a sidecar in its namespace, with what a laptop has not. */
export function laptopRoutes(input: LaptopRoutesInput): CompiledRoutes {
  const { snapshot, endpoints, settings, namespaces, isInUse } = input;
  const { routes } = compileRoutes({
    snapshot,
    endpoints,
    node: { kind: 'sidecar', namespace: namespaces[0] ?? 'default', labels: laptopLabels },
    settings,
  });
  const upstreams = routes.upstreams.map((upstream): Upstream => {
    const isWanting = upstream.endpoints.length === 0 && !isInUse(upstream);
    const isMutual = upstream.tls.mode === 'istio-mutual';
    if (!isWanting && !isMutual) return upstream;
    return {
      ...upstream,
      // The laptop has no identity in the mesh, and what it reaches are applications behind their sidecars.
      ...(isMutual ? { tls: { mode: 'none' } } : {}),
      ...(isWanting ? { onDemand: true } : {}),
    };
  });
  return withSearchedNames({ ...routes, upstreams }, snapshot, namespaces, settings);
}

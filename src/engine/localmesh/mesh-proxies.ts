import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { BoundListeners, DataPlane, ProxyConfig } from '../dataplane/data-plane.ts';
import type { EndpointDirectory } from '../model/endpoints.ts';
import { principalOf } from '../model/principal.ts';
import { serverMtlsMode } from '../policy/semantics/mutual-tls.ts';
import { compileRoutes } from '../policy/semantics/routing/compile.ts';
import type { CompiledRoutes } from '../policy/semantics/routing/compiled.ts';
import type { LinkIdentities } from './link-identities.ts';
import type { MeshInstance } from './mesh-instance.ts';
import type { RunningPolicies } from '../policy/keeping/mesh-policies.ts';
import type { TcpService } from './proxy-config.ts';
import { proxyConfigOf } from './proxy-config.ts';

/** What all proxies of the mesh are made from at one moment. */
export interface ProxyWorld {
  readonly policies: RunningPolicies;
  readonly endpoints: EndpointDirectory;
  readonly settings: ResolvedMeshSettings;
  readonly tcpServices: readonly TcpService[];
}

const drainMs = 2000;

/** Gives every instance its proxy, and each proxy the configuration of the moment. */
export class MeshProxies {
  readonly #dataPlane: DataPlane;
  readonly #identities: LinkIdentities;
  readonly #bound = new Map<string, BoundListeners>();
  /** Applies to one proxy go one after the other: the later one holds. */
  readonly #applying = new Map<string, Promise<unknown>>();

  constructor(dataPlane: DataPlane, identities: LinkIdentities) {
    this.#dataPlane = dataPlane;
    this.#identities = identities;
  }

  get bound(): ReadonlyMap<string, BoundListeners> {
    return this.#bound;
  }

  /** Rejects where the data plane cannot apply it, for example for a port that is taken. */
  async apply(
    instance: MeshInstance,
    world: ProxyWorld,
    routes = this.#routesOf(instance, world),
  ): Promise<BoundListeners> {
    const security = await this.#identities.securityOf(principalOf(world.settings.trustDomain, instance));
    const config: ProxyConfig = proxyConfigOf({
      instance,
      routes,
      generation: world.policies.generation,
      security,
      trustDomain: world.settings.trustDomain,
      clusterDomain: world.settings.clusterDomain,
      tcpServices: world.tcpServices,
      mtlsMode: (port) => {
        if (!this.#identities.secured) return 'DISABLE';
        return serverMtlsMode({
          snapshot: world.policies.snapshot,
          settings: world.settings,
          namespace: instance.namespace,
          labels: instance.labels,
          port,
        }).mode;
      },
    });
    const previous = this.#applying.get(instance.id) ?? Promise.resolve();
    const applied = previous.then(() => this.#dataPlane.apply(config));
    this.#applying.set(
      instance.id,
      applied.catch(() => undefined),
    );
    const listeners = await applied;
    this.#bound.set(instance.id, listeners);
    return listeners;
  }

  /** Brings all proxies up to date and removes those whose instance is gone. */
  async applyAll(
    instances: readonly MeshInstance[],
    world: ProxyWorld,
  ): Promise<readonly { readonly instance: MeshInstance; readonly error: unknown }[]> {
    const wanted = new Set(instances.map(({ id }) => id));
    const gone = [...this.#bound.keys()].filter((id) => !wanted.has(id));
    const routes = new Map<string, CompiledRoutes>();
    const routesFor = (instance: MeshInstance): CompiledRoutes => {
      const key = JSON.stringify([instance.gateway !== undefined, instance.namespace, instance.labels]);
      let compiled = routes.get(key);
      if (!compiled) routes.set(key, (compiled = this.#routesOf(instance, world)));
      return compiled;
    };
    const failures = await Promise.all(
      instances.map(async (instance) => {
        try {
          await this.apply(instance, world, routesFor(instance));
          return [];
        } catch (error) {
          return [{ instance, error }];
        }
      }),
    );
    await Promise.all(gone.map((id) => this.remove(id)));
    return failures.flat();
  }

  async remove(id: string): Promise<void> {
    this.#bound.delete(id);
    await this.#applying.get(id);
    this.#applying.delete(id);
    await this.#dataPlane.remove(id, drainMs);
  }

  #routesOf(instance: MeshInstance, world: ProxyWorld): CompiledRoutes {
    const { routes } = compileRoutes({
      snapshot: world.policies.snapshot,
      endpoints: this.#identities.secured ? world.endpoints : unsecured(world.endpoints),
      node: { kind: instance.gateway ? 'gateway' : 'sidecar', namespace: instance.namespace, labels: instance.labels },
      settings: world.settings,
    });
    return routes;
  }
}

/** Sidecars without identities cannot authenticate each other: to callers they are as plain as an application. */
function unsecured(endpoints: EndpointDirectory): EndpointDirectory {
  return {
    endpointsOf: (...port) => endpoints.endpointsOf(...port).map((endpoint) => ({ ...endpoint, meshed: false })),
  };
}

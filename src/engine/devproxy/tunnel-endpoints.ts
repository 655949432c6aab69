import type { Tunnels } from '../dataplane/tunnels/tunnels.ts';
import type { EndpointDirectory, ModelEndpoint } from '../model/endpoints.ts';
import { chooseEndpoints } from './choose-endpoints.ts';
import { serviceKey, type ServiceAddress } from './service-names.ts';

export interface TunnelLimits {
  /** Endpoints of one service port that are reached at the same time. */
  readonly perService: number;
  readonly inTotal: number;
}

interface Way {
  readonly name: string;
  /** Of its socket. */
  readonly path: string;
  readonly service: string;
}

/** Connections to a pod that left may finish what they began; those without work end with their pool. */
const drainMs = 600_000;

const endpointKey = ({ id, pod }: ModelEndpoint): string =>
  `${id} ${pod?.namespace ?? ''}/${pod?.name ?? ''}:${pod?.port ?? 0}`;

/** The endpoints of services in use, each behind a tunnel of its own: the data plane balances and fails over between them. */
export class TunnelEndpoints implements EndpointDirectory {
  readonly #tunnels: Tunnels;
  readonly #context: string;
  readonly #limits: TunnelLimits;
  readonly #ways = new Map<string, Way>();
  readonly #byService = new Map<string, readonly ModelEndpoint[]>();
  readonly #behindSidecar = new Set<string>();
  /** Why endpoints of a service have no tunnel. */
  readonly #problems = new Map<string, string>();
  #next = 1;

  constructor(tunnels: Tunnels, context: string, limits: TunnelLimits) {
    this.#tunnels = tunnels;
    this.#context = context;
    this.#limits = limits;
  }

  get size(): number {
    return this.#ways.size;
  }

  problemOf(service: Omit<ServiceAddress, 'host'>): string | undefined {
    return this.#problems.get(serviceKey(service));
  }

  /** Some pod of the service has a proxy of a mesh in front of what the tunnel reaches. */
  isBehindSidecar(service: Omit<ServiceAddress, 'host'>): boolean {
    return this.#behindSidecar.has(serviceKey(service));
  }

  /** Service port that a tunnel belongs to, by the tunnel's name. */
  serviceOfTunnel(name: string): string | undefined {
    for (const way of this.#ways.values()) if (way.name === name) return way.service;
    return undefined;
  }

  endpointsOf(namespace: string, service: string, port: number): readonly ModelEndpoint[] {
    return this.#byService.get(serviceKey({ namespace, service, port })) ?? [];
  }

  /**
   * Opens what these services need, the first of them first. What is not needed any more is closed by the function that is
   * returned, once nobody is sent there.
   */
  async provide(services: readonly ServiceAddress[], directory: EndpointDirectory): Promise<() => void> {
    const wanted = new Set<string>();
    const byService = new Map<string, readonly ModelEndpoint[]>();
    this.#problems.clear();
    this.#behindSidecar.clear();
    for (const address of services) {
      const key = serviceKey(address);
      const all = directory.endpointsOf(address.namespace, address.service, address.port);
      const ready = all.filter(({ health }) => health === 'healthy');
      const inPods = ready.filter(({ pod }) => pod !== undefined);
      const limit = Math.min(this.#limits.perService, this.#limits.inTotal - wanted.size);
      const chosen = chooseEndpoints(inPods, limit, (endpoint) => this.#ways.has(endpointKey(endpoint)));
      if (chosen.some(({ meshed }) => meshed)) this.#behindSidecar.add(key);
      const opened = new Map<ModelEndpoint, Way>();
      for (const endpoint of chosen) {
        const way = await this.#way(endpoint, key);
        if (!way) continue;
        wanted.add(endpointKey(endpoint));
        opened.set(endpoint, way);
      }
      byService.set(
        key,
        ready.flatMap((endpoint): readonly ModelEndpoint[] => {
          // A tunnel ends behind the pod's sidecar: nobody there speaks the mesh's TLS.
          if (endpoint.pod === undefined) return [{ ...endpoint, meshed: false }];
          const way = opened.get(endpoint);
          return way ? [{ ...endpoint, address: way.path, meshed: false }] : [];
        }),
      );
    }
    this.#byService.clear();
    for (const [key, endpoints] of byService) this.#byService.set(key, endpoints);
    const left = [...this.#ways].filter(([key]) => !wanted.has(key));
    for (const [key] of left) this.#ways.delete(key);
    return () => {
      for (const [, { name }] of left) void this.#tunnels.close(name, drainMs).catch(() => undefined);
    };
  }

  /** Ends every tunnel at once. */
  async close(): Promise<void> {
    const ways = [...this.#ways.values()];
    this.#ways.clear();
    this.#byService.clear();
    await Promise.allSettled(ways.map(({ name }) => this.#tunnels.close(name)));
  }

  async #way(endpoint: ModelEndpoint, service: string): Promise<Way | undefined> {
    const key = endpointKey(endpoint);
    const known = this.#ways.get(key);
    if (known || !endpoint.pod) return known;
    const { namespace, name: pod, port } = endpoint.pod;
    // A name of its own each time: one that is still draining is not taken up again.
    const name = `${this.#context}/devproxy/${this.#next++}/${namespace}/${pod}:${port}`;
    try {
      const path = await this.#tunnels.open(name, [{ context: this.#context, namespace, pod, port }]);
      const way = { name, path, service };
      this.#ways.set(key, way);
      return way;
    } catch (error) {
      this.#problems.set(service, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

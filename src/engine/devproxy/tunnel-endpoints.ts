import type { Tunnels } from '../dataplane/tunnels/tunnels.ts';
import type { EndpointDirectory, ModelEndpoint } from '../model/endpoints.ts';
import { chooseEndpoints } from './choose-endpoints.ts';
import { serviceKey, type ServiceAddress } from './service-names.ts';

/** Which pod has a name now; undefined where none has, or pods may not be read. */
export type PodUids = (namespace: string, name: string) => string | undefined;

export interface TunnelLimits {
  /** Endpoints of one service port that are reached at the same time. */
  readonly perService: number;
  readonly inTotal: number;
  /** How long what is under way may take in a pod that gets nothing new any more. Milliseconds. */
  readonly lingerMs: number;
}

interface Way {
  readonly name: string;
  /** Of its socket. */
  readonly path: string;
  readonly service: string;
  readonly pod: { readonly namespace: string; readonly name: string };
  readonly uid: string | undefined;
}

/** A pod that does not exist any more answers nothing, even where nobody closes its connections. */
const goneMs = 1000;

/** The endpoints of services in use, each behind a tunnel of its own: the data plane balances and fails over between them. */
export class TunnelEndpoints implements EndpointDirectory {
  readonly #tunnels: Tunnels;
  readonly #context: string;
  readonly #limits: TunnelLimits;
  readonly #ways = new Map<string, Way>();
  /** Ways that get nothing new, since when. */
  readonly #leaving = new Map<Way, number>();
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
   * Opens what these services need, the first of them first. What is not needed any more is left by the function that is
   * returned, once nobody is sent there.
   */
  async provide(
    services: readonly ServiceAddress[],
    directory: EndpointDirectory,
    uidOf: PodUids,
  ): Promise<(now: number) => void> {
    const keyOf = ({ id, pod }: ModelEndpoint): string =>
      JSON.stringify(pod ? [id, pod.namespace, pod.name, pod.port, uidOf(pod.namespace, pod.name)] : [id]);
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
      const chosen = chooseEndpoints(inPods, limit, (endpoint) => this.#ways.has(keyOf(endpoint)));
      if (chosen.some(({ meshed }) => meshed)) this.#behindSidecar.add(key);
      const opened = new Map<ModelEndpoint, Way>();
      for (const endpoint of chosen) {
        const way = await this.#way(keyOf(endpoint), endpoint, key, uidOf);
        if (!way) continue;
        wanted.add(keyOf(endpoint));
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
    return (now) => {
      for (const [, way] of left) this.#leaving.set(way, now);
      this.settle(uidOf, now);
    };
  }

  /** Closes ways that were left: when their pod is gone, or when it took long enough. */
  settle(uidOf: PodUids, now: number): void {
    for (const [way, since] of [...this.#leaving]) {
      const isGone = uidOf(way.pod.namespace, way.pod.name) !== way.uid;
      if (!isGone && now - since < this.#limits.lingerMs) continue;
      this.#leaving.delete(way);
      void this.#tunnels.close(way.name, isGone ? goneMs : 0).catch(() => undefined);
    }
  }

  /** Ends every tunnel at once. */
  async close(): Promise<void> {
    const ways = [...this.#ways.values(), ...this.#leaving.keys()];
    this.#ways.clear();
    this.#leaving.clear();
    this.#byService.clear();
    await Promise.allSettled(ways.map(({ name }) => this.#tunnels.close(name)));
  }

  async #way(key: string, endpoint: ModelEndpoint, service: string, uidOf: PodUids): Promise<Way | undefined> {
    const known = this.#ways.get(key);
    if (known || !endpoint.pod) return known;
    const { namespace, name: pod, port } = endpoint.pod;
    // A name of its own each time: one that is still draining is not taken up again.
    const name = `${this.#context}/devproxy/${this.#next++}/${namespace}/${pod}:${port}`;
    try {
      const path = await this.#tunnels.open(name, [{ context: this.#context, namespace, pod, port }]);
      const way: Way = { name, path, service, pod: { namespace, name: pod }, uid: uidOf(namespace, pod) };
      this.#ways.set(key, way);
      return way;
    } catch (error) {
      this.#problems.set(service, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

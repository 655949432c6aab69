import type { DataPlaneReport } from '../dataplane/report.ts';
import type { Upstream } from '../policy/semantics/routing/compiled.ts';
import { serviceKey, type ServiceAddress } from './service-names.ts';

interface Use {
  readonly address: ServiceAddress;
  lastAt: number;
}

/** Which services are called: those get tunnels, the others only when somebody asks for them. */
export class ServicesInUse {
  readonly #uses = new Map<string, Use>();
  /** TCP connections that are open, by service. */
  readonly #open = new Map<string, number>();
  readonly #now: () => number;
  #addresses = new Map<string, ServiceAddress>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Those used last come first. */
  get addresses(): readonly ServiceAddress[] {
    return [...this.#uses.values()].sort((a, b) => b.lastAt - a.lastAt).map(({ address }) => address);
  }

  has(service: Omit<ServiceAddress, 'host'>): boolean {
    return this.#uses.has(serviceKey(service));
  }

  /** Upstreams of the configuration that runs, by which demands and reports are understood. */
  setUpstreams(upstreams: readonly Upstream[]): void {
    this.#addresses = new Map(
      upstreams.map(({ id, namespace, service, host, port }) => [id, { namespace, service, host, port }]),
    );
  }

  /** True where a service is in use that was not before. */
  note(report: DataPlaneReport): boolean {
    let isNew = false;
    for (const { upstream } of report.demands ?? []) {
      const address = this.#addresses.get(upstream);
      if (!address) continue;
      const key = serviceKey(address);
      isNew ||= !this.#uses.has(key);
      this.#uses.set(key, { address, lastAt: this.#now() });
    }
    for (const { labels } of report.requests)
      this.#touch(labels.destination_service_namespace, labels.destination_service_name);
    for (const { labels, opened, closed } of report.tcp) {
      const { destination_service_namespace: namespace, destination_service_name: name } = labels;
      const key = `${namespace}/${name}`;
      const open = (this.#open.get(key) ?? 0) + opened - closed;
      if (open > 0) this.#open.set(key, open);
      else this.#open.delete(key);
      this.#touch(namespace, name);
    }
    return isNew;
  }

  /** Forgets what was not used for so long; true where something was forgotten. */
  forgetIdle(idleMs: number): boolean {
    const before = this.#uses.size;
    const oldest = this.#now() - idleMs;
    for (const [key, { address, lastAt }] of [...this.#uses]) {
      if (lastAt < oldest && !this.#open.has(`${address.namespace}/${address.service}`)) this.#uses.delete(key);
    }
    return this.#uses.size < before;
  }

  #touch(namespace: string, name: string): void {
    for (const use of this.#uses.values())
      if (use.address.service === name && use.address.namespace === namespace) use.lastAt = this.#now();
  }
}

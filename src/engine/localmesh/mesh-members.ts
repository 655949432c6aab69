import path from 'node:path';
import type { BoundListeners } from '../dataplane/data-plane.ts';
import type { Catalog } from '../discovery/registry/catalog.ts';
import type { InstanceStatus } from '../discovery/registry/supervised-instance.ts';
import type { Supervisor } from '../discovery/registry/supervisor.ts';
import type { EventLog } from '../telemetry/event-log.ts';
import type { MeshInstance } from './mesh-instance.ts';
import type { DeclaredMesh } from './mesh-instances.ts';
import {
  addressInstance,
  gatewayInstance,
  laptopInstance,
  processInstance,
  registeredInstances,
  registrationOf,
} from './mesh-instances.ts';
import type { MeshProxies, ProxyWorld } from './mesh-proxies.ts';
import { gatewayListener } from './proxy-config.ts';

export interface MembersOptions {
  readonly file: string;
  readonly catalog: Catalog;
  readonly proxies: MeshProxies;
  readonly supervised: () => ReturnType<Supervisor['instances']>;
  readonly world: () => ProxyWorld;
  readonly events: EventLog;
}

/** Who takes part in a running mesh: gives each member its proxy and its place in the catalog. */
export class MeshMembers {
  readonly #options: MembersOptions;
  /** Ports of gateways whose declared port was taken, by workload. */
  readonly #otherPorts = new Map<string, number>();
  #mesh: DeclaredMesh;

  constructor(mesh: DeclaredMesh, options: MembersOptions) {
    this.#mesh = mesh;
    this.#options = options;
  }

  get mesh(): DeclaredMesh {
    return this.#mesh;
  }

  redeclare(mesh: DeclaredMesh): void {
    this.#mesh = mesh;
    this.#options.catalog.declareServices(mesh.spec.services);
  }

  get all(): readonly MeshInstance[] {
    const { spec } = this.#mesh;
    return [
      ...this.#options.supervised().map((status) => processInstance(this.#mesh, status)),
      ...spec.workloads.flatMap((workload) => {
        if (workload.kind === 'address') return [addressInstance(this.#mesh, workload)];
        if (workload.kind !== 'gateway') return [];
        return [
          gatewayInstance(this.#mesh, { ...workload, port: this.#otherPorts.get(workload.name) ?? workload.port }),
        ];
      }),
      ...registeredInstances(this.#options.catalog),
      laptopInstance(spec.namespace),
    ];
  }

  /** Members that are no processes of ours: they are there as soon as their proxy is. */
  async admitWithoutProcess(): Promise<void> {
    const { catalog, proxies } = this.#options;
    const workloads = new Map(this.#mesh.spec.workloads.map((workload) => [workload.name, workload]));
    for (const instance of this.all) {
      const hasProcess = instance.kind === 'process' || instance.kind === 'client';
      if (hasProcess || proxies.bound.has(instance.id)) continue;
      const workload = workloads.get(instance.workload);
      if (instance.gateway) {
        const port = await this.#openGateway(instance);
        const ports = Object.fromEntries(instance.ports.map(({ name }) => [name, port]));
        if (workload) catalog.register(registrationOf({ ...instance, applicationPorts: ports }, workload));
        continue;
      }
      const bound = await proxies.apply(instance, this.#options.world());
      if (workload) catalog.register(registrationOf(instance, workload));
      catalog.setInbound(instance.name, bound.inbound);
    }
  }

  /** A process that is about to start: its ports are known now. */
  async admit(status: InstanceStatus): Promise<BoundListeners> {
    const { catalog, proxies } = this.#options;
    const instance = processInstance(this.#mesh, status);
    if (instance.service !== undefined) catalog.register(registrationOf(instance, status.workload));
    const bound = await proxies.apply(instance, this.#options.world());
    if (instance.service !== undefined) catalog.setInbound(instance.name, bound.inbound);
    return bound;
  }

  /** Takes what the file no longer declares out of the catalog. */
  dismissUndeclared(): void {
    const { catalog } = this.#options;
    const names = new Set(this.all.map(({ name }) => name));
    for (const entry of catalog.instances())
      if (entry.origin === 'file' && !names.has(entry.key)) catalog.deregister(entry.key);
  }

  /** Gives the port it listens on: the declared one, or any other where somebody else has that. */
  async #openGateway(instance: MeshInstance): Promise<number> {
    const wanted = instance.gateway?.port ?? 0;
    const open = async (gateway: MeshInstance): Promise<number> =>
      (await this.#options.proxies.apply(gateway, this.#options.world())).outbound[gatewayListener] ?? 0;
    try {
      return await open(instance);
    } catch (error) {
      if (wanted === 0) throw error;
      const { workload, namespace, gateway } = instance;
      const port = await open({ ...instance, gateway: { port: 0, routePort: gateway?.routePort ?? 80 } });
      this.#otherPorts.set(workload, port);
      const reason = error instanceof Error ? error.message : String(error);
      const message = `Port ${wanted} cannot be used (${reason}): ${workload} listens on ${port} instead. Give it another port in ${path.basename(this.#options.file)}.`;
      this.#options.events.add({ kind: 'config-rejected', severity: 'warning', namespace, workload, message });
      return port;
    }
  }
}

import type {
  ConfigStatus,
  LocalInstance,
  LocalMeshStatus,
  LocalService,
  LocalWorkload,
  MeshPhase,
} from '../../shared/local-mesh.ts';
import type { InstanceState } from '../../shared/topology.ts';
import type { BoundListeners } from '../dataplane/data-plane.ts';
import { principalOf } from '../model/principal.ts';
import type { MeshInstance } from './mesh-instance.ts';
import { gatewayListener } from './proxy-config.ts';

/** What is known of an instance beside its declaration. Times in milliseconds since the epoch. */
export interface InstanceCondition {
  readonly state: InstanceState;
  readonly since: number;
  readonly reason?: string;
  readonly pid?: number;
  readonly restarts: number;
}

export interface StatusInput {
  readonly name: string;
  readonly phase: MeshPhase;
  readonly message?: string;
  readonly file?: string;
  readonly trustDomain: string;
  readonly clusterDomain: string;
  readonly instances: readonly MeshInstance[];
  readonly conditions: ReadonlyMap<string, InstanceCondition>;
  readonly bound: ReadonlyMap<string, BoundListeners>;
  readonly config?: ConfigStatus;
  readonly endpoints: Omit<LocalMeshStatus['endpoints'], 'gateways'>;
}

const unknownCondition: InstanceCondition = { state: 'stopped', since: 0, restarts: 0 };

function instanceStatus(input: StatusInput, instance: MeshInstance): LocalInstance {
  const condition = input.conditions.get(instance.id) ?? unknownCondition;
  const application = Object.values(instance.applicationPorts)[0];
  const inbound = Object.values(input.bound.get(instance.id)?.inbound ?? {})[0];
  return {
    id: instance.id,
    name: instance.name,
    state: condition.state,
    since: new Date(condition.since).toISOString(),
    restarts: condition.restarts,
    ...(condition.reason === undefined ? {} : { reason: condition.reason }),
    ...(condition.pid === undefined ? {} : { pid: condition.pid }),
    ...(application === undefined ? {} : { address: `${instance.address}:${application}` }),
    ...(inbound === undefined ? {} : { inbound: `127.0.0.1:${inbound}` }),
  };
}

const workloadKinds = {
  process: 'process',
  client: 'process',
  laptop: 'process',
  address: 'address',
  gateway: 'gateway',
  registered: 'registered',
} as const;

function workloadsOf(input: StatusInput): readonly LocalWorkload[] {
  const byWorkload = new Map<string, MeshInstance[]>();
  for (const instance of input.instances) {
    const key = `${instance.namespace}/${instance.workload}`;
    byWorkload.set(key, [...(byWorkload.get(key) ?? []), instance]);
  }
  return [...byWorkload.values()].flatMap((instances) => {
    const [first] = instances;
    if (!first) return [];
    return [
      {
        name: first.workload,
        namespace: first.namespace,
        kind: workloadKinds[first.kind],
        app: first.app,
        version: first.version,
        principal: principalOf(input.trustDomain, first),
        instances: instances.map((instance) => instanceStatus(input, instance)),
        ...(first.service === undefined ? {} : { service: first.service }),
        ...(first.declaredAt ? { declaredAt: first.declaredAt } : {}),
      },
    ];
  });
}

function servicesOf(input: StatusInput): readonly LocalService[] {
  const byService = new Map<string, LocalService>();
  for (const { service, namespace, ports, workload } of input.instances) {
    if (service === undefined) continue;
    const key = `${namespace}/${service}`;
    const known = byService.get(key);
    const workloads = known?.workloads ?? [];
    byService.set(key, {
      name: service,
      namespace,
      host: `${service}.${namespace}.svc.${input.clusterDomain}`,
      ports: known?.ports ?? ports,
      workloads: workloads.includes(workload) ? workloads : [...workloads, workload],
    });
  }
  return [...byService.values()];
}

/** The state of the local mesh as everybody outside sees it. The person's own terminal is no workload of the mesh. */
export function meshStatus(input: StatusInput): LocalMeshStatus {
  const gateways = input.instances.flatMap((instance): [string, string][] => {
    const port = input.bound.get(instance.id)?.outbound[gatewayListener];
    return instance.kind === 'gateway' && port !== undefined ? [[instance.workload, `http://127.0.0.1:${port}`]] : [];
  });
  const visible: StatusInput = { ...input, instances: input.instances.filter(({ kind }) => kind !== 'laptop') };
  return {
    name: input.name,
    phase: input.phase,
    ...(input.message === undefined ? {} : { message: input.message }),
    ...(input.file === undefined ? {} : { file: input.file }),
    services: servicesOf(visible),
    workloads: workloadsOf(visible),
    ...(input.config ? { config: input.config } : {}),
    endpoints: { ...input.endpoints, gateways: Object.fromEntries(gateways) },
  };
}

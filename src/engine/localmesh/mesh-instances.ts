import type { LocalServicePort } from '../../shared/local-mesh.ts';
import type { SourceRef } from '../../shared/resource.ts';
import type { FieldPath } from '../../shared/text.ts';
import type { Catalog } from '../discovery/registry/catalog.ts';
import type {
  CatalogInstance,
  CheckRegistration,
  CheckThresholds,
  InstanceRegistration,
} from '../discovery/registry/catalog-entries.ts';
import { defaultThresholds } from '../discovery/registry/catalog-entries.ts';

import type {
  AddressWorkload,
  GatewayWorkload,
  LocalMeshSpec,
  LocalWorkloadSpec,
} from '../discovery/registry/local-mesh-spec.ts';
import { instancesOf, localMeshApiVersion } from '../discovery/registry/local-mesh-spec.ts';
import type { InstanceStatus } from '../discovery/registry/supervised-instance.ts';
import type { MeshInstance } from './mesh-instance.ts';

/** Name of the workload that stands for the person: terminals, test requests. */
export const laptop = 'laptop';

/** A mesh as it is declared, and by which file. */
export interface DeclaredMesh {
  readonly spec: LocalMeshSpec;
  readonly uri: string;
}

function declaredAt(mesh: DeclaredMesh, path: FieldPath): SourceRef {
  return {
    resource: {
      apiVersion: localMeshApiVersion,
      kind: 'LocalMesh',
      namespace: mesh.spec.namespace,
      name: mesh.spec.name,
    },
    path,
    uri: mesh.uri,
  };
}

function common(
  mesh: DeclaredMesh,
  workload: LocalWorkloadSpec,
): Omit<MeshInstance, 'id' | 'name' | 'kind' | 'address' | 'applicationPorts'> {
  return {
    workload: workload.name,
    namespace: mesh.spec.namespace,
    app: workload.app,
    version: workload.version,
    labels: workload.labels,
    serviceAccount: workload.serviceAccount,
    ports: workload.ports,
    declaredAt: declaredAt(mesh, workload.path),
    ...(workload.service === undefined ? {} : { service: workload.service }),
  };
}

/** A supervised process; its ports are known from its first start on. */
export function processInstance(mesh: DeclaredMesh, status: InstanceStatus): MeshInstance {
  return {
    ...common(mesh, status.workload),
    id: status.id,
    name: status.name,
    kind: status.workload.service === undefined ? 'client' : 'process',
    address: '127.0.0.1',
    applicationPorts: status.ports,
  };
}

export function addressInstance(mesh: DeclaredMesh, workload: AddressWorkload): MeshInstance {
  const name = `${workload.name}-0`;
  return {
    ...common(mesh, workload),
    id: `${mesh.spec.namespace}/${name}`,
    name,
    kind: 'address',
    address: workload.host,
    applicationPorts: workload.applicationPorts,
  };
}

export function gatewayInstance(mesh: DeclaredMesh, workload: GatewayWorkload): MeshInstance {
  const [declared] = instancesOf(mesh.spec, workload);
  const name = declared?.name ?? workload.name;
  return {
    ...common(mesh, workload),
    id: `${mesh.spec.namespace}/${name}`,
    name,
    kind: 'gateway',
    address: '127.0.0.1',
    applicationPorts: {},
    gateway: { port: workload.port, routePort: workload.routePort },
  };
}

/** Something that registered through the API. */
function registeredInstance(entry: CatalogInstance, ports: readonly LocalServicePort[]): MeshInstance {
  return {
    id: `${entry.namespace}/${entry.key}`,
    name: entry.key,
    kind: 'registered',
    workload: entry.workload,
    namespace: entry.namespace,
    app: entry.service,
    version: entry.version,
    labels: entry.labels,
    serviceAccount: entry.serviceAccount,
    service: entry.service,
    ports,
    address: entry.address,
    // One unnamed port serves whatever port the service is called by.
    applicationPorts: Object.fromEntries(
      ports.map(({ name }) => [name, entry.ports[name] ?? Object.values(entry.ports)[0] ?? 0]),
    ),
  };
}

export function laptopInstance(namespace: string): MeshInstance {
  return {
    id: `${namespace}/${laptop}`,
    name: laptop,
    kind: 'laptop',
    workload: laptop,
    namespace,
    app: laptop,
    version: 'latest',
    labels: { app: laptop },
    serviceAccount: laptop,
    ports: [],
    address: '127.0.0.1',
    applicationPorts: {},
  };
}

/** Instances that registered through the API and can have a sidecar here. */
export function registeredInstances(catalog: Catalog): readonly MeshInstance[] {
  return catalog
    .instances()
    .filter(
      ({ origin, address, node }) =>
        origin === 'api' && node === catalog.node && (address === '127.0.0.1' || address === 'localhost'),
    )
    .map((entry) => registeredInstance(entry, catalog.service(entry.service)?.ports ?? []));
}

/** Check of a process that its supervisor reports. */
export const processCheck = (name: string): string => `process:${name}`;

/**
 * Kubernetes's default for readiness probes. One probe that took too long on a busy machine must not take an instance out;
 * that a process is gone is told by its supervisor at once.
 */
const probeThresholds: CheckThresholds = {
  successBeforePassing: 1,
  failuresBeforeWarning: 3,
  failuresBeforeCritical: 3,
};

function healthCheck(instance: MeshInstance, workload: LocalWorkloadSpec): readonly CheckRegistration[] {
  if (workload.kind === 'gateway' || !workload.health) return [];
  const { health } = workload;
  const base = {
    id: `health:${instance.name}`,
    notes: '',
    initialStatus: 'passing' as const,
    thresholds: probeThresholds,
  };
  if (health.type === 'ttl')
    return [{ ...base, name: 'Reports that it is alive', definition: { type: 'ttl', ttlMs: health.ttlMs } }];
  const port = instance.applicationPorts[health.port];
  if (port === undefined) return [];
  const { intervalMs, timeoutMs } = health;
  if (health.type === 'tcp')
    return [
      {
        ...base,
        name: `Port ${port} accepts`,
        definition: { type: 'tcp', host: instance.address, port, intervalMs, timeoutMs },
      },
    ];
  const url = `http://${instance.address}:${port}${health.path}`;
  return [
    {
      ...base,
      name: `GET ${health.path}`,
      definition: {
        type: 'http',
        url,
        method: 'GET',
        headers: {},
        body: '',
        followRedirects: false,
        intervalMs,
        timeoutMs,
      },
    },
  ];
}

/** How an instance of the file stands in the catalog. A process is critical until its supervisor says otherwise. */
export function registrationOf(instance: MeshInstance, workload: LocalWorkloadSpec): InstanceRegistration {
  const supervised: CheckRegistration = {
    id: processCheck(instance.name),
    name: 'Process',
    notes: '',
    definition: { type: 'reported' },
    initialStatus: 'critical',
    thresholds: defaultThresholds,
  };
  return {
    id: instance.name,
    service: instance.service ?? instance.app,
    origin: 'file',
    kind: workload.kind,
    workload: instance.workload,
    version: instance.version,
    labels: instance.labels,
    serviceAccount: instance.serviceAccount,
    address: instance.address,
    ports: instance.applicationPorts,
    tags: [],
    meta: {},
    weights: { passing: 1, warning: 1 },
    enableTagOverride: false,
    checks: [...(workload.kind === 'process' ? [supervised] : []), ...healthCheck(instance, workload)],
  };
}

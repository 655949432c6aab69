/** The catalog in the terms of the model: objects for policy, endpoints for routing. */
import { compareText } from '../../../shared/compare.ts';
import { workloadAnnotation } from '../../model/annotations.ts';
import type { EndpointDirectory, ModelEndpoint } from '../../model/endpoints.ts';
import type { MeshObject, Origin } from '../../model/mesh-object.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogInstance, CatalogService } from './catalog-entries.ts';

const origin: Origin = { layer: 'registry', source: 'local' };

/**
 * `Service` and `WorkloadEntry` objects of what came in through the API, of the same shape as those of a LocalMesh file.
 * What the file declares is left out: it is in the workspace layer already.
 */
export function catalogObjects(catalog: Catalog): readonly MeshObject[] {
  return [
    ...catalog
      .services()
      .filter((service) => service.origin === 'api')
      .map(serviceObject),
    ...catalog
      .instances()
      .filter((instance) => instance.origin === 'api')
      .map((instance) => workloadEntry(instance, catalog.service(instance.service))),
  ];
}

/** Names of services and ids are free text to Consul's clients; objects are named as Kubernetes takes it. */
function objectName(name: string): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63);
  return label.replace(/^-+|-+$/g, '') || 'unnamed';
}

function serviceObject(service: CatalogService): MeshObject {
  const name = objectName(service.name);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    namespace: service.namespace,
    name,
    labels: { app: service.name },
    annotations: {},
    spec: {
      ports: service.ports.map(({ name: port, port: number, protocol }) => ({
        name: port,
        port: number,
        targetPort: number,
        protocol: 'TCP',
        appProtocol: protocol,
      })),
      selector: { app: service.name },
    },
    origin,
  };
}

function workloadEntry(instance: CatalogInstance, service: CatalogService | undefined): MeshObject {
  const ports = service?.ports ?? [];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'WorkloadEntry',
    namespace: instance.namespace,
    name: objectName(instance.key),
    labels: instance.labels,
    annotations: { [workloadAnnotation]: instance.workload },
    spec: {
      address: instance.address,
      labels: instance.labels,
      serviceAccount: instance.serviceAccount,
      ...(ports.length > 0 ? { ports: Object.fromEntries(ports.map(({ name, port }) => [name, port])) } : {}),
    },
    origin,
  };
}

/** The endpoints of the catalog as it is at the moment of each question: the sidecar's address where there is one. */
export function catalogEndpoints(catalog: Catalog): EndpointDirectory {
  return {
    endpointsOf(namespace, service, port) {
      if (namespace !== catalog.namespace) return [];
      const found = catalog.service(service) ?? catalog.services().find(({ name }) => objectName(name) === service);
      const named = found?.ports.find((candidate) => candidate.port === port);
      if (!found || !named) return [];
      return catalog
        .instancesOf(found.name)
        .flatMap((instance) => endpointOf(instance, named.name, named.port))
        .sort((a, b) => compareText(a.id, b.id));
    },
  };
}

function endpointOf(instance: CatalogInstance, portName: string, servicePort: number): readonly ModelEndpoint[] {
  // An instance that registered one unnamed port serves whatever port the service is called by.
  const application =
    instance.ports[portName] ?? (instance.origin === 'api' ? Object.values(instance.ports)[0] : undefined);
  const inbound = instance.inbound?.[portName];
  const port = inbound ?? application;
  if (port === undefined) return [];
  const weight = instance.health === 'warning' ? instance.weights.warning : instance.weights.passing;
  return [
    {
      id: `${instance.namespace}/${instance.key}`,
      address: inbound === undefined ? instance.address : '127.0.0.1',
      port,
      weight,
      health: instance.health === 'critical' ? 'unhealthy' : weight === 0 ? 'draining' : 'healthy',
      workload: instance.workload,
      namespace: instance.namespace,
      app: instance.service,
      version: instance.version,
      labels: instance.labels,
      serviceAccount: instance.serviceAccount,
      meshed: inbound !== undefined,
      workloadPort: servicePort,
    },
  ];
}

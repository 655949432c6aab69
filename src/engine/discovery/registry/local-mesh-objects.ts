import { workloadAnnotation } from '../../model/annotations.ts';
import type { MeshObject, Origin } from '../../model/mesh-object.ts';
import type { LocalMeshSpec, LocalServiceSpec, LocalWorkloadSpec } from './local-mesh-spec.ts';
import { instancesOf } from './local-mesh-spec.ts';

/**
 * The objects a LocalMesh stands for: a `Service` for each service and gateway, a `WorkloadEntry` for each instance.
 * They do not depend on what runs: checks and routes see the same before, while and after.
 */
export function expandLocalMesh(mesh: LocalMeshSpec, origin: Origin): readonly MeshObject[] {
  return [
    ...mesh.services.map((service) => serviceObject(mesh, service, origin)),
    ...mesh.workloads.flatMap((workload) => workloadObjects(mesh, workload, origin)),
  ];
}

function serviceObject(mesh: LocalMeshSpec, service: LocalServiceSpec, origin: Origin): MeshObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    namespace: mesh.namespace,
    name: service.name,
    labels: { app: service.name },
    annotations: {},
    spec: {
      ports: service.ports.map(({ name, port, protocol }) => ({
        name,
        port,
        targetPort: port,
        protocol: 'TCP',
        appProtocol: protocol,
      })),
      selector: { app: service.name },
    },
    origin,
  };
}

/**
 * Instances get their real ports when they start; the entry names the declared ones, as a container's would, because that
 * is what policies speak of.
 */
function workloadObjects(mesh: LocalMeshSpec, workload: LocalWorkloadSpec, origin: Origin): readonly MeshObject[] {
  return instancesOf(mesh, workload).map(({ name }) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'WorkloadEntry',
    namespace: mesh.namespace,
    name,
    labels: workload.labels,
    annotations: { [workloadAnnotation]: workload.name },
    spec: {
      address: workload.kind === 'address' ? workload.host : '127.0.0.1',
      labels: workload.labels,
      serviceAccount: workload.serviceAccount,
      ...(workload.ports.length > 0
        ? { ports: Object.fromEntries(workload.ports.map(({ name: port, port: number }) => [port, number])) }
        : {}),
    },
    origin,
  }));
}

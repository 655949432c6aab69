import type { LocalMeshStatus, LocalWorkload } from '../../shared/local-mesh.ts';
import type { TopologyInstance } from '../../shared/topology.ts';
import type { Declarations, DeclaredWorkload } from './declarations.ts';

type LocalMesh = Pick<LocalMeshStatus, 'services' | 'workloads'>;

/** The same status is read each second until something happens. */
const known = new WeakMap<LocalMesh, Declarations>();

/** The local mesh as every graph reads it. */
export function declareLocalMesh(mesh: LocalMesh): Declarations {
  let declarations = known.get(mesh);
  if (!declarations) {
    declarations = {
      services: mesh.services.map(({ name, namespace, host, workloads }) => ({ name, namespace, host, workloads })),
      workloads: mesh.workloads.map(declareWorkload),
      // Here traffic shows at once who calls whom.
      calls: [],
    };
    known.set(mesh, declarations);
  }
  return declarations;
}

function declareWorkload(workload: LocalWorkload): DeclaredWorkload {
  const { name, namespace, app, version, service, principal, declaredAt } = workload;
  return {
    name,
    namespace,
    kind: workload.kind === 'gateway' ? 'gateway' : 'workload',
    app,
    version,
    principal,
    membership: hasSidecar(workload) ? 'sidecar' : 'none',
    instances: workload.instances.map(instanceOf),
    ...(service === undefined ? {} : { service }),
    ...(declaredAt === undefined ? {} : { declaredAt }),
  };
}

/** Everything on this machine gets a sidecar, except what registered itself: there a bound inbound side tells. */
function hasSidecar(workload: LocalWorkload): boolean {
  return workload.kind !== 'registered' || workload.instances.some(({ inbound }) => inbound !== undefined);
}

function instanceOf(instance: LocalWorkload['instances'][number]): TopologyInstance {
  return {
    id: instance.id,
    name: instance.name,
    address: instance.address ?? instance.inbound ?? '',
    state: instance.state,
    since: instance.since,
    ...(instance.reason === undefined ? {} : { reason: instance.reason }),
  };
}

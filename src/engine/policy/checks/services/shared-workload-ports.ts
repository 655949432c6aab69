import type { MeshObject } from '../../../model/mesh-object.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { CheckContext, CheckInput } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import type { WrittenPort } from '../directories/selecting-services.ts';
import { portsOf, selectingServices } from '../directories/selecting-services.ts';
import { membershipIn } from '../directories/workload-membership.ts';

/** What `meshServicePorts` reads, and of which kinds the subject is. */
export const sharedPortInputs: readonly CheckInput[] = [selectingServices, namespaceDirectory];
export const sharedPortSubjects = podKinds;

export interface ServicePortOf {
  readonly service: MeshObject;
  readonly port: WrittenPort;
  /** Port of the pods, a name resolved. */
  readonly target: number;
}

/** Ports of all services that select the subject; none where it is not certainly behind a sidecar. */
export function meshServicePorts(context: CheckContext): readonly ServicePortOf[] {
  const workload = readWorkload(context.subject);
  if (!workload || Object.hasOwn(workload.labels, 'gateway.istio.io/managed')) return [];
  const services = context.index(selectingServices).of(workload);
  if (services.length < 2 || membershipIn(context, workload) !== 'sidecar') return [];
  return services.flatMap((service) =>
    portsOf(service).flatMap((port) => {
      const target =
        typeof port.target === 'number' ? port.target : workload.ports.find(({ name }) => name === port.target)?.number;
      return target === undefined ? [] : [{ service, port, target }];
    }),
  );
}

/** The first two Services of a group of ports that have nothing in common of what is looked at. */
export function firstClash(
  ports: readonly ServicePortOf[],
  valueOf: (port: ServicePortOf) => unknown,
): readonly [ServicePortOf, ServicePortOf] | undefined {
  const valuesOf = (service: MeshObject): readonly unknown[] =>
    ports.filter((each) => each.service === service).map(valueOf);
  for (const [index, one] of ports.entries()) {
    const own = valuesOf(one.service);
    const other = ports
      .slice(0, index)
      .find((each) => each.service !== one.service && !valuesOf(each.service).some((value) => own.includes(value)));
    if (other) return [other, one];
  }
  return undefined;
}

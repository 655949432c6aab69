/** Ports that pods listen on, as far as all that tells of them agrees. */
import { numberOf, valueAt } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { isProxyOnly } from '../../semantics/mesh-membership.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { CheckContext, Index } from '../check.ts';
import { portsOf, selectingServices } from './selecting-services.ts';

interface ListeningPorts {
  /** Ports that Services send to. */
  readonly targets: ReadonlySet<number>;
  /** Those, and all that the pods tell. */
  readonly told: ReadonlySet<number>;
  /** Of the Services in front of them, which may be meant. */
  readonly ofServices: ReadonlySet<number>;
}

const placeOf = (object: MeshObject): string => `${kindKey(object)} ${object.namespace}/${object.name}`;

/** What pods tell beside the ports of their containers: those that are probed, and the one that Prometheus reads. */
export const toldPorts: Index<ReadonlyMap<string, readonly number[]>> = {
  inputs: podKinds,
  relevant: toldBy,
  build: (objects) =>
    new Map(
      podKinds.flatMap((kind) => objects.ofKind(kind).map((object) => [placeOf(object), toldBy(object)] as const)),
    ),
};

function toldBy(object: MeshObject): readonly number[] {
  const view = readWorkload(object);
  if (!view) return [];
  const probed = view.containers.flatMap(({ path }) =>
    ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((key) => {
      const probe = valueAt(object, [...path, key]);
      return ['httpGet', 'grpc', 'tcpSocket'].flatMap((how) => numberOf(valueAt(probe, [how, 'port'])) ?? []);
    }),
  );
  const scraped = Number(view.annotations['prometheus.io/port']);
  return [...probed, ...(Number.isInteger(scraped) ? [scraped] : [])];
}

/**
 * Undefined where it cannot be said: ports need not be declared, so pods tell enough only where they declare some and a
 * Service is in front of each. Reads `selectingServices` and `toldPorts`.
 */
export function listeningPorts(context: CheckContext, pods: readonly WorkloadView[]): ListeningPorts | undefined {
  if (pods.length === 0) return undefined;
  const [services, told] = [context.index(selectingServices), context.index(toldPorts)];
  const targets = new Set<number>();
  const all = new Set<number>();
  const ofServices = new Set<number>();
  for (const pod of pods) {
    const inFront = services.of(pod);
    if (pod.ports.length === 0 || pod.hostNetwork || isProxyOnly(pod) || inFront.length === 0) return undefined;
    for (const number of [...pod.ports.map((port) => port.number), ...(told.get(placeOf(pod.object)) ?? [])])
      all.add(number);
    for (const { number, target } of inFront.flatMap(portsOf)) {
      const found = typeof target === 'number' ? target : pod.ports.find(({ name }) => name === target)?.number;
      // Who writes a target that no container declares has a finding at the Service.
      if (found === undefined) return undefined;
      targets.add(found);
      all.add(found);
      ofServices.add(number);
    }
  }
  return { targets, told: all, ofServices };
}

/** Whether the port is one that nothing tells of, and none of the proxy's own. */
export function isOfNobody({ told, ofServices }: ListeningPorts, port: number): boolean {
  const isProxyPort = port >= 15_000 && port < 15_100;
  return !told.has(port) && !ofServices.has(port) && !isProxyPort;
}

/** The ports that are offered instead. */
export function offeredPorts({ targets }: ListeningPorts): readonly number[] {
  return [...targets].sort((a, b) => a - b).slice(0, 3);
}

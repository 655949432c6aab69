/** Which port of pods a Service makes of one of its own. */
import { selectorMatches } from '../../semantics/hosts.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext } from '../check.ts';
import { serviceDirectory } from './service-directory.ts';
import { servicePorts } from './service-ports.ts';

interface ServiceTranslation {
  readonly service: ServiceModel;
  readonly target: number;
}

/**
 * The Service of the namespace of the subject that is in front of all the pods and has the port, which none of them
 * listens on; undefined too where some pod declares no ports. Reads `serviceDirectory` and `servicePorts`.
 */
export function translatedPort(
  context: CheckContext,
  pods: readonly WorkloadView[],
  port: number,
  transport: string,
): ServiceTranslation | undefined {
  const isDeclared = pods.some(({ ports }) =>
    ports.some((each) => each.number === port && each.protocol === transport),
  );
  // A pod need not declare its ports; one that declares others says enough only together with its Service.
  if (isDeclared || pods.length === 0 || !pods.every(({ ports }) => ports.length > 0)) return undefined;
  const { namespace } = context.subject;
  const directory = context.index(serviceDirectory);
  const ports = context.index(servicePorts);
  for (const name of directory.namesIn(namespace)) {
    const [service] = directory.named(name).filter((each) => each.namespace === namespace);
    if (!service || Object.keys(service.selector).length === 0) continue;
    if (!pods.every(({ labels }) => selectorMatches(service.selector, labels))) continue;
    const front = ports.get(`${namespace}/${name}`)?.find((each) => each.number === port);
    const target = numberOfTarget(front?.target, pods);
    const isTarget = pods.some((pod) => pod.ports.some((each) => each.number === target));
    if (front?.transport !== transport || target === undefined || target === port || !isTarget) continue;
    return { service, target };
  }
  return undefined;
}

/** The number that a port of a Service leads to; undefined for a name that pods have for different ones. */
function numberOfTarget(target: number | string | undefined, pods: readonly WorkloadView[]): number | undefined {
  if (typeof target !== 'string') return target;
  const numbers = new Set(pods.map(({ ports }) => ports.find(({ name }) => name === target)?.number));
  const [number] = numbers;
  return numbers.size === 1 ? number : undefined;
}

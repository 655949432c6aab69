import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { isProxyOnly } from '../../semantics/mesh-membership.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { WrittenPort } from '../directories/selecting-services.ts';
import { portsOf, selectorOfService } from '../directories/selecting-services.ts';
import { listensBySidecar, sidecarListeners } from '../directories/sidecar-listeners.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { isOfIstio } from './mesh-services.ts';

export const unknownTargetPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH2004',
  rule: 'unknown-target-port',
  aliases: ['KIA0701'],
  severity: 'error',
  summary: 'A Service sends to a port that its pods do not declare.',
  subject: Kinds.service,
  inputs: [workloadDirectory, sidecarListeners],
  run(context) {
    const { subject } = context;
    if (isOfIstio(subject)) return;
    const workloads = context
      .index(workloadDirectory)
      .behind({ namespace: subject.namespace, selector: selectorOfService(subject) });
    if (workloads.length === 0) return;
    for (const port of portsOf(subject)) checkPort(context, port, workloads);
  },
};

function checkPort(context: CheckContext, port: WrittenPort, workloads: readonly WorkloadView[]): void {
  const { subject } = context;
  const { target } = port;
  const isNamed = typeof target === 'string';
  const fits = ({ ports }: WorkloadView): boolean =>
    ports.some(
      ({ name, number, protocol }) => (isNamed ? name === target : number === target) && protocol === port.transport,
    );
  const listeners = context.index(sidecarListeners);
  const mayListen = (workload: WorkloadView): boolean =>
    !isNamed && (mayListenOnAny(workload) || listensBySidecar(listeners, workload, target));
  if (workloads.some((workload) => fits(workload) || mayListen(workload))) return;
  const declared = workloads.flatMap(({ ports }) => ports).filter(({ protocol }) => protocol === port.transport);
  const names = [...new Set(declared.map(({ name }) => name).filter((name) => name !== ''))];
  const numbers = [...new Set(declared.map(({ number }) => number))].sort((a, b) => a - b);
  const choices: readonly (string | number)[] = isNamed
    ? [...nearestNames(target, names), ...(numbers.length === 1 ? numbers : [])]
    : // One that another port of the Service leads to is not what was meant.
      numbers.filter((number) => !portsOf(subject).some((other) => other.target === number)).slice(0, 3);
  const [first] = workloads;
  const who =
    workloads.length === 1 && first ? `${first.object.kind} \`${first.object.name}\` declares` : 'The pods declare';
  const isNumber = isNamed && /^\d+$/.test(target);
  const effect = isNumber ? ': in quotes it is a name, not a number' : isNamed ? ', so this port leads nowhere' : '';
  const isWritten = fieldOf(portAt(subject, port), 'targetPort') !== undefined;
  context.report(subject, [...port.path, isWritten ? 'targetPort' : 'port'], {
    message: `${who} no port \`${String(target)}\`${effect}.${isNumber ? '' : didYouMean(choices.map(String))}`,
    part: 'value',
    // A container listens on a port whether it declares it or not.
    ...(!isNamed && { severity: 'information' as const }),
    related: workloads
      .slice(0, 3)
      .map(({ object }) => ({ message: `${object.kind} ${object.name}`, object, path: ['metadata', 'name'] })),
    fixes: choices.map((value, index) => ({
      title: `Send to port \`${String(value)}\``,
      // A program may listen on a number that its pod does not declare.
      isPreferred: isNamed && index === 0 && choices.length === 1,
      changes: [
        isWritten
          ? { type: 'replace-value', object: subject, path: [...port.path, 'targetPort'], value }
          : { type: 'insert-field', object: subject, path: port.path, key: 'targetPort', value, after: 'port' },
      ],
    })),
  });
}

/**
 * Where no ports are declared, or those of a machine outside the cluster, which only translate names to numbers. A proxy
 * without a program beside it listens where Gateways say.
 */
function mayListenOnAny(workload: WorkloadView): boolean {
  const { object, ports } = workload;
  return (
    ports.length === 0 ||
    isProxyOnly(workload) ||
    [Kinds.workloadEntry, Kinds.workloadGroup].some((kind) => kind === kindKey(object))
  );
}

function portAt(service: MeshObject, { path }: WrittenPort): unknown {
  const ports = fieldOf(service.spec, 'ports');
  const index = path.at(-1);
  return Array.isArray(ports) && typeof index === 'number' ? (ports as readonly unknown[])[index] : undefined;
}

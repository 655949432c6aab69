/** Ports of the pods that an object selects. */
import type { FieldPath } from '../../../shared/text.ts';
import { fieldOf, listOf, numberOf, textsOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';
import type { ServiceModel } from '../../policy/semantics/services.ts';
import type { Knowledge } from '../knowledge.ts';
import type { NameProposal } from '../name-proposal.ts';
import type { Naming } from './reference-rule.ts';
import { fieldValue } from './reference-rule.ts';

interface PodPorts {
  /** Where the object has the labels of the pods. */
  readonly selector: FieldPath;
  /** Names of ports may be written as well. */
  readonly hasNames?: boolean;
}

/** A port of the pods, by number. */
export function portOfPods({ selector, hasNames }: PodPorts): Naming {
  return {
    targetOf: () => undefined,
    proposals({ object }, knowledge) {
      const labels = textsOf(fieldValue(object, selector));
      const root = object.namespace === knowledge.settings.rootNamespace;
      return portsOfPods(labels, root ? undefined : object.namespace, object, knowledge).flatMap((port) => {
        const { name, number, on } = port;
        const byNumber: NameProposal = { name: number, type: 'port', detail: [name, on].filter(Boolean).join(' · ') };
        return hasNames === true && name !== ''
          ? [{ name, type: 'port', detail: `${number} · ${on}` }, byNumber]
          : [byNumber];
      });
    },
    renamed: () => undefined,
  };
}

interface PodPort {
  readonly number: string;
  readonly name: string;
  /** The workload that has it. */
  readonly on: string;
}

/** What containers declare, and what Services send to: containers need not say what they listen on. */
function portsOfPods(
  selector: Readonly<Record<string, string>>,
  namespace: string | undefined,
  asking: MeshObject,
  knowledge: Knowledge,
): readonly PodPort[] {
  const found = new Map<string, PodPort>();
  const add = (port: PodPort): void => {
    const known = found.get(port.number);
    if (known === undefined || known.name === '') found.set(port.number, port);
  };
  const workloads = knowledge.selected(selector, namespace);
  for (const { ports, object } of workloads)
    for (const { number, name } of ports) add({ number: String(number), name, on: object.name });
  const chosen = new Set(workloads);
  for (const service of knowledge.allServices()) {
    if (namespace !== undefined && service.namespace !== namespace) continue;
    if (kindKey(service.object) === kindKey(asking) && service.name === asking.name) continue;
    const behind = knowledge.workloads.behind(service).find((workload) => chosen.has(workload));
    if (!behind) continue;
    for (const number of targetsOf(service)) add({ number: String(number), name: '', on: behind.object.name });
  }
  return [...found.values()];
}

/** The ports that a Service sends to, but those it names by their names. */
function targetsOf({ object }: ServiceModel): readonly number[] {
  return listOf(fieldOf(object.spec, 'ports')).flatMap((port) => {
    const target = fieldOf(port, 'targetPort');
    return numberOf(target ?? fieldOf(port, 'port')) ?? [];
  });
}

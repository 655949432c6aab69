import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, Labels, MeshObject } from '../../../model/mesh-object.ts';
import { fieldOf, numberOf, recordOf, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { Index } from '../check.ts';
import { perObject } from '../per-object.ts';

/** Kinds that make pods from a template. */
const templated: readonly KindKey[] = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet];

/** All kinds that workloads come from. */
const workloadKinds: readonly KindKey[] = [Kinds.pod, Kinds.workloadEntry, ...templated];

export interface WorkloadView {
  readonly object: MeshObject;
  readonly namespace: string;
  readonly labels: Labels;
  /** How many endpoints it stands for; undefined where files do not say (a DaemonSet). */
  readonly endpoints: number | undefined;
  readonly serviceAccount: string;
}

/** Workloads by namespace: live pods, and what files say will run, at any number of replicas. */
export class WorkloadDirectory {
  readonly #byNamespace = new Map<string, WorkloadView[]>();

  constructor(workloads: readonly WorkloadView[]) {
    for (const workload of workloads) {
      const same = this.#byNamespace.get(workload.namespace);
      if (same) same.push(workload);
      else this.#byNamespace.set(workload.namespace, [workload]);
    }
  }

  inNamespace(namespace: string): readonly WorkloadView[] {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /** Workloads behind a service; none for a service that selects nothing. */
  behind(service: ServiceModel): readonly WorkloadView[] {
    if (Object.keys(service.selector).length === 0) return [];
    return this.inNamespace(service.namespace).filter(({ labels }) => selectorMatches(service.selector, labels));
  }
}

function readTemplated(object: MeshObject): WorkloadView {
  const pod = valueAt(object.spec, ['template', 'spec']);
  const account = fieldOf(pod, 'serviceAccountName');
  return {
    object,
    namespace: object.namespace,
    labels: textsOf(valueAt(object.spec, ['template', 'metadata', 'labels'])),
    endpoints: object.kind === 'DaemonSet' ? undefined : (numberOf(fieldOf(object.spec, 'replicas')) ?? 1),
    serviceAccount: typeof account === 'string' ? account : 'default',
  };
}

function readSingle(object: MeshObject): WorkloadView {
  const own = object.kind === 'WorkloadEntry' ? textsOf(fieldOf(recordOf(object.spec), 'labels')) : {};
  const account = fieldOf(object.spec, object.kind === 'Pod' ? 'serviceAccountName' : 'serviceAccount');
  return {
    object,
    namespace: object.namespace,
    labels: { ...object.labels, ...own },
    endpoints: 1,
    serviceAccount: typeof account === 'string' ? account : 'default',
  };
}

const readWorkload = perObject((object) =>
  object.kind === 'Pod' || object.kind === 'WorkloadEntry' ? readSingle(object) : readTemplated(object),
);

export const workloadDirectory: Index<WorkloadDirectory> = {
  inputs: workloadKinds,
  relevant: (object) => {
    const { labels, endpoints, serviceAccount } = readWorkload(object);
    return [labels, endpoints, serviceAccount];
  },
  build: (objects) => new WorkloadDirectory(workloadKinds.flatMap((kind) => objects.ofKind(kind).map(readWorkload))),
};

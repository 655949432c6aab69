import { workloadOf } from '../../../model/indexes/owners.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { groupOf, kindKey } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { readWorkload, workloadKinds } from '../../semantics/workloads.ts';
import type { CheckContext, Index } from '../check.ts';
import { addToList } from './add-to-list.ts';
import type { OperatorWork } from './operator-objects.ts';
import { isOperatorKind, operatorObjects, relevantForWork, runByOperators } from './operator-objects.ts';

/**
 * Workloads by namespace and by label: live pods, and what files say will run, at any number of replicas. Pods that a
 * known workload made are not listed beside it.
 */
export class WorkloadDirectory {
  readonly all: readonly WorkloadView[];
  /** What it does not have does not exist. */
  readonly isComplete: boolean;
  readonly #byNamespace = new Map<string, WorkloadView[]>();
  readonly #byLabel = new Map<string, WorkloadView[]>();
  readonly #accounts = new Set<string>();
  readonly #work: OperatorWork;

  constructor(workloads: readonly WorkloadView[], work: OperatorWork, isComplete: boolean) {
    this.all = workloads;
    this.#work = work;
    this.isComplete = isComplete;
    for (const workload of workloads) {
      addToList(this.#byNamespace, workload.namespace, workload);
      this.#accounts.add(`${workload.namespace}/${workload.serviceAccount}`);
      for (const [key, value] of Object.entries(workload.labels))
        addToList(this.#byLabel, pairOf(key, value), workload);
    }
  }

  inNamespace(namespace: string): readonly WorkloadView[] {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /** Workloads of any namespace that have the labels; without labels all of them. */
  selected(selector: Labels): readonly WorkloadView[] {
    let fewest: readonly WorkloadView[] = this.all;
    for (const [key, value] of Object.entries(selector)) {
      const having = this.#byLabel.get(pairOf(key, value)) ?? [];
      if (having.length < fewest.length) fewest = having;
    }
    return fewest.filter(({ labels }) => selectorMatches(selector, labels));
  }

  /** Workloads of a namespace that have the labels. */
  selectedIn(namespace: string, selector: Labels): readonly WorkloadView[] {
    const here = this.inNamespace(namespace);
    const having = Object.keys(selector).length > 0 ? this.selected(selector) : here;
    return having.length < here.length
      ? having.filter((workload) => workload.namespace === namespace)
      : here.filter(({ labels }) => selectorMatches(selector, labels));
  }

  /** Workloads behind a service; none for a service that selects nothing. */
  behind(service: Pick<ServiceModel, 'namespace' | 'selector'>): readonly WorkloadView[] {
    return Object.keys(service.selector).length === 0 ? [] : this.selectedIn(service.namespace, service.selector);
  }

  /** Whether an operator may run pods with the labels, in a namespace or, without one, anywhere. */
  mayBeRun(labels: Labels, namespace: string | undefined): boolean {
    return this.#work.mayRun(labels, namespace);
  }

  /** Whether a workload runs under the service account. */
  usesAccount(namespace: string, name: string): boolean {
    return this.#accounts.has(`${namespace}/${name}`);
  }
}

/**
 * Workloads that an object of the namespace of the subject may select. Where it is not written in which namespace the
 * subject or a workload will be, they may meet.
 */
export function selectableWorkloads(
  context: Pick<CheckContext, 'subject' | 'isNamespaceKnown' | 'hasKnownNamespace'>,
  directory: WorkloadDirectory,
  selector: Labels,
): readonly WorkloadView[] {
  const { subject, isNamespaceKnown } = context;
  return directory
    .selected(selector)
    .filter(
      ({ namespace, object }) =>
        !isNamespaceKnown || namespace === subject.namespace || !context.hasKnownNamespace(object),
    );
}

const pairOf = (key: string, value: string): string => `${key}=${value}`;

/** `apps/Deployment bookinfo/reviews` of the workload that made a pod; undefined for one that nobody controls. */
function makerOf(pod: MeshObject): string | undefined {
  if (!pod.owners?.some(({ controller }) => controller)) return undefined;
  const { apiVersion, kind, namespace, name } = workloadOf({ find: () => undefined }, pod);
  return `${groupOf(apiVersion)}/${kind} ${namespace}/${name}`;
}

const placeOf = (object: MeshObject): string => `${kindKey(object)} ${object.namespace}/${object.name}`;

function readAll(objects: readonly MeshObject[]): readonly WorkloadView[] {
  const views = objects.flatMap((object) => readWorkload(object) ?? []);
  const controllers = new Map(
    views.flatMap((view) => (view.object.kind === 'Pod' ? [] : [[placeOf(view.object), view] as const])),
  );
  const madeLabels = new Map<string, Labels>();
  const others = views.filter(({ object, labels }) => {
    const maker = object.kind === 'Pod' ? makerOf(object) : undefined;
    if (maker === undefined || !controllers.has(maker)) return object.kind === 'Pod';
    if (!madeLabels.has(maker)) madeLabels.set(maker, labels);
    return false;
  });
  const made = [...controllers].map(([place, view]): WorkloadView => {
    // Injectors and controllers add labels to the pods of a cluster that no template shows.
    const added = view.object.origin.layer === 'cluster' ? madeLabels.get(place) : undefined;
    return added ? { ...view, labels: { ...added, ...view.labels } } : view;
  });
  return [...made, ...others];
}

export const workloadDirectory: Index<WorkloadDirectory> = {
  inputs: [...workloadKinds, operatorObjects],
  relevant: (object) => {
    if (isOperatorKind(kindKey(object))) return relevantForWork(object);
    const view = readWorkload(object);
    if (!view) return undefined;
    // Images change often, and nobody asks a workload of the directory for them.
    const containers = view.containers.map(({ name }) => name);
    return [{ ...view, object: undefined, containers }, object.kind === 'Pod' && makerOf(object)];
  },
  build: (objects) =>
    new WorkloadDirectory(
      readAll(workloadKinds.flatMap((kind) => objects.ofKind(kind))),
      runByOperators(objects),
      // Whatever made them, it is pods that run.
      workloadKinds.some((kind) => objects.isComplete(kind)),
    ),
};

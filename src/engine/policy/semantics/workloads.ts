/** What runs, or will run, as its object says: pods, templates of pods, and workloads outside the cluster. */
import type { FieldPath } from '../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf, textsOf, valueAt } from '../../../shared/untrusted.ts';
import { perPart } from '../../model/indexes/per-part.ts';
import { Kinds } from '../../model/kinds.ts';
import type { KindKey, Labels, MeshObject } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';

interface ContainerPort {
  readonly name: string;
  readonly number: number;
  /** `TCP` where nothing is said. */
  readonly protocol: string;
}

interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly path: FieldPath;
  readonly isInit: boolean;
}

export interface WorkloadView {
  /** The object it was read from. */
  readonly object: MeshObject;
  readonly namespace: string;
  /** Labels and annotations of its pods. */
  readonly labels: Labels;
  readonly annotations: Labels;
  /** How many endpoints it stands for; undefined where files do not say (a DaemonSet, a Job). */
  readonly endpoints: number | undefined;
  readonly serviceAccount: string;
  readonly ports: readonly ContainerPort[];
  readonly hostNetwork: boolean;
  readonly containers: readonly ContainerView[];
  /** Path of what has the pods' `metadata` and `spec`; empty for a Pod. */
  readonly template: FieldPath;
}

/** Kinds that make pods from a template, and where they keep it. */
const templates: ReadonlyMap<KindKey, FieldPath> = new Map<KindKey, FieldPath>([
  [Kinds.deployment, ['spec', 'template']],
  [Kinds.statefulSet, ['spec', 'template']],
  [Kinds.daemonSet, ['spec', 'template']],
  [Kinds.replicaSet, ['spec', 'template']],
  [Kinds.job, ['spec', 'template']],
  [Kinds.cronJob, ['spec', 'jobTemplate', 'spec', 'template']],
  ['core/ReplicationController', ['spec', 'template']],
  // Of well-known operators, which people use in place of Kubernetes' own.
  ['argoproj.io/Rollout', ['spec', 'template']],
  ['apps.openshift.io/DeploymentConfig', ['spec', 'template']],
  ['apps.kruise.io/CloneSet', ['spec', 'template']],
  ['apps.kruise.io/DaemonSet', ['spec', 'template']],
  ['apps.kruise.io/StatefulSet', ['spec', 'template']],
]);

const countedKinds: ReadonlySet<KindKey> = new Set([Kinds.deployment, Kinds.statefulSet, Kinds.replicaSet]);

/** Kinds that are a pod or have the template of one. */
export const podKinds: readonly KindKey[] = [Kinds.pod, ...templates.keys()];

/** All kinds that workloads come from. */
export const workloadKinds: readonly KindKey[] = [...podKinds, Kinds.workloadEntry, Kinds.workloadGroup];

/** Where an object of the kind keeps the `metadata` and `spec` of its pods; undefined for a kind that has no pods. */
export function podTemplatePath(kind: KindKey): FieldPath | undefined {
  return kind === Kinds.pod ? [] : templates.get(kind);
}

/** Undefined for other kinds, and for objects of which only the metadata is known. */
export const readWorkload = perPart((object: MeshObject): WorkloadView | undefined => {
  const kind = kindKey(object);
  if (kind === Kinds.pod) return readPod(object);
  if (kind === Kinds.workloadEntry) return readEntry(object);
  if (kind === Kinds.workloadGroup) return readGroup(object);
  const path = templates.get(kind);
  const template = path && valueAt(object, path);
  return path && isRecord(template) ? readTemplate(object, path, template) : undefined;
});

function podParts(
  spec: unknown,
  path: FieldPath,
): Pick<WorkloadView, 'ports' | 'hostNetwork' | 'containers' | 'serviceAccount'> {
  return {
    serviceAccount: accountOf(fieldOf(spec, 'serviceAccountName') ?? fieldOf(spec, 'serviceAccount')),
    hostNetwork: fieldOf(spec, 'hostNetwork') === true,
    ports: [...listOf(fieldOf(spec, 'containers')), ...listOf(fieldOf(spec, 'initContainers'))].flatMap((container) =>
      listOf(fieldOf(container, 'ports')).flatMap(readPort),
    ),
    containers: [...containersOf(spec, 'initContainers', path), ...containersOf(spec, 'containers', path)],
  };
}

function containersOf(spec: unknown, key: 'containers' | 'initContainers', path: FieldPath): readonly ContainerView[] {
  return listOf(fieldOf(spec, key)).map((container, index) => ({
    name: stringOf(fieldOf(container, 'name')) ?? '',
    image: stringOf(fieldOf(container, 'image')) ?? '',
    path: [...path, 'spec', key, index],
    isInit: key === 'initContainers',
  }));
}

function readPort(port: unknown): readonly ContainerPort[] {
  const number = numberOf(fieldOf(port, 'containerPort'));
  if (number === undefined) return [];
  const name = stringOf(fieldOf(port, 'name')) ?? '';
  return [{ name, number, protocol: stringOf(fieldOf(port, 'protocol')) ?? 'TCP' }];
}

/** `serviceAccount` is the old name of `serviceAccountName`, which the API server still fills in. */
function accountOf(value: unknown): string {
  const name = stringOf(value);
  return name === undefined || name === '' ? 'default' : name;
}

function readPod(object: MeshObject): WorkloadView {
  const { namespace, labels, annotations } = object;
  return { object, namespace, labels, annotations, endpoints: 1, template: [], ...podParts(object.spec, []) };
}

function readTemplate(object: MeshObject, path: FieldPath, template: unknown): WorkloadView {
  const metadata = fieldOf(template, 'metadata');
  return {
    object,
    namespace: object.namespace,
    labels: textsOf(fieldOf(metadata, 'labels')),
    annotations: textsOf(fieldOf(metadata, 'annotations')),
    endpoints: countedKinds.has(kindKey(object)) ? (numberOf(fieldOf(object.spec, 'replicas')) ?? 1) : undefined,
    template: path,
    ...podParts(fieldOf(template, 'spec'), path),
  };
}

const noPod = { hostNetwork: false, containers: [], template: [] } as const;

function readEntry(object: MeshObject): WorkloadView {
  const { spec } = object;
  return {
    ...noPod,
    object,
    namespace: object.namespace,
    labels: { ...object.labels, ...textsOf(fieldOf(spec, 'labels')) },
    annotations: object.annotations,
    endpoints: 1,
    serviceAccount: accountOf(fieldOf(spec, 'serviceAccount')),
    ports: namedPorts(fieldOf(spec, 'ports')),
  };
}

/** Its entries are made as machines join, and have the labels of its template. */
function readGroup(object: MeshObject): WorkloadView {
  const template = fieldOf(object.spec, 'template');
  const metadata = fieldOf(object.spec, 'metadata');
  return {
    ...noPod,
    object,
    namespace: object.namespace,
    labels: { ...textsOf(fieldOf(metadata, 'labels')), ...textsOf(fieldOf(template, 'labels')) },
    annotations: textsOf(fieldOf(metadata, 'annotations')),
    endpoints: undefined,
    serviceAccount: accountOf(fieldOf(template, 'serviceAccount')),
    ports: namedPorts(fieldOf(template, 'ports')),
  };
}

function namedPorts(ports: unknown): readonly ContainerPort[] {
  return Object.entries(isRecord(ports) ? ports : {}).flatMap(([name, value]) => {
    const number = numberOf(value);
    return number === undefined ? [] : [{ name, number, protocol: 'TCP' }];
  });
}

import { isRecord } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { podMembership } from '../../../model/membership.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { isInjected } from '../../semantics/mesh-membership.ts';
import { readWorkload } from '../../semantics/workloads.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { addToList } from '../directories/add-to-list.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { namespaceLabelsOf } from '../directories/workload-membership.ts';

/** A pod that was read from a cluster: one that is only written down gets its sidecar when it is made. */
function isLive(pod: MeshObject): boolean {
  return pod.origin.layer === 'cluster' || (isRecord(pod.status) && Object.keys(pod.status).length > 0);
}

const lacksSidecar = (pod: MeshObject): boolean => isLive(pod) && podMembership(pod) === 'none';

/** Live pods without a sidecar, by namespace. */
const barePods: Index<ReadonlyMap<string, readonly MeshObject[]>> = {
  inputs: [Kinds.pod],
  relevant: (pod) => lacksSidecar(pod) && [pod.labels, pod.annotations],
  build: (objects) => {
    const byNamespace = new Map<string, MeshObject[]>();
    for (const pod of objects.ofKind(Kinds.pod)) if (lacksSidecar(pod)) addToList(byNamespace, pod.namespace, pod);
    return byNamespace;
  },
};

export const podWithoutSidecar: ObjectCheck = {
  scope: 'object',
  code: 'MESH1902',
  rule: 'pod-without-sidecar',
  aliases: ['IST0103'],
  severity: 'warning',
  summary: 'A pod runs without a sidecar although its namespace injects them.',
  subject: [Kinds.pod, Kinds.namespace],
  inputs: [namespaceDirectory, barePods],
  run(context) {
    const { subject } = context;
    if (subject.kind === 'Namespace') checkNamespace(context);
    else if (lacksSidecar(subject) && shouldHaveSidecar(context, subject)) {
      context.report(subject, ['metadata', 'name'], {
        message: `Pod \`${subject.name}\` runs without a sidecar although its namespace injects them. Make it anew.`,
        part: 'value',
      });
    }
  },
};

function shouldHaveSidecar(context: CheckContext, pod: MeshObject): boolean {
  const workload = readWorkload(pod);
  const labels = namespaceLabelsOf(context, pod);
  return workload !== undefined && labels !== undefined && isInjected(workload, labels) === true;
}

/** Says it where the person who sees only files wrote the label: its pods were made before. */
function checkNamespace(context: CheckContext): void {
  const { subject } = context;
  const key = ['istio-injection', 'istio.io/rev'].find((label) => Object.hasOwn(subject.labels, label));
  if (key === undefined) return;
  const pods = (context.index(barePods).get(subject.name) ?? []).filter(
    (pod) => pod.origin.layer === 'cluster' && shouldHaveSidecar(context, pod),
  );
  const [first] = pods;
  if (!first) return;
  const which =
    pods.length === 1 ? `Pod \`${first.name}\` runs` : `${String(pods.length)} pods, \`${first.name}\` among them, run`;
  context.report(subject, ['metadata', 'labels', key], {
    message: `${which} without a sidecar: pods get one only when they are made.`,
    part: 'value',
  });
}

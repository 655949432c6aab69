import type { FieldPath } from '../../../../shared/text.ts';
import { textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { useWaypoint } from '../../semantics/waypoints.ts';
import { podKinds, podTemplatePath } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';

const [ofNamespace, ofPod, dataPlane] = ['istio-injection', 'sidecar.istio.io/inject', 'istio.io/dataplane-mode'];
const yes: ReadonlySet<string> = new Set(['true', 'yes', 'y', 'on', '1', 'enable', 'enabled']);
/** What the injector takes for one of the two. */
const read: ReadonlySet<string> = new Set(['true', 'yes', 'y', 'on', 'false', 'no', 'n', 'off', '']);

export const injectionLabel: ObjectCheck = {
  scope: 'object',
  code: 'MESH1912',
  rule: 'injection-label',
  aliases: [],
  severity: 'warning',
  summary: 'A label that brings pods into the mesh has a value without meaning, or stands where nobody reads it.',
  subject: [Kinds.namespace, ...podKinds],
  inputs: [],
  run(context) {
    const { subject } = context;
    if (subject.kind === 'Namespace') checkNamespace(context);
    else checkWorkload(context);
  },
};

function checkNamespace(context: CheckContext): void {
  const { subject } = context;
  const path = ['metadata', 'labels'];
  const injection = subject.labels[ofNamespace];
  if (injection !== undefined && injection !== 'enabled' && injection !== 'disabled') {
    const meant = yes.has(injection.toLowerCase()) ? 'enabled' : 'disabled';
    report(context, [...path, ofNamespace], {
      message: `\`${ofNamespace}\` is \`enabled\` or \`disabled\`. With \`${injection}\` pods get no sidecar.`,
      meant: [meant],
    });
  }
  checkDataPlane(context, subject.labels, path);
  if (Object.hasOwn(subject.labels, ofPod)) {
    context.report(subject, [...path, ofPod], {
      message: `\`${ofPod}\` is a label of pods and does nothing on a Namespace, which has \`${ofNamespace}\`.`,
      part: 'key',
    });
  }
  for (const key of [ofNamespace, dataPlane]) {
    if (!Object.hasOwn(subject.annotations, key)) continue;
    context.report(subject, ['metadata', 'annotations', key], {
      message: `\`${key}\` is a label; as an annotation nobody reads it.`,
      part: 'key',
    });
  }
}

function checkWorkload(context: CheckContext): void {
  const { subject } = context;
  const template = podTemplatePath(kindKey(subject)) ?? [];
  const path = [...template, 'metadata', 'labels'];
  const labels = template.length === 0 ? subject.labels : textsOf(valueAt(subject, path));
  const inject = labels[ofPod];
  if (inject !== undefined && !read.has(inject.toLowerCase())) {
    report(context, [...path, ofPod], {
      message: `\`${ofPod}\` is \`"true"\` or \`"false"\`. \`${inject}\` counts as \`"false"\`: the pod gets no sidecar.`,
      meant: [],
    });
  }
  checkDataPlane(context, labels, path);
  if (template.length === 0) return;
  for (const key of [ofPod, dataPlane, useWaypoint]) {
    if (!Object.hasOwn(subject.labels, key) || Object.hasOwn(labels, key)) continue;
    context.report(subject, ['metadata', 'labels', key], {
      message: `\`${key}\` is read on pods: it belongs to the labels of the template, not of the ${subject.kind}.`,
      part: 'key',
    });
  }
}

function checkDataPlane(context: CheckContext, labels: Labels, path: FieldPath): void {
  const mode = labels[dataPlane];
  if (mode === undefined || mode === 'ambient' || mode === 'none') return;
  report(context, [...path, dataPlane], {
    message: `\`${dataPlane}\` is \`ambient\` or \`none\`. With \`${mode}\` the ambient mesh does not take the pods.`,
    meant: /^am/i.test(mode) ? ['ambient'] : [],
  });
}

function report(
  context: CheckContext,
  path: FieldPath,
  { message, meant }: { readonly message: string; readonly meant: readonly string[] },
): void {
  context.report(context.subject, path, { message, part: 'value', fixes: replacements(context.subject, path, meant) });
}

import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { podKinds, podTemplatePath } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';

const inject = 'linkerd.io/inject';
const values = ['enabled', 'disabled', 'ingress'];
const yes: ReadonlySet<string> = new Set(['true', 'yes', 'on']);

/** Of the workload itself Linkerd reads others only, such as those that its own tools leave there. */
const forPods = /^(?:linkerd\.io\/inject|config\.linkerd\.io\/.+|config\.alpha\.linkerd\.io\/.+)$/;

export const linkerdInjection: ObjectCheck = {
  scope: 'object',
  code: 'MESH4008',
  rule: 'linkerd-injection',
  aliases: [],
  severity: 'warning',
  summary:
    'What asks for a proxy of Linkerd is a label instead of an annotation, has a value without meaning, or stands where nobody reads it.',
  subject: [Kinds.namespace, ...podKinds],
  inputs: [],
  run(context) {
    const { subject } = context;
    checkPlace(context, [], subject);
    const template = podTemplatePath(kindKey(subject)) ?? [];
    if (template.length === 0) return;
    const metadata = valueAt(subject, [...template, 'metadata']);
    const [labels, annotations] = ['labels', 'annotations'].map((key) => textsOf(fieldOf(metadata, key)));
    checkPlace(context, template, { labels: labels ?? {}, annotations: annotations ?? {} });
    for (const key of Object.keys(subject.annotations)) {
      if (!forPods.test(key) || Object.hasOwn(annotations ?? {}, key)) continue;
      context.report(subject, ['metadata', 'annotations', key], {
        message: `\`${key}\` is read on pods and namespaces: it belongs to the annotations of the template, not of the ${subject.kind}.`,
        part: 'key',
      });
    }
  },
};

function checkPlace(
  context: CheckContext,
  place: FieldPath,
  { labels, annotations }: Pick<MeshObject, 'labels' | 'annotations'>,
): void {
  const { subject } = context;
  if (Object.hasOwn(labels, inject)) {
    context.report(subject, [...place, 'metadata', 'labels', inject], {
      message: `\`${inject}\` is an annotation; as a label Linkerd does not read it.`,
      part: 'key',
    });
  }
  const value = annotations[inject];
  if (value === undefined || values.includes(value)) return;
  const path = [...place, 'metadata', 'annotations', inject];
  const near = yes.has(value.toLowerCase()) ? ['enabled'] : nearestNames(value, values);
  context.report(subject, path, {
    message: `\`${inject}\` is \`enabled\`, \`disabled\` or \`ingress\`; with \`${value}\` there is no proxy.${didYouMean(near)}`,
    part: 'value',
    fixes: replacements(subject, path, near),
  });
}

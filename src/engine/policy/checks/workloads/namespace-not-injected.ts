import { Kinds } from '../../../model/kinds.ts';
import { isMeshNamespace, neverInjected } from '../../semantics/mesh-membership.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { injectorSettings } from './injector-settings.ts';

/** Whoever writes one of them has decided. */
const decisions = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode'];

const attempts = /^istio(?:\.io)?[-_./]?inject(?:ion|ed)?$/i;

export const namespaceNotInjected: ObjectCheck = {
  scope: 'object',
  code: 'MESH1901',
  rule: 'namespace-not-injected',
  aliases: ['IST0102', 'IST0148'],
  severity: 'information',
  summary: 'Nothing says whether the pods of a namespace get a sidecar, while other namespaces are in the mesh.',
  subject: Kinds.namespace,
  inputs: [namespaceDirectory, workloadDirectory, injectorSettings],
  run(context) {
    const { subject, settings } = context;
    const { labels, annotations, name } = subject;
    if (name === settings.rootNamespace || neverInjected.has(name)) return;
    if (decisions.some((key) => Object.hasOwn(labels, key)) || Object.hasOwn(annotations, 'linkerd.io/inject')) return;
    // What was meant to decide and does not is told itself.
    if ([...Object.keys(labels), ...Object.keys(annotations)].some((key) => attempts.test(key))) return;
    const directory = context.index(namespaceDirectory);
    // Who has no namespace in the mesh has no mesh, or brings pods into it one by one.
    if (!directory.names.some((other) => isMeshNamespace(directory.labelsOf(other) ?? {}))) return;
    const outside = context
      .index(workloadDirectory)
      .inNamespace(name)
      .filter(
        (workload) =>
          membershipIn(context, workload) === 'none' && !Object.hasOwn(workload.labels, 'sidecar.istio.io/inject'),
      );
    if (outside.length === 0) return;
    const injector = context.index(injectorSettings).get('default');
    const related = outside
      .slice(0, 3)
      .map(({ object }) => ({ message: `${object.kind} ${object.name}`, object, path: ['metadata', 'name'] }));
    if (injector?.injectsByDefault === true) {
      context.report(subject, ['metadata', 'name'], {
        message: `The injector adds sidecars to namespaces that say nothing, so also to \`${name}\`.`,
        part: 'value',
        related: [{ message: 'It is set here.', object: injector.object, path: ['metadata', 'name'] }],
      });
      return;
    }
    const hasLabels = Object.keys(labels).length > 0;
    const [key, value] = ['istio-injection', 'enabled'];
    context.report(subject, ['metadata', 'name'], {
      message: `Namespace \`${name}\` has no label \`istio-injection\`, so its pods get no sidecar.`,
      part: 'value',
      related,
      fixes: [
        {
          title: 'Add the label `istio-injection: enabled`',
          changes: [
            hasLabels
              ? { type: 'insert-field', object: subject, path: ['metadata', 'labels'], key, value }
              : { type: 'insert-field', object: subject, path: ['metadata'], key: 'labels', value: { [key]: value } },
          ],
        },
      ],
    });
  },
};

import { isRecord } from '../../../../shared/untrusted.ts';
import { isInjected } from '../../semantics/mesh-membership.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { namespaceLabelsOf } from '../directories/workload-membership.ts';

export const imageAuto: ObjectCheck = {
  scope: 'object',
  code: 'MESH1910',
  rule: 'image-auto-not-injected',
  aliases: ['IST0146', 'IST0147'],
  severity: 'error',
  summary: 'A proxy has the image `auto`, which only the injector replaces, but nothing calls the injector.',
  subject: podKinds,
  inputs: [namespaceDirectory],
  run(context) {
    const { subject } = context;
    const workload = readWorkload(subject);
    const auto = workload?.containers.find(({ name, image }) => name === 'istio-proxy' && image === 'auto');
    if (!workload || !auto) return;
    const path = [...auto.path, 'image'];
    if (subject.kind === 'Pod' && isRecord(subject.status)) {
      const message =
        'This pod was made without the injector: nothing replaced the image `auto`, and there is no such image.';
      context.report(subject, path, { message, part: 'value' });
      return;
    }
    if (isInjected(workload, namespaceLabelsOf(context, subject)) !== false) return;
    const labels = [...workload.template, 'metadata', 'labels'];
    const [key, value] = ['sidecar.istio.io/inject', 'true'];
    const isRefused = workload.labels[key] !== undefined || workload.annotations[key] !== undefined;
    const canFix = !isRefused && !workload.hostNetwork && Object.keys(workload.labels).length > 0;
    context.report(subject, path, {
      message: 'The injector replaces the image `auto`, but the labels here and of the namespace do not call it.',
      part: 'value',
      fixes:
        canFix && context.index(namespaceDirectory).labelsOf(subject.namespace)?.['istio-injection'] === undefined
          ? [
              {
                title: 'Add the label `sidecar.istio.io/inject: "true"`',
                isPreferred: true,
                changes: [{ type: 'insert-field', object: subject, path: labels, key, value }],
              },
            ]
          : [],
    });
  },
};

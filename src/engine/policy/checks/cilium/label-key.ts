import { didYouMean, misspellingsOf } from '../../../../shared/nearest-names.ts';
import type { ObjectCheck } from '../check.ts';
import { ciliumPolicyKinds } from './cilium-view.ts';
import { selectorLabelsOf } from './selector-labels.ts';

/** What Cilium itself puts on endpoints. */
const ownLabels: readonly string[] = [
  'io.kubernetes.pod.namespace',
  'io.cilium.k8s.policy.cluster',
  'io.cilium.k8s.policy.serviceaccount',
  'io.cilium.k8s.namespace.labels',
  'io.cilium.k8s.named-ports',
];
const namespaceLabels = 'io.cilium.k8s.namespace.labels.';
const namespaceName = 'kubernetes.io/metadata.name';

/** Labels of pods that are none of endpoints, unless Cilium is told which labels count. */
const leftOut =
  /^(?:kubernetes\.io\/|k8s\.io\/|(?:.*\.)?beta\.kubernetes\.io\/|topology\.kubernetes\.io\/|statefulset\.kubernetes\.io\/pod-name$|apps\.kubernetes\.io\/pod-index$|batch\.kubernetes\.io\/(?:job-completion-index|controller-uid)$|pod-template-(?:hash|generation)$|controller-(?:revision-hash|uid)$)/;

export const ciliumLabelKey: ObjectCheck = {
  scope: 'object',
  code: 'MESH6012',
  rule: 'cilium-label-key',
  aliases: [],
  severity: 'warning',
  summary:
    'A selector of Cilium asks for a label that no endpoint has: one of Cilium’s own is misspelt, or it is left out.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { key, source, path, form } of selectorLabelsOf(subject)) {
      const problem = problemOf(key);
      if (!problem) continue;
      context.report(subject, path, {
        message: `${problem.message}${didYouMean(problem.near)}`,
        part: form === 'label' ? 'key' : 'value',
        fixes: problem.near.map((near, index) => ({
          title: `Replace with \`${source}${near}\``,
          isPreferred: index === 0,
          changes: [
            form === 'label'
              ? { type: 'rename-key', object: subject, path, key: `${source}${near}` }
              : { type: 'replace-value', object: subject, path, value: `${source}${near}` },
          ],
        })),
      });
    }
  },
};

function problemOf(key: string): { readonly message: string; readonly near: readonly string[] } | undefined {
  if (ownLabels.includes(key) || key.startsWith(namespaceLabels)) return undefined;
  if (key === namespaceName) {
    const message = 'This is a label of namespaces, and pods do not have it.';
    return { message, near: [`${namespaceLabels}${namespaceName}`] };
  }
  if (leftOut.test(key)) {
    return {
      message: `Unless it is told to, Cilium does not take \`${key}\` from pods, so nothing has this label.`,
      near: [],
    };
  }
  const near = intended(key);
  if (near.length === 0 && !/^io\.(?:cilium\.k8s|kubernetes)\./.test(key)) return undefined;
  return { message: `Cilium gives no pod a label \`${key}\`, so nothing has it.`, near };
}

function intended(key: string): readonly string[] {
  // The dot of Cilium's internal form in the place of the colon.
  const [, inner] = /^(?:k8s|any)[./-](io\..*)$/.exec(key) ?? [];
  if (inner !== undefined && (ownLabels.includes(inner) || inner.startsWith(namespaceLabels))) return [inner];
  const parts = key.split('.');
  if (key.startsWith('io.') && parts.length > 5) {
    const [head, tail] = [parts.slice(0, 5).join('.'), parts.slice(5).join('.')];
    const [near] = misspellingsOf(head, [namespaceLabels.slice(0, -1)]);
    if (near !== undefined) return [`${near}.${tail}`];
  }
  return misspellingsOf(key, ownLabels);
}

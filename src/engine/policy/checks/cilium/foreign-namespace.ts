import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { selectorLabelsOf } from './selector-labels.ts';

export const foreignNamespace: ObjectCheck = {
  scope: 'object',
  code: 'MESH6014',
  rule: 'cilium-foreign-namespace',
  aliases: [],
  severity: 'warning',
  summary: 'A CiliumNetworkPolicy selects pods of another namespace than its own, which it is never for.',
  subject: Kinds.ciliumNetworkPolicy,
  inputs: [],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    if (!isNamespaceKnown) return;
    for (const { key, values, isSubject, path } of selectorLabelsOf(subject)) {
      if (!isSubject || key !== 'io.kubernetes.pod.namespace') continue;
      const [other] = values;
      if (other === undefined || values.includes(subject.namespace)) continue;
      context.report(subject, path, {
        message: `A CiliumNetworkPolicy is for pods of its own namespace, \`${subject.namespace}\`; those of \`${other}\` need one of theirs, or a CiliumClusterwideNetworkPolicy.`,
        part: 'value',
      });
    }
  },
};

import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';

export const unknownExportNamespace: ObjectCheck = {
  scope: 'object',
  code: 'MESH1610',
  rule: 'unknown-export-namespace',
  aliases: ['KIA0005'],
  severity: 'warning',
  summary: 'An object is exported to a namespace that does not exist.',
  subject: [Kinds.virtualService, Kinds.destinationRule, Kinds.serviceEntry],
  inputs: [namespaceDirectory],
  run(context) {
    const { subject } = context;
    const namespaces = context.index(namespaceDirectory);
    for (const [index, name] of listOf(fieldOf(subject.spec, 'exportTo')).entries()) {
      if (typeof name !== 'string' || ['', '.', '*', '~'].includes(name)) continue;
      const state = namespaces.stateOf(name);
      if (state === 'known' || state === 'undecided' || name === subject.namespace) continue;
      const near = nearestNames(name, namespaces.candidates());
      const path = ['spec', 'exportTo', index];
      // Files need not declare every namespace; a name near to one that they do is a slip of the finger.
      if (state === 'undeclared' && near.length === 0) continue;
      context.report(subject, path, {
        message: `There is no namespace \`${name}\`.${didYouMean(near)}`,
        part: 'value',
        fixes: near.map((value, number) => ({
          title: `Replace with \`${value}\``,
          isPreferred: number === 0,
          changes: [{ type: 'replace-value', object: subject, path, value }],
        })),
      });
    }
  },
};

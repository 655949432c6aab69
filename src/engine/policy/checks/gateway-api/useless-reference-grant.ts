import { didYouMean, misspellingsOf, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { lookUpObject, reportUnknownObject } from '../object-lookup.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { grantOf } from './gateway-views.ts';
import { namedServices } from './known-targets.ts';

export const uselessReferenceGrant: ObjectCheck = {
  scope: 'object',
  code: 'MESH3009',
  rule: 'useless-reference-grant',
  aliases: ['KIA1601'],
  severity: 'warning',
  summary:
    'A ReferenceGrant is from a namespace that does not exist or needs no grant, or to something that does not exist.',
  subject: Kinds.referenceGrant,
  inputs: [namespaceDirectory, serviceDirectory],
  run(context) {
    const { from, to } = grantOf(context.subject);
    for (const [index, target] of listOf(fieldOf(context.subject.spec, 'to')).entries()) {
      if (fieldOf(target, 'group') !== 'core') continue;
      const path = ['spec', 'to', index, 'group'];
      context.report(context.subject, path, {
        message: 'The core group, of Services and Secrets, is written `""`; nothing is of a group `core`.',
        part: 'value',
        fixes: replacements(context.subject, path, ['']),
      });
    }
    for (const { namespace, path } of from) checkNamespace(context, namespace, [...path, 'namespace']);
    for (const { kind, name, path } of to) {
      if (kind !== Kinds.service || name === undefined) continue;
      const reference = { name, namespace: context.subject.namespace, hasNamespace: false };
      const lookup = lookUpObject(context, reference, namedServices(context.index(serviceDirectory)));
      if (lookup.state !== 'unknown') continue;
      const consequence = ', so this grants nothing';
      reportUnknownObject(context, { path, reference, kind: 'Service', lookup, consequence, isLocal: true });
    }
  },
};

function checkNamespace(context: CheckContext, namespace: string, path: readonly (string | number)[]): void {
  const { subject, isNamespaceKnown } = context;
  if (isNamespaceKnown && namespace === subject.namespace) {
    context.report(subject, path, {
      message: `References inside namespace \`${namespace}\` need no grant. Name the namespace that refers to this one.`,
      part: 'value',
    });
    return;
  }
  const directory = context.index(namespaceDirectory);
  const state = directory.stateOf(namespace);
  if (state === 'known') return;
  // Files seldom declare every namespace: what is no misspelling of one that they do declare may exist.
  const near =
    state === 'absent' ? nearestNames(namespace, directory.names) : misspellingsOf(namespace, directory.candidates());
  if (state !== 'absent' && near.length === 0) return;
  context.report(subject, path, {
    message: `No namespace \`${namespace}\`, so this grants nothing.${didYouMean(near)}`,
    part: 'value',
    fixes: near.map((value, index) => ({
      title: `Replace with \`${value}\``,
      isPreferred: index === 0,
      changes: [{ type: 'replace-value', object: subject, path, value }],
    })),
  });
}

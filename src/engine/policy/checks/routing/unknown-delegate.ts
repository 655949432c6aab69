import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { lookUpObject, namedObjects, reportUnknownObject } from '../object-lookup.ts';
import type { RuleView } from './virtual-service-view.ts';
import { rulesOf } from './virtual-service-view.ts';

export const unknownDelegate: ObjectCheck = {
  scope: 'object',
  code: 'MESH1210',
  rule: 'unknown-delegate',
  aliases: [],
  severity: 'error',
  summary: 'A rule leaves requests to a VirtualService that does not exist, or that has hosts of its own.',
  subject: Kinds.virtualService,
  inputs: [Kinds.virtualService],
  run(context) {
    // That a delegate delegates has a finding of its own.
    if (isDelegate(context.subject)) return;
    for (const rule of rulesOf(context.subject)) if (rule.type === 'http') checkRule(context, rule);
  },
};

/** Only without hosts can it be left requests. */
const isDelegate = ({ spec }: MeshObject): boolean => listOf(fieldOf(spec, 'hosts')).length === 0;

function checkRule(context: CheckContext, rule: RuleView): void {
  const { subject } = context;
  const path = [...rule.path, 'delegate'];
  const written = valueAt(subject, path);
  const name = stringOf(fieldOf(written, 'name'));
  if (name === undefined || name === '') return;
  const namespace = stringOf(fieldOf(written, 'namespace')) ?? '';
  const reference = {
    name,
    namespace: namespace === '' ? subject.namespace : namespace,
    hasNamespace: namespace !== '',
  };
  const all = context.ofKind(Kinds.virtualService);
  const lookup = lookUpObject(context, reference, namedObjects(all.filter(isDelegate)));
  if (lookup.state !== 'unknown' && lookup.state !== 'undecided') return;
  const taken = lookUpObject(context, reference, namedObjects(all));
  if (taken.state === 'known') {
    context.report(subject, [...path, 'name'], {
      message: `VirtualService \`${name}\` has hosts of its own, so it cannot be a delegate: requests of this rule get 404.`,
      part: 'value',
      related: [{ message: 'Its hosts.', object: taken.object, path: ['spec', 'hosts'] }],
    });
  } else if (lookup.state === 'unknown') {
    const consequence = ', so requests of this rule get 404';
    reportUnknownObject(context, { path, reference, kind: 'delegate', lookup, consequence });
  }
}

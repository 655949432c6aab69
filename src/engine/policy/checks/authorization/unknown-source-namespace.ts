import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { NamespaceDirectory } from '../directories/namespace-directory.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { replacements } from '../replacements.ts';
import type { ConditionValue } from './authorization-view.ts';
import { conditionValues } from './authorization-view.ts';

export const unknownSourceNamespace: ObjectCheck = {
  scope: 'object',
  code: 'MESH1701',
  rule: 'unknown-source-namespace',
  aliases: ['IST0101', 'KIA0101'],
  severity: 'warning',
  summary: 'An AuthorizationPolicy names a namespace that does not exist.',
  subject: Kinds.authorizationPolicy,
  inputs: [namespaceDirectory],
  run(context) {
    const namespaces = context.index(namespaceDirectory);
    for (const condition of conditionValues(context.subject)) {
      const { key, part, value } = condition;
      const isNamespace =
        part === 'source'
          ? key === 'namespaces' || key === 'notNamespaces'
          : part === 'when' && key === 'source.namespace';
      if (isNamespace && value !== '') check(context, namespaces, condition, value);
    }
  },
};

function check(
  context: CheckContext,
  namespaces: NamespaceDirectory,
  { path, isNegative }: ConditionValue,
  value: string,
): void {
  const { subject } = context;
  const effect = isNegative ? 'so every caller fits' : 'so no caller fits';
  if (value.includes('*')) {
    const isMet = namespaces.candidates().some((name) => matches(value, name));
    if (isMet || (!namespaces.isComplete && namespaces.names.length === 0)) return;
    const message = namespaces.isComplete
      ? `No namespace matches \`${value}\`, ${effect}.`
      : `No namespace that is declared here matches \`${value}\`.`;
    const severity = namespaces.isComplete ? {} : { severity: 'information' as const };
    context.report(subject, path, { message, part: 'value', ...severity });
    return;
  }
  const state = namespaces.stateOf(value);
  if (state === 'known' || state === 'undecided') return;
  const near = nearestNames(value, namespaces.candidates());
  const message =
    state === 'absent'
      ? `There is no namespace \`${value}\`, ${effect}.${didYouMean(near)}`
      : `Nothing here declares a namespace \`${value}\`.${didYouMean(near)}`;
  context.report(subject, path, {
    message,
    part: 'value',
    // Files may declare some namespaces and not others.
    ...(state === 'undeclared' && near.length === 0 && { severity: 'information' as const }),
    fixes: replacements(subject, path, near),
  });
}

/** `*` stands for anything at one end. */
function matches(pattern: string, name: string): boolean {
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
  return pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1));
}

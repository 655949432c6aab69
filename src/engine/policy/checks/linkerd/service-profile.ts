import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { regexProblem } from '../../semantics/routing/string-match.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';

export const serviceProfile: ObjectCheck = {
  scope: 'object',
  code: 'MESH4010',
  rule: 'service-profile',
  aliases: [],
  severity: 'warning',
  summary: 'A ServiceProfile is for no service: its name is no full name of one, or a path is no regular expression.',
  subject: Kinds.serviceProfile,
  inputs: [],
  run(context) {
    const { subject, settings } = context;
    if (!subject.name.includes('.')) {
      const full = `${subject.name}.${subject.namespace}.svc.${settings.clusterDomain}`;
      context.report(subject, ['metadata', 'name'], {
        message: `Proxies look for the profile of a service by its full name, such as \`${full}\`; none asks for \`${subject.name}\`.`,
        part: 'value',
      });
    }
    for (const [index, route] of listOf(fieldOf(subject.spec, 'routes')).entries()) {
      checkCondition(context, fieldOf(route, 'condition'), ['spec', 'routes', index, 'condition']);
    }
  },
};

function checkCondition(context: CheckContext, condition: unknown, path: FieldPath): void {
  if (!isRecord(condition)) return;
  const text = stringOf(condition.pathRegex);
  const problem = text === undefined ? undefined : regexProblem(text);
  if (text !== undefined && problem !== undefined) {
    context.report(context.subject, [...path, 'pathRegex'], {
      message: `\`${text.slice(0, 80)}\` is no regular expression: ${problem}.`,
      part: 'value',
    });
  }
  for (const key of ['all', 'any']) {
    for (const [index, each] of listOf(condition[key]).entries()) checkCondition(context, each, [...path, key, index]);
  }
  checkCondition(context, condition.not, [...path, 'not']);
}

import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { regexProblem } from '../../semantics/routing/string-match.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { replacements } from '../replacements.ts';

export const serviceProfile: ObjectCheck = {
  scope: 'object',
  code: 'MESH4010',
  rule: 'service-profile',
  aliases: [],
  severity: 'warning',
  summary: 'A ServiceProfile is for no service: its name is no full name of one, or a path is no regular expression.',
  subject: Kinds.serviceProfile,
  inputs: [serviceDirectory],
  run(context) {
    const { subject, settings } = context;
    checkService(context);
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

/** Full names of services have a place in the cluster's domain; other names may be of hosts outside. */
function checkService(context: CheckContext): void {
  const { subject, settings } = context;
  const [name = '', namespace, ...rest] = subject.name.split('.');
  const directory = context.index(serviceDirectory);
  if (namespace === undefined) return;
  const path = ['metadata', 'name'];
  const full = (service: string): string => `${service}.${namespace}.svc.${settings.clusterDomain}`;
  if (rest.length === 0 || (rest.length === 1 && rest[0] === 'svc')) {
    if (!directory.namesIn(namespace).includes(name)) return;
    context.report(subject, path, {
      message: `Proxies look for the profile of a service by its full name, \`${full(name)}\`; none asks for \`${subject.name}\`.`,
      part: 'value',
      fixes: replacements(subject, path, [full(name)]),
    });
    return;
  }
  if (subject.name !== full(name) || directory.lookUp(subject.name, subject.namespace, true).state !== 'unknown')
    return;
  const near = nearestNames(name, directory.namesIn(namespace));
  context.report(subject, path, {
    message: `No Service \`${name}\` in namespace \`${namespace}\`, so nobody asks for this profile.${didYouMean(near)}`,
    part: 'value',
    fixes: replacements(subject, path, near.map(full)),
  });
}

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

import { nearestNames } from '../../../../../shared/nearest-names.ts';
import { fieldOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isAddressOrRange } from '../formats/addresses.ts';
import { isText, sitesBelow, sitesIn } from '../sites.ts';
import { bracketProblem, portProblem, serviceAccountProblem, wildcardProblem } from './authorization-values.ts';

type ValueRule = (value: string) => string | undefined;

const addressProblem: ValueRule = (value) =>
  isAddressOrRange(value) ? undefined : 'is neither an IP address nor a range such as `10.0.0.0/8`';
const anyValue: ValueRule = () => undefined;

/** What each attribute may be compared with. */
const attributes: ReadonlyMap<string, ValueRule> = new Map([
  ['source.ip', addressProblem],
  ['remote.ip', addressProblem],
  ['destination.ip', addressProblem],
  ['destination.port', portProblem],
  ['source.namespace', anyValue],
  ['source.serviceAccount', serviceAccountProblem],
  ['source.principal', anyValue],
  ['source.trustDomain', wildcardProblem],
  ['request.auth.principal', anyValue],
  ['request.auth.audiences', anyValue],
  ['request.auth.presenter', anyValue],
  ['connection.sni', anyValue],
]);
/** Attributes that a condition may ask for, but those that a name in brackets belongs to. */
export const conditionAttributes: readonly string[] = [...attributes.keys()];

const families = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'];
const replaced: readonly (readonly [string, string])[] = [
  ['destination.namespace', 'the namespace of the policy'],
  ['destination.labels', 'the selector of the policy'],
  ['destination.name', 'the selector of the policy'],
  ['destination.user', 'the selector of the policy'],
];

export const invalidAuthorizationCondition: ObjectCheck = {
  scope: 'object',
  code: 'MESH2264',
  rule: 'invalid-authorization-condition',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A condition asks for an attribute that does not exist, or compares it with what it cannot be.',
  refusedBy: 'webhook',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const condition of sitesIn(subject, 'rules[].when[]')) {
      const key = fieldOf(condition.value, 'key');
      if (typeof key !== 'string' || key === '') continue;
      const values = sitesBelow(condition.value, condition.path, 'values[]', 'notValues[]').filter(isText);
      const problem = keyProblem(key);
      if (problem !== undefined) {
        const path = [...condition.path, 'key'];
        context.report(subject, path, {
          message: problem,
          part: 'value',
          fixes: nearestNames(key, [...attributes.keys()]).map((name, index) => ({
            title: `Replace with \`${name}\``,
            isPreferred: index === 0,
            changes: [{ type: 'replace-value', object: subject, path, value: name }],
          })),
        });
      }
      const rule = attributes.get(key) ?? anyValue;
      for (const { path, value } of values) {
        const wrong = value === '' ? undefined : rule(value);
        if (value !== '' && wrong === undefined) continue;
        const message = value === '' ? 'This value is empty.' : `\`${value}\` ${wrong ?? ''}.`;
        context.report(subject, path, { message, part: value === '' ? 'head' : 'value' });
      }
    }
  },
};

function keyProblem(key: string): string | undefined {
  if (attributes.has(key)) return undefined;
  if (families.some((family) => key.startsWith(family))) {
    const problem = bracketProblem(key);
    return problem === undefined ? undefined : `\`${key}\` ${problem}.`;
  }
  const [, instead] =
    replaced.find(([name]) => key === name || (name.endsWith('labels') && key.startsWith(name))) ?? [];
  return instead === undefined
    ? `There is no attribute \`${key}\`.`
    : `\`${key}\` cannot be asked for any more; use ${instead}.`;
}

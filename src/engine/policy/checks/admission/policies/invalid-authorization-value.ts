import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { textsIn } from '../sites.ts';
import { pathTemplateProblem, portProblem, serviceAccountProblem, trustDomainProblem } from './authorization-values.ts';

const noMore = (): undefined => undefined;
const fields: readonly (readonly [string, (value: string) => string | undefined])[] = [
  ['from[].source.principals', noMore],
  ['from[].source.notPrincipals', noMore],
  ['from[].source.requestPrincipals', noMore],
  ['from[].source.notRequestPrincipals', noMore],
  ['from[].source.namespaces', noMore],
  ['from[].source.notNamespaces', noMore],
  ['from[].source.serviceAccounts', serviceAccountProblem],
  ['from[].source.notServiceAccounts', serviceAccountProblem],
  ['from[].source.trustDomains', trustDomainProblem],
  ['from[].source.notTrustDomains', trustDomainProblem],
  ['to[].operation.hosts', noMore],
  ['to[].operation.notHosts', noMore],
  ['to[].operation.methods', noMore],
  ['to[].operation.notMethods', noMore],
  ['to[].operation.ports', portProblem],
  ['to[].operation.notPorts', portProblem],
  ['to[].operation.paths', pathTemplateProblem],
  ['to[].operation.notPaths', pathTemplateProblem],
];

export const invalidAuthorizationValue: ObjectCheck = {
  scope: 'object',
  code: 'MESH2263',
  rule: 'invalid-authorization-value',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A value in an authorization rule is empty, or has a form that it cannot have.',
  refusedBy: 'webhook',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const [field, problemOf] of fields) {
      for (const { path, value } of textsIn(subject, `rules[].${field}[]`)) {
        const problem = value === '' ? undefined : problemOf(value);
        if (value !== '' && problem === undefined) continue;
        const message = value === '' ? 'This value is empty.' : `\`${value}\` ${problem ?? ''}.`;
        context.report(subject, path, { message, part: value === '' ? 'head' : 'value' });
      }
    }
  },
};

import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { ObjectCheck } from '../check.ts';
import { authenticatesWorkload, ownTokenChecks } from '../directories/request-authentications.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { replacements } from '../replacements.ts';
import { requestPrincipalsOf } from './authorization-view.ts';

export const unknownIssuer: ObjectCheck = {
  scope: 'object',
  code: 'MESH1717',
  rule: 'unknown-issuer',
  aliases: [],
  severity: 'warning',
  summary: 'An AuthorizationPolicy asks for tokens of an issuer that its workloads do not accept tokens of.',
  subject: Kinds.authorizationPolicy,
  inputs: [Kinds.requestAuthentication, ownTokenChecks, workloadDirectory],
  run(context) {
    const { subject } = context;
    const values = requestPrincipalsOf(subject).filter(
      ({ isNegative, value }) => !isNegative && /^[^*]+\/[^/]*$/.test(value),
    );
    const target = readPolicyTarget(subject.spec);
    if (values.length === 0 || target.references.length > 0 || context.index(ownTokenChecks)) return;
    const workloads = policyWorkloads(context, target.selector ?? {});
    if (workloads.length === 0) return;
    const policies = context
      .ofKind(Kinds.requestAuthentication)
      .filter((policy) => workloads.some((workload) => authenticatesWorkload(context, policy, workload)));
    const issuers = policies.flatMap(issuersOf);
    // Where no token is checked at all, that is said instead; and an issuer without a name may be any.
    if (issuers.length === 0 || issuers.includes('')) return;
    for (const { value, path } of values) {
      const slash = value.lastIndexOf('/');
      const issuer = value.slice(0, slash);
      if (issuers.includes(issuer)) continue;
      if (issuers.includes(value)) {
        context.report(subject, path, {
          message: `This is an issuer; a principal is \`issuer/subject\`. For every subject of it write \`${value}/*\`.`,
          part: 'value',
          fixes: replacements(subject, path, [`${value}/*`]),
        });
        continue;
      }
      const near = nearestNames(issuer, issuers);
      const known =
        near.length > 0 ? didYouMean(near) : ` They accept ${issuers.map((each) => `\`${each}\``).join(', ')}.`;
      context.report(subject, path, {
        message: `No request has this principal: these workloads accept no tokens of issuer \`${issuer}\`.${known}`,
        part: 'value',
        related: policies
          .slice(0, 3)
          .map((object) => ({ message: 'The issuers stand here.', object, path: ['spec', 'jwtRules'] })),
        fixes: replacements(
          subject,
          path,
          near.map((name) => `${name}${value.slice(slash)}`),
        ),
      });
    }
  },
};

const issuersOf = ({ spec }: MeshObject): readonly string[] =>
  listOf(fieldOf(spec, 'jwtRules')).map((rule) => stringOf(fieldOf(rule, 'issuer')) ?? '');

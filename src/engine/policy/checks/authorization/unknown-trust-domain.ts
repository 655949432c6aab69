import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { parsePrincipal, principalsOf } from './authorization-view.ts';
import { isOwnTrustDomain, ownTrustDomains } from './trust-domains.ts';

export const unknownTrustDomain: ObjectCheck = {
  scope: 'object',
  code: 'MESH1706',
  rule: 'unknown-trust-domain',
  aliases: ['KIA0108'],
  severity: 'warning',
  summary: 'An AuthorizationPolicy names a trust domain that this mesh does not have.',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject, settings } = context;
    const own = ownTrustDomains(settings);
    // Whoever told us the domains of the mesh would have told this one.
    const isTold = own.length > 1;
    for (const { value, path } of principalsOf(subject)) {
      const parsed = parsePrincipal(value);
      if (!parsed || isOwnTrustDomain(parsed.trustDomain, settings)) continue;
      const near = nearestNames(parsed.trustDomain, own);
      context.report(subject, path, {
        message: `This mesh has no trust domain \`${parsed.trustDomain}\`; its own is \`${settings.trustDomain}\`.${didYouMean(near)}`,
        part: 'value',
        ...(!isTold && near.length === 0 && { severity: 'hint' as const }),
        fixes: replacements(
          subject,
          path,
          near.map((name) => name + value.slice(parsed.trustDomain.length)),
        ),
      });
    }
  },
};

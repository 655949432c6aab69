import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { principalsOf, requestPrincipalsOf } from './authorization-view.ts';

const prefix = 'spiffe://';

export const principalForm: ObjectCheck = {
  scope: 'object',
  code: 'MESH1709',
  rule: 'principal-form',
  aliases: [],
  severity: 'error',
  summary: 'An AuthorizationPolicy names an identity in a form that no caller has.',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { value, path } of principalsOf(subject)) {
      if (value.startsWith(prefix)) {
        context.report(subject, path, {
          message: `Istio puts \`${prefix}\` in front itself, so this matches nobody.`,
          part: 'value',
          fixes: replacements(
            subject,
            path,
            [value.slice(prefix.length)].filter((text) => text !== ''),
          ),
        });
      } else if (/^ns\/[^/*]+\/sa\/[^/*]+$/.test(value)) {
        context.report(subject, path, {
          message: `\`${value}\` lacks the trust domain: callers are named \`trust-domain/ns/namespace/sa/name\`. \`cluster.local\` stands for that of the mesh.`,
          part: 'value',
          fixes: replacements(subject, path, [`cluster.local/${value}`]),
        });
      } else if (value !== '' && !value.includes('*') && !mayBeIdentity(value)) {
        context.report(subject, path, {
          message: `\`${value}\` is no identity: callers are named \`trust-domain/ns/namespace/sa/name\`.`,
          part: 'value',
        });
      }
    }
    for (const { value, path } of requestPrincipalsOf(subject)) {
      if (value === '' || value.includes('*') || value.includes('/')) continue;
      context.report(subject, path, {
        message: `No token has the principal \`${value}\`: it is \`issuer/subject\`, of the claims \`iss\` and \`sub\`. For any issuer write \`*/${value}\`, for any subject \`${value}/*\`.`,
        part: 'value',
      });
    }
  },
};

/** Identities of other meshes may have a path of their own, but none that is nearly one of Istio's. */
function mayBeIdentity(text: string): boolean {
  const parts = text.split('/');
  return parts.length > 1 && (parts[1] !== 'ns' || (parts.length === 5 && parts[3] === 'sa'));
}

import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { defaultPolicies } from './default-policies.ts';

/** What a Server of Linkerd may say that its port speaks. */
export const proxyProtocols = ['unknown', 'HTTP/1', 'HTTP/2', 'gRPC', 'opaque', 'TLS'] as const;

export const unknownProxyProtocol: ObjectCheck = {
  scope: 'object',
  code: 'MESH4007',
  rule: 'unknown-proxy-protocol',
  aliases: [],
  severity: 'error',
  summary: 'A Server of Linkerd speaks a protocol, or has a policy, that Linkerd does not know.',
  subject: Kinds.linkerdServer,
  inputs: [],
  run(context) {
    const { subject } = context;
    checkAccessPolicy(context);
    const written = stringOf(fieldOf(subject.spec, 'proxyProtocol'));
    if (written === undefined || proxyProtocols.some((each) => each === written)) return;
    const sameLetters = proxyProtocols.filter((each) => each.toLowerCase().startsWith(written.toLowerCase()));
    const near = written !== '' && sameLetters.length > 0 ? sameLetters : nearestNames(written, proxyProtocols);
    const known =
      near.length > 0 ? didYouMean(near) : ` It knows ${proxyProtocols.map((each) => `\`${each}\``).join(', ')}.`;
    const path = ['spec', 'proxyProtocol'];
    context.report(subject, path, {
      message: `Linkerd knows no protocol \`${written}\`.${known}`,
      part: 'value',
      fixes: replacements(subject, path, near),
    });
  },
};

function checkAccessPolicy(context: CheckContext): void {
  const { subject } = context;
  const path = ['spec', 'accessPolicy'];
  const written = stringOf(fieldOf(subject.spec, 'accessPolicy'));
  if (written === undefined || defaultPolicies.includes(written)) return;
  const near = nearestNames(written, defaultPolicies);
  const known =
    near.length > 0 ? didYouMean(near) : ` It knows ${defaultPolicies.map((each) => `\`${each}\``).join(', ')}.`;
  context.report(subject, path, {
    message: `Linkerd knows no policy \`${written}\`, and refuses the Server.${known}`,
    part: 'value',
    fixes: replacements(subject, path, near),
  });
}

import { fieldOf, isRecord } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

export const emptyOutboundPolicy: ObjectCheck = {
  scope: 'object',
  code: 'MESH1604',
  rule: 'empty-outbound-policy',
  aliases: ['KIA1007'],
  severity: 'information',
  summary: 'An outbound traffic policy without mode means REGISTRY_ONLY: unknown hosts are refused.',
  subject: Kinds.sidecar,
  inputs: [],
  run(context) {
    const { subject } = context;
    const path = ['spec', 'outboundTrafficPolicy'];
    const policy = fieldOf(subject.spec, 'outboundTrafficPolicy');
    // `mode: null` is no mode; `outboundTrafficPolicy: null` is no policy.
    if (!isRecord(policy) || (policy.mode !== undefined && policy.mode !== null)) return;
    const modes = ['REGISTRY_ONLY', 'ALLOW_ANY'];
    context.report(subject, path, {
      message: 'Without `mode` this policy is REGISTRY_ONLY: requests to hosts that nobody declared are refused.',
      part: 'key',
      ...(policy.mode === undefined && {
        fixes: modes.map((value) => ({
          title: `Write \`mode: ${value}\``,
          changes: [{ type: 'insert-field' as const, object: subject, path, key: 'mode', value }],
        })),
      }),
    });
  },
};

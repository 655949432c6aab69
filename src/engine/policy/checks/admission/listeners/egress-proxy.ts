import { fieldOf, isRecord } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

export const egressProxy: ObjectCheck = {
  scope: 'object',
  code: 'MESH2252',
  rule: 'egress-proxy',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Calls to unknown services are sent to a proxy without a port, or are not allowed at all.',
  refusedBy: 'webhook',
  subject: Kinds.sidecar,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'outboundTrafficPolicy')) {
      const proxy = fieldOf(value, 'egressProxy');
      if (!isRecord(proxy)) continue;
      const mode = fieldOf(value, 'mode') ?? 'REGISTRY_ONLY';
      if (mode !== 'ALLOW_ANY') {
        const message = 'A proxy for unknown services needs `mode: ALLOW_ANY`; otherwise calls to them are refused.';
        context.report(subject, [...path, 'egressProxy'], { message, part: 'key' });
      } else if (!isRecord(proxy.port)) {
        context.report(subject, [...path, 'egressProxy'], { message: 'The proxy needs a `port`.', part: 'key' });
      }
    }
  },
};

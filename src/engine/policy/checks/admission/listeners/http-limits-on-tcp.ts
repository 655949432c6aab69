import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isHttpProtocol } from '../formats/protocols.ts';
import { sitesIn } from '../sites.ts';

export const httpLimitsOnTcp: ObjectCheck = {
  scope: 'object',
  code: 'MESH2253',
  rule: 'http-limits-on-tcp',
  aliases: ['IST0133'],
  severity: 'warning',
  summary: 'A listener that does not speak HTTP has limits for HTTP.',
  warnedBy: 'webhook',
  subject: Kinds.sidecar,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'ingress[]')) {
      const port = fieldOf(value, 'port');
      const pool = fieldOf(value, 'connectionPool');
      if (!isRecord(port) || !isRecord(pool) || !isRecord(pool.http)) continue;
      const protocol = stringOf(port.protocol) ?? '';
      if (isHttpProtocol(protocol)) continue;
      const what = protocol === '' ? 'has no protocol' : `speaks ${protocol.toUpperCase()}`;
      const message = `This listener ${what}, so only the limits below \`tcp\` apply.`;
      context.report(subject, [...path, 'connectionPool', 'http'], { message, part: 'key' });
    }
  },
};

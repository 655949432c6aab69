import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { numbersIn } from '../sites.ts';
import { connectionPools } from './traffic-policies.ts';

const limits = [
  'tcp.maxConnections',
  'http.http1MaxPendingRequests',
  'http.http2MaxRequests',
  'http.maxRequestsPerConnection',
  'http.maxRetries',
  'http.maxConcurrentStreams',
];
const patterns = connectionPools.flatMap((pool) => limits.map((limit) => `${pool}.${limit}`));

export const negativeLimit: ObjectCheck = {
  scope: 'object',
  code: 'MESH2223',
  rule: 'negative-limit',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A limit on connections or requests is negative.',
  refusedBy: 'webhook',
  subject: [Kinds.destinationRule, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, key, value } of numbersIn(subject, ...patterns)) {
      if (value >= 0) continue;
      context.report(subject, path, {
        message: `\`${key}\` cannot be negative; leave it out for no limit of your own.`,
        part: 'value',
        fixes: [
          { title: `Remove \`${key}\``, isPreferred: true, changes: [{ type: 'remove', object: subject, path }] },
        ],
      });
    }
  },
};

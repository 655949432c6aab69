import { fieldOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import { connectionPools, trafficPolicyPatterns } from './traffic-policies.ts';

interface Conflict {
  readonly at: readonly string[];
  readonly fields: readonly [string, string];
  /** Whether the values of the two conflict; any do unless given. */
  readonly when?: (first: unknown, second: unknown) => boolean;
  readonly message: string;
}

const loadBalancers = trafficPolicyPatterns('loadBalancer');
const hashes = trafficPolicyPatterns('loadBalancer.consistentHash');
const isOldRingSize = (size: unknown): boolean => size !== 0;

const conflicts: readonly Conflict[] = [
  {
    at: ['trafficPolicy', 'subsets[].trafficPolicy'],
    fields: ['tunnel', 'proxyProtocol'],
    message: 'A connection is either tunnelled or begins with the PROXY protocol, not both.',
  },
  {
    at: loadBalancers,
    fields: ['localityLbSetting', 'zoneAwareLbSetting'],
    message: 'Only one of `localityLbSetting` and `zoneAwareLbSetting` can be set.',
  },
  {
    at: connectionPools.map((pool) => `${pool}.http`),
    fields: ['h2UpgradePolicy', 'useClientProtocol'],
    when: (policy, useClientProtocol) => policy === 'UPGRADE' && useClientProtocol === true,
    message: '`useClientProtocol` keeps the protocol of the caller, and `h2UpgradePolicy: UPGRADE` changes it.',
  },
  {
    at: hashes,
    fields: ['ringHash', 'minimumRingSize'],
    when: (_, size) => isOldRingSize(size),
    message: '`minimumRingSize` is the old way to set what `ringHash` sets.',
  },
  {
    at: hashes,
    fields: ['maglev', 'minimumRingSize'],
    when: (_, size) => isOldRingSize(size),
    message: '`minimumRingSize` is for a hash ring, not for `maglev`.',
  },
];

export const conflictingSettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH2221',
  rule: 'conflicting-settings',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Two settings for traffic exclude each other.',
  refusedBy: 'webhook',
  subject: [Kinds.destinationRule, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { at, fields, when, message } of conflicts) {
      const [first, second] = fields;
      for (const { path, value } of sitesIn(subject, ...at)) {
        const [a, b] = [fieldOf(value, first) ?? undefined, fieldOf(value, second) ?? undefined];
        if (a === undefined || b === undefined || when?.(a, b) === false) continue;
        context.report(subject, [...path, second], {
          message,
          part: 'key',
          related: [{ message: 'The other setting.', object: subject, path: [...path, first] }],
          fixes: [
            { title: `Remove \`${second}\``, changes: [{ type: 'remove', object: subject, path: [...path, second] }] },
          ],
        });
      }
    }
  },
};

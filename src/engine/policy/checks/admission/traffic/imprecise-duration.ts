import { parseGoDuration } from '../../../../../shared/go-duration.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { KindKey } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { textsIn } from '../sites.ts';
import { connectionPools, trafficPolicyPatterns } from './traffic-policies.ts';

const ofPools = connectionPools.flatMap((pool) =>
  [
    'tcp.connectTimeout',
    'tcp.maxConnectionDuration',
    'tcp.idleTimeout',
    'tcp.tcpKeepalive.time',
    'tcp.tcpKeepalive.interval',
    'http.idleTimeout',
    'http.http2KeepAlive.interval',
    'http.http2KeepAlive.timeout',
  ].map((field) => `${pool}.${field}`),
);

const patterns: Readonly<Record<KindKey, readonly string[]>> = {
  [Kinds.virtualService]: [
    'http[].timeout',
    'http[].retries.perTryTimeout',
    'http[].retries.backoff',
    'http[].fault.delay.fixedDelay',
    'http[].corsPolicy.maxAge',
  ],
  [Kinds.destinationRule]: [
    ...ofPools,
    ...trafficPolicyPatterns(
      'outlierDetection.baseEjectionTime',
      'outlierDetection.interval',
      'loadBalancer.warmup.duration',
    ),
  ],
  [Kinds.sidecar]: ofPools,
  [Kinds.requestAuthentication]: ['jwtRules[].timeout'],
};

export const impreciseDuration: ObjectCheck = {
  scope: 'object',
  code: 'MESH2228',
  rule: 'imprecise-duration',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A time is finer than milliseconds.',
  refusedBy: 'webhook',
  subject: Object.keys(patterns),
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of textsIn(subject, ...(patterns[kindKey(subject)] ?? []))) {
      const ms = parseGoDuration(value);
      // What is shorter than a millisecond is out of range already.
      if (ms === undefined || ms < 1 || Number.isInteger(ms)) continue;
      const rounded = `${String(Math.round(ms))}ms`;
      context.report(subject, path, {
        message: 'Istio takes times in whole milliseconds only.',
        part: 'value',
        fixes: [
          {
            title: `Replace with \`${rounded}\``,
            isPreferred: true,
            changes: [{ type: 'replace-value', object: subject, path, value: rounded }],
          },
        ],
      });
    }
  },
};

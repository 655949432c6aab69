import { fieldOf, isRecord } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import { connectionPools, wholePolicyPatterns } from './traffic-policies.ts';

const ofPort = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'];
const ofPolicy = [...ofPort, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'];

interface Demand {
  readonly at: readonly string[];
  readonly anyOf: readonly string[];
}

const demands: readonly Demand[] = [
  { at: ['trafficPolicy', 'subsets[].trafficPolicy'], anyOf: ofPolicy },
  { at: wholePolicyPatterns('portLevelSettings[]'), anyOf: ofPort },
  { at: wholePolicyPatterns('portLevelSettings[]'), anyOf: ['port'] },
  { at: connectionPools, anyOf: ['tcp', 'http'] },
  { at: connectionPools.map((pool) => `${pool}.http.http2KeepAlive`), anyOf: ['interval'] },
  { at: connectionPools.map((pool) => `${pool}.http.http2KeepAlive`), anyOf: ['timeout'] },
];

export const emptySettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH2220',
  rule: 'empty-settings',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Settings for traffic set nothing, or lack a field that the others need.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: [Kinds.destinationRule, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { at, anyOf } of demands) {
      for (const { path, value } of sitesIn(subject, ...at)) {
        if (!isRecord(value) || anyOf.some((key) => isSet(fieldOf(value, key)))) continue;
        // A misspelt field is a finding of its own, and meant to be one of these.
        if (anyOf.length > 1 && Object.keys(value).some((key) => key !== 'port' && !anyOf.includes(key))) continue;
        const names = anyOf.map((key) => `\`${key}\``).join(', ');
        const [only, second] = anyOf;
        const needs = second === undefined ? `needs \`${only ?? ''}\`` : `sets nothing; it needs one of ${names}`;
        context.report(subject, path, { message: `${nameOf(path)} ${needs}.` });
      }
    }
  },
};

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

function nameOf(path: readonly (string | number)[]): string {
  const last = path.at(-1);
  return typeof last === 'string' ? `\`${last}\`` : 'This entry of `portLevelSettings`';
}

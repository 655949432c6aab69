import { fieldOf, isRecord, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../../shared/text.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../../check.ts';
import { isText, sitesBelow, sitesIn } from '../sites.ts';
import type { Site } from '../sites.ts';
import { localityProblem } from './localities.ts';
import { wholePolicyPatterns } from './traffic-policies.ts';

const topologyLabels = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone'];

export const localitySettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH2226',
  rule: 'locality-settings',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'Traffic is shared by locality, or fails over to another region, in a way that cannot be.',
  refusedBy: 'webhook',
  subject: Kinds.destinationRule,
  inputs: [],
  run(context) {
    const { subject } = context;
    const policies = ['trafficPolicy', 'subsets[].trafficPolicy', ...wholePolicyPatterns('portLevelSettings[]')];
    for (const policy of sitesIn(subject, ...policies)) {
      const isDetecting = isRecord(fieldOf(policy.value, 'outlierDetection'));
      for (const site of sitesBelow(
        policy.value,
        policy.path,
        'loadBalancer.localityLbSetting',
        'loadBalancer.zoneAwareLbSetting',
      )) {
        checkShares(context, subject, site);
        checkFailover(context, subject, site, isDetecting);
      }
    }
  },
};

function checkShares(context: CheckContext, subject: MeshObject, site: Site): void {
  const { value, path } = site;
  const shares = sitesBelow(value, path, 'distribute[]');
  if (shares.length > 0 && listOf(fieldOf(value, 'failover')).length > 0) {
    const message = 'Traffic is either shared by `distribute` or sent elsewhere by `failover`, not both.';
    context.report(subject, [...path, 'failover'], { message, part: 'key' });
    return;
  }
  for (const share of shares) {
    const parts = sitesBelow(share.value, share.path, 'to{}');
    let sum = 0;
    for (const { path: at, value: percent } of parts) {
      if (typeof percent !== 'number') return;
      sum += percent;
      if (percent >= 1 && percent <= 100) continue;
      context.report(subject, at, { message: 'A share is from 1 to 100 percent.', part: 'value' });
      return;
    }
    if (sum !== 100) {
      const message = `These shares add up to ${String(sum)} percent, not 100.`;
      context.report(subject, [...share.path, ...(parts.length > 0 ? ['to'] : [])], { message });
      return;
    }
    reportLocality(
      context,
      subject,
      parts.map(({ key, path: at }) => ({ locality: key, path: at, part: 'key' })),
    );
  }
  const callers = shares.map((share) => ({
    locality: stringOf(fieldOf(share.value, 'from')) ?? '',
    path: [...share.path, 'from'],
    part: 'value' as const,
  }));
  reportLocality(context, subject, callers);
}

interface NamedLocality {
  readonly locality: string;
  readonly path: FieldPath;
  readonly part: 'key' | 'value';
}

function reportLocality(context: CheckContext, subject: MeshObject, named: readonly NamedLocality[]): void {
  const problem = localityProblem(named.map(({ locality }) => locality));
  const at = problem && named[problem.index];
  if (problem && at) context.report(subject, at.path, { message: problem.message, part: at.part });
}

function checkFailover(
  context: CheckContext,
  subject: MeshObject,
  { key, path, value }: Site,
  isDetecting: boolean,
): void {
  const steps = sitesBelow(value, path, 'failover[]');
  const labels = sitesBelow(value, path, 'failoverPriority[]').filter(isText);
  if (listOf(fieldOf(value, 'distribute')).length > 0 && steps.length > 0) return;
  const isZoneAware = key === 'zoneAwareLbSetting';
  const topology = labels.filter((label) => topologyLabels.includes(label.value));
  for (const label of isZoneAware ? topology : steps.length > 0 ? topology.slice(0, 1) : []) {
    const message = isZoneAware
      ? `\`${label.value}\` cannot be used here: regions and zones are followed without it.`
      : `\`${label.value}\` cannot be used together with \`failover\`, which says the same.`;
    context.report(subject, label.path, { message, part: 'value' });
    if (!isZoneAware) return;
  }
  if ((steps.length > 0 || labels.length > 0) && !isDetecting) {
    const message =
      'Failover needs `outlierDetection` beside the load balancer: without it no endpoint is ever found unhealthy.';
    const at = steps.length > 0 ? 'failover' : 'failoverPriority';
    context.report(subject, [...path, at], { message, part: 'key', severity: 'warning' });
  }
  for (const step of steps) {
    const [from, to] = [stringOf(fieldOf(step.value, 'from')) ?? '', stringOf(fieldOf(step.value, 'to')) ?? ''];
    const wrong = [from, to].find((region) => /[/*]/.test(region));
    if (wrong !== undefined) {
      const at = wrong === from ? 'from' : 'to';
      const message = `\`${wrong}\` is no region; zones and wildcards cannot be used in a failover.`;
      context.report(subject, [...step.path, at], { message, part: 'value' });
    } else if (from === to) {
      context.report(subject, step.path, { message: 'A failover must lead to another region.' });
    }
  }
}

import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels } from '../../../model/mesh-object.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { subsetsOf } from '../directories/subset-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

/** Istio's default for `maxEjectionPercent`. */
const defaultPercent = 10;

export const outlierNeverEjects: ObjectCheck = {
  scope: 'object',
  code: 'MESH1401',
  rule: 'outlier-never-ejects',
  aliases: [],
  severity: 'warning',
  summary: 'Outlier detection may eject less than one endpoint, so it ejects none.',
  subject: Kinds.destinationRule,
  inputs: [serviceDirectory, workloadDirectory],
  run(context) {
    const { subject } = context;
    if (!isRecord(subject.spec)) return;
    checkPolicy(context, ['spec', 'trafficPolicy'], {});
    for (const subset of subsetsOf(subject)) checkPolicy(context, [...subset.path, 'trafficPolicy'], subset.labels);
  },
};

function checkPolicy(context: CheckContext, path: FieldPath, labels: Labels): void {
  const policy = valueAt(context.subject, path);
  const ports = listOf(fieldOf(policy, 'portLevelSettings')).map((_, index) => [...path, 'portLevelSettings', index]);
  for (const place of [path, ...ports]) checkDetection(context, [...place, 'outlierDetection'], labels);
}

function checkDetection(context: CheckContext, path: FieldPath, labels: Labels): void {
  const detection = valueAt(context.subject, path);
  if (!isRecord(detection)) return;
  const given = numberOf(detection.maxEjectionPercent);
  const percent = given ?? defaultPercent;
  // Nobody ejects at 0 percent, and that is how one says so.
  if (given === 0) return;
  const count = endpointsOf(context, labels);
  if (count === undefined || count === 0 || Math.floor((count * percent) / 100) >= 1) return;
  const needed = Math.min(100, Math.ceil(100 / count));
  const says = given === undefined ? `the default of ${String(percent)} %` : `${String(percent)} %`;
  const limit = `With ${String(count)} endpoint${count === 1 ? '' : 's'}, ${says} of them`;
  const object = context.subject;
  const isSet = Object.hasOwn(detection, 'maxEjectionPercent');
  const key = 'maxEjectionPercent';
  const changes = isSet
    ? [{ type: 'replace-value', object, path: [...path, key], value: needed } as const]
    : [{ type: 'insert-field', object, path, key, value: needed } as const];
  const fixes = [{ title: `Set \`${key}: ${String(needed)}\``, isPreferred: count > 1, changes }];
  const message = `${limit} is less than one: no endpoint is ever ejected. It takes \`${key}: ${String(needed)}\` or more.`;
  context.report(object, isSet ? [...path, key] : path, { message, part: isSet ? 'value' : 'key', fixes });
}

/** Endpoints of the host, or of those with the labels; undefined where it cannot be known. */
function endpointsOf(context: CheckContext, labels: Labels): number | undefined {
  const { subject, isNamespaceKnown } = context;
  const host = stringOf(fieldOf(subject.spec, 'host'));
  if (host === undefined || host.includes('*')) return undefined;
  const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
  const service = lookup.state === 'known' && lookup.services.length === 1 ? lookup.services[0] : undefined;
  if (!service || service.resolution === 'NONE' || service.resolution === 'DNS') return undefined;
  const workloads = context
    .index(workloadDirectory)
    .behind(service)
    .filter((each) => selectorMatches(labels, each.labels));
  let count = 0;
  for (const { endpoints } of workloads) {
    if (endpoints === undefined) return undefined;
    count += endpoints;
  }
  return count;
}

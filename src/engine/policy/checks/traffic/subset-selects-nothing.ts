import { Kinds } from '../../../model/kinds.ts';
import { fieldOf, listOf, stringOf, textsOf } from '../../../../shared/untrusted.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { isGivenLabel } from '../directories/given-labels.ts';
import { routedSubsets } from '../directories/routed-subsets.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import type { SubsetView } from '../directories/subset-directory.ts';
import { subsetsOf } from '../directories/subset-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

export const subsetSelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH1207',
  rule: 'subset-selects-nothing',
  aliases: ['IST0173', 'KIA0203'],
  severity: 'error',
  summary: 'No workload of the service has the labels of a subset.',
  subject: Kinds.destinationRule,
  inputs: [serviceDirectory, routedSubsets, workloadDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const host = stringOf(fieldOf(subject.spec, 'host'));
    if (host === undefined || host.includes('*')) return;
    const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
    if (lookup.state !== 'known') return;
    const workloads = lookup.services.flatMap((service) => labelsBehind(context, service));
    if (workloads.length === 0) {
      reportNobody(context, host, lookup);
      return;
    }
    for (const subset of subsetsOf(subject)) {
      // What the platform gives a label is not known, but it is never empty.
      const isGiven = Object.entries(subset.labels).some(([key, value]) => value !== '' && isGivenLabel(key));
      const isDecidable = Object.keys(subset.labels).length > 0 && !isGiven;
      if (!isDecidable || workloads.some((labels) => selectorMatches(subset.labels, labels))) continue;
      report(context, host, lookup.host, subset, workloads);
    }
  },
};

type LabelSet = Readonly<Record<string, string>>;

function labelsBehind(context: CheckContext, service: ServiceModel): readonly LabelSet[] {
  const endpoints = listOf(fieldOf(service.object.spec, 'endpoints')).map((entry) => textsOf(fieldOf(entry, 'labels')));
  const workloads = context.index(workloadDirectory).behind(service);
  return [...endpoints, ...workloads.map(({ labels }) => labels)];
}

/**
 * No workload at all is behind the service. Without a cluster they are declared elsewhere; and the endpoints of a service
 * that selects none are kept by hand.
 */
function reportNobody(
  context: CheckContext,
  written: string,
  { host, services }: { readonly host: string; readonly services: readonly ServiceModel[] },
): void {
  const { subject } = context;
  const subsets = subsetsOf(subject);
  const isCertain =
    context.index(workloadDirectory).isComplete &&
    services.length > 0 &&
    services.every(({ selector }) => Object.keys(selector).length > 0);
  if (subsets.length === 0 || !isCertain) return;
  const isUsed = subsets.some(({ name }) => context.index(routedSubsets).has(`${host} ${name}`));
  context.report(subject, ['spec', 'host'], {
    message: `No workload is behind \`${written}\`, so its subsets are empty${isUsed ? ' and their requests fail with 503' : ''}.`,
    part: 'value',
    severity: isUsed ? 'warning' : 'information',
    related: services
      .slice(0, 5)
      .map(({ object }) => ({ message: `${object.kind} ${object.name}`, object, path: ['metadata', 'name'] })),
  });
}

function report(
  context: CheckContext,
  written: string,
  host: string,
  subset: SubsetView,
  workloads: readonly LabelSet[],
): void {
  const isUsed = context.index(routedSubsets).has(`${host} ${subset.name}`);
  const [wrongKey, wrongValue] = Object.entries(subset.labels).find(
    ([key, value]) => !workloads.some((labels) => labels[key] === value),
  ) ??
    Object.entries(subset.labels)[0] ?? ['', ''];
  const path = [...subset.path, 'labels', wrongKey];
  const values = [...new Set(workloads.flatMap((labels) => labels[wrongKey] ?? []))].sort();
  const near = nearestNames(wrongValue, values);
  const choices = near.length > 0 ? near : values.slice(0, 5);
  const known =
    near.length === 0 && values.length > 0
      ? ` Its workloads have ${choices.map((value) => `\`${value}\``).join(', ')}.`
      : '';
  context.report(context.subject, path, {
    message:
      `No workload of \`${written}\` has \`${wrongKey}: ${wrongValue}\`, so subset \`${subset.name}\` is empty` +
      `${isUsed ? ' and its requests fail with 503' : ''}.${didYouMean(near)}${known}`,
    part: 'value',
    ...(!isUsed && { severity: 'information' as const }),
    fixes: choices.map((value, index) => ({
      title: `Replace with \`${value}\``,
      isPreferred: near.length > 0 && index === 0,
      changes: [{ type: 'replace-value', object: context.subject, path, value }],
    })),
  });
}

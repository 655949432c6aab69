import { Kinds } from '../../../model/kinds.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { exportToOf, isExportedTo } from '../../semantics/export-to.ts';
import { expandedServiceName } from '../../semantics/hosts.ts';
import { destinationHostProblem } from '../admission/formats/host-names.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { ServiceDirectory } from '../directories/service-directory.ts';
import { otherSpelling, serviceDirectory } from '../directories/service-directory.ts';
import type { DestinationView } from './virtual-service-view.ts';
import { destinationsOf } from './virtual-service-view.ts';

export const unknownHost: ObjectCheck = {
  scope: 'object',
  code: 'MESH1203',
  rule: 'unknown-host',
  aliases: ['IST0101', 'KIA1101'],
  severity: 'error',
  summary: 'A route sends requests to a host that no Service or ServiceEntry has.',
  subject: Kinds.virtualService,
  inputs: [serviceDirectory],
  run(context) {
    const directory = context.index(serviceDirectory);
    for (const destination of destinationsOf(context.subject)) {
      // A text that can be no host has a finding of its own.
      if (destinationHostProblem(destination.host) === undefined) checkDestination(context, directory, destination);
    }
  },
};

function checkDestination(context: CheckContext, directory: ServiceDirectory, destination: DestinationView): void {
  const { subject, isNamespaceKnown, settings } = context;
  const path = [...destination.path, 'host'];
  const lookup = directory.lookUp(destination.host, subject.namespace, isNamespaceKnown);
  const spelling = lookup.state === 'known' ? otherSpelling(destination.host, lookup.services) : undefined;
  if (spelling !== undefined) {
    const message = `Capitals count: Istio knows no host \`${destination.host}\`, so these requests fail with 503. It is declared as \`${spelling}\`.`;
    context.report(subject, path, { message, part: 'value', fixes: replacements(context, path, [spelling]) });
    return;
  }
  if (lookup.state === 'known') checkReaders(context, directory, destination, lookup.host);
  if (lookup.state === 'known' || lookup.state === 'undecided') return;
  if (lookup.state === 'hidden') {
    const owner = lookup.services[0];
    const message = `\`${destination.host}\` is not exported to namespace \`${subject.namespace}\`.`;
    const related = owner
      ? [{ message: 'It is declared here.', object: owner.object, path: ['metadata', 'name'] }]
      : [];
    context.report(subject, path, { message, part: 'value', related });
    return;
  }
  const complete = expandedServiceName(lookup.host, settings);
  if (complete !== undefined && directory.servicesOf(complete).length > 0) {
    const message = `Istio takes \`${destination.host}\` as it stands and finds no such host. The full name is \`${complete}\`.`;
    context.report(subject, path, { message, part: 'value', fixes: replacements(context, path, [complete]) });
    return;
  }
  report(context, directory, destination, lookup.host);
}

/** Proxies of every namespace that is shown the route must know where it leads. */
function checkReaders(
  context: CheckContext,
  directory: ServiceDirectory,
  destination: DestinationView,
  host: string,
): void {
  const { subject, isNamespaceKnown, settings } = context;
  // A delegate is read with the VirtualService that names it.
  if (!isNamespaceKnown || listOf(fieldOf(subject.spec, 'hosts')).length === 0) return;
  const services = directory.servicesOf(host);
  const [owner] = services;
  const blind = [...exportToOf(subject, settings, 'defaultVirtualServiceExportTo')].find(
    (reader) => reader !== '*' && !services.some(({ exportTo }) => isExportedTo(exportTo, reader)),
  );
  if (blind === undefined || !owner) return;
  context.report(subject, [...destination.path, 'host'], {
    message: `Namespace \`${blind}\` gets this route but not \`${destination.host}\`, which is not exported to it: its requests fail with 503.`,
    part: 'value',
    severity: 'warning',
    related: [{ message: 'It is declared here.', object: owner.object, path: ['metadata', 'name'] }],
  });
}

function report(context: CheckContext, directory: ServiceDirectory, destination: DestinationView, host: string): void {
  const { subject } = context;
  const path = [...destination.path, 'host'];
  const [name, namespace] = serviceOf(host, context.settings.clusterDomain);
  if (name === undefined || namespace === undefined) {
    const near = nearestNames(destination.host, [...directory.hosts(), ...directory.namesIn(subject.namespace)]);
    const message = `No Service or ServiceEntry has the host \`${destination.host}\`.${didYouMean(near)}`;
    context.report(subject, path, { message, part: 'value', fixes: replacements(context, path, near) });
    return;
  }
  const isShort = !destination.host.includes('.');
  const inNamespace = directory.namesIn(namespace);
  const write = (service: string, where: string): string =>
    isShort && where === namespace ? service : `${service}.${where}.svc.${context.settings.clusterDomain}`;
  const near = nearestNames(name, inNamespace).map((service) => write(service, namespace));
  const elsewhere = directory.named(name).map((service) => write(service.name, service.namespace));
  const proposals = [...new Set([...near, ...elsewhere])].slice(0, 4);
  const isKnownNamespace = inNamespace.length > 0;
  const where = context.isNamespaceKnown || !isShort ? ` in namespace \`${namespace}\`` : '';
  const unsure = isKnownNamespace ? '' : ' No service of that namespace is known here.';
  context.report(subject, path, {
    message: `No service \`${name}\`${where}.${didYouMean(proposals)}${proposals.length > 0 ? '' : unsure}`,
    part: 'value',
    // Services of a namespace we know nothing of may be declared elsewhere.
    ...(!isKnownNamespace && elsewhere.length === 0 && context.isNamespaceKnown && { severity: 'warning' as const }),
    fixes: replacements(context, path, proposals),
  });
}

/** Name and namespace in `name.namespace.svc.domain`. */
function serviceOf(host: string, domain: string): readonly [string?, string?] {
  const suffix = `.svc.${domain}`;
  if (!host.endsWith(suffix)) return [];
  const parts = host.slice(0, -suffix.length).split('.');
  const [name, namespace] = parts;
  return parts.length === 2 && name !== undefined && namespace !== undefined ? [name, namespace] : [];
}

function replacements(
  context: CheckContext,
  path: readonly (string | number)[],
  names: readonly string[],
): readonly FixPlan[] {
  return names.map((value, index) => ({
    title: `Replace with \`${value}\``,
    isPreferred: index === 0,
    changes: [{ type: 'replace-value', object: context.subject, path, value }],
  }));
}

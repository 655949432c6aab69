import { Kinds } from '../../../model/kinds.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { boundInputs, serversOf } from './bound-gateways.ts';
import { destinationsOf, gatewaysOf, hostsOf } from './virtual-service-view.ts';

export const destinationPortRequired: ObjectCheck = {
  scope: 'object',
  code: 'MESH1205',
  rule: 'destination-port-required',
  aliases: ['IST0112'],
  severity: 'error',
  summary: 'A route names no port of a service that has several, and requests may come by one that it does not have.',
  subject: Kinds.virtualService,
  inputs: boundInputs,
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const arrivals = arrivalPorts(context);
    for (const destination of destinationsOf(subject)) {
      if (destination.port !== undefined) continue;
      const lookup = context.index(serviceDirectory).lookUp(destination.host, subject.namespace, isNamespaceKnown);
      const service = lookup.state === 'known' && lookup.services.length === 1 ? lookup.services[0] : undefined;
      if (!service || service.ports.length < 2 || service.host !== lookup.host) continue;
      // Without a port, requests go to the one by which they came.
      const missing = arrivals?.filter((port) => !service.ports.some(({ number }) => number === port));
      if (missing?.length === 0) continue;
      const which = missing
        ? `Requests that come by port ${missing.join(', ')} find no such port of \`${destination.host}\``
        : `Requests go to the port by which they came, and fail where \`${destination.host}\` does not have it`;
      context.report(subject, [...destination.path, 'host'], {
        message: `${which}. It has ${portList(service)}; name the one that is meant.`,
        part: 'value',
        related: [{ message: 'The ports are declared here.', object: service.object, path: ['spec', 'ports'] }],
        fixes: service.ports.slice(0, 5).map(({ number, name }): FixPlan => ({
          title: `Add port ${String(number)}${name === '' ? '' : ` (${name})`}`,
          changes: [
            {
              type: 'insert-field',
              object: subject,
              path: destination.path,
              key: 'port',
              value: { number },
              after: destination.subset === undefined ? 'host' : 'subset',
            },
          ],
        })),
      });
    }
  },
};

/** Ports of gateways and services by which requests come to the subject; undefined where they are not known. */
function arrivalPorts(context: CheckContext): readonly number[] | undefined {
  const { subject, isNamespaceKnown } = context;
  const directory = context.index(serviceDirectory);
  // A delegate is read with the VirtualService that names it.
  if (hostsOf(subject).length === 0) return undefined;
  const ports = new Set<number>();
  for (const gateway of gatewaysOf(subject)) {
    const found =
      gateway === 'mesh'
        ? hostsOf(subject).flatMap(({ host }) => {
            const lookup = directory.lookUp(host, subject.namespace, isNamespaceKnown);
            return lookup.state === 'known'
              ? lookup.services.flatMap((service) => service.ports.map(({ number }) => number))
              : [];
          })
        : (serversOf(context, gateway) ?? []).flatMap(({ port }) => port ?? []);
    if (found.length === 0) return undefined;
    for (const port of found) ports.add(port);
  }
  return [...ports].sort((a, b) => a - b);
}

/** `80 (http), 9080 (grpc)`. */
export function portList(service: ServiceModel): string {
  return service.ports
    .slice(0, 8)
    .map(({ number, name }) => (name === '' ? String(number) : `${String(number)} (${name})`))
    .join(', ');
}

import { Kinds } from '../../../model/kinds.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { destinationsOf } from './virtual-service-view.ts';

export const destinationPortRequired: ObjectCheck = {
  scope: 'object',
  code: 'MESH1205',
  rule: 'destination-port-required',
  aliases: ['IST0112'],
  severity: 'error',
  summary: 'A route names no port of a service that has several.',
  subject: Kinds.virtualService,
  inputs: [serviceDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    for (const destination of destinationsOf(subject)) {
      if (destination.port !== undefined) continue;
      const lookup = context.index(serviceDirectory).lookUp(destination.host, subject.namespace, isNamespaceKnown);
      const service = lookup.state === 'known' && lookup.services.length === 1 ? lookup.services[0] : undefined;
      if (!service || service.ports.length < 2 || service.host !== lookup.host) continue;
      context.report(subject, [...destination.path, 'host'], {
        message: `\`${destination.host}\` has ${String(service.ports.length)} ports (${portList(service)}); name the one that is meant.`,
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

/** `80 (http), 9080 (grpc)`. */
export function portList(service: ServiceModel): string {
  return service.ports
    .slice(0, 8)
    .map(({ number, name }) => (name === '' ? String(number) : `${String(number)} (${name})`))
    .join(', ');
}

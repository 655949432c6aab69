import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { portList } from './destination-port.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { destinationsOf } from './virtual-service-view.ts';

export const unknownPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH1206',
  rule: 'unknown-port',
  aliases: ['IST0101'],
  severity: 'error',
  summary: 'A route names a port that the service does not have.',
  subject: Kinds.virtualService,
  inputs: [serviceDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    for (const { host, port, path } of destinationsOf(subject)) {
      if (port === undefined) continue;
      const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
      if (lookup.state !== 'known' || lookup.services.length === 0) continue;
      const { services } = lookup;
      // An entry without ports serves any.
      if (services.some(({ ports }) => ports.length === 0 || ports.some(({ number }) => number === port))) continue;
      const [service] = services;
      if (!service) continue;
      // TCP and UDP may have the same.
      const numbers = [...new Set(service.ports.map(({ number }) => number))];
      context.report(subject, [...path, 'port', 'number'], {
        message: `\`${host}\` has no port ${String(port)}, so these requests fail with 503. It has ${portList(service)}.`,
        part: 'value',
        related: [{ message: 'The ports are declared here.', object: service.object, path: ['spec', 'ports'] }],
        fixes: numbers.slice(0, 5).map((number, index) => ({
          title: `Replace with \`${String(number)}\``,
          isPreferred: index === 0 && numbers.length === 1,
          changes: [{ type: 'replace-value', object: subject, path: [...path, 'port', 'number'], value: number }],
        })),
      });
    }
  },
};

import { groupBy } from '../../../model/indexes/per-part.ts';
import { portProtocol } from '../../semantics/services.ts';
import type { ObjectCheck } from '../check.ts';
import type { ServicePortOf } from './shared-workload-ports.ts';
import { firstClash, meshServicePorts, sharedPortInputs, sharedPortSubjects } from './shared-workload-ports.ts';

const protocolOf = ({ port }: ServicePortOf): string =>
  portProtocol(port.number, port.name, port.transport, port.appProtocol) ?? port.transport;

export const portOfTwoProtocols: ObjectCheck = {
  scope: 'object',
  code: 'MESH2005',
  rule: 'port-of-two-protocols',
  aliases: ['IST0116'],
  severity: 'warning',
  summary: 'Two Services give one port of a workload different protocols; its sidecar can follow one of them.',
  subject: sharedPortSubjects,
  inputs: sharedPortInputs,
  run(context) {
    const { subject } = context;
    const ports = meshServicePorts(context);
    const groups = [
      ...groupBy(ports, ({ target }) => [`port ${String(target)} of its pods`]),
      // Clients look at the number that Services have in common.
      ...groupBy(ports, ({ port }) => [`port ${String(port.number)}`]),
    ];
    const seen = new Set<ServicePortOf>();
    for (const [what, group] of groups) {
      const [one, other] = firstClash(group, protocolOf) ?? [];
      if (!one || !other || seen.has(other)) continue;
      seen.add(other);
      context.report(subject, ['metadata', 'name'], {
        message: `Services \`${one.service.name}\` and \`${other.service.name}\` give ${what} different protocols, ${protocolOf(one)} and ${protocolOf(other)}.`,
        part: 'value',
        related: [one, other].map(({ service, port }) => ({
          message: `Service ${service.name}`,
          object: service,
          path: port.path,
        })),
      });
    }
  },
};

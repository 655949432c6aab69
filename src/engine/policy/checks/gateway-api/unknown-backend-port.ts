import { Kinds } from '../../../model/kinds.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { routeOf } from './gateway-views.ts';
import { lookUpService } from './known-targets.ts';
import { servicePorts } from '../directories/service-ports.ts';

export const unknownBackendPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH3006',
  rule: 'unknown-backend-port',
  aliases: ['KIA1402'],
  severity: 'error',
  summary: 'A route names a port that the Service does not have.',
  subject: [...gatewayRouteKinds, Kinds.linkerdHttpRoute],
  inputs: [serviceDirectory, servicePorts],
  run(context) {
    const { kind, parents, rules } = routeOf(context.subject);
    const transport = kind === Kinds.udpRoute ? 'UDP' : 'TCP';
    for (const reference of [...parents, ...rules.flatMap(({ backends, mirrors }) => [...backends, ...mirrors])]) {
      if (reference.key === Kinds.service) checkPort(context, reference, transport);
    }
  },
};

function checkPort(context: CheckContext, reference: ObjectReference, transport: string): void {
  const lookup = lookUpService(context, reference);
  if (reference.port === undefined || lookup.state !== 'known') return;
  const service = lookup.object;
  const ports = context.index(servicePorts).get(`${service.namespace}/${service.name}`) ?? [];
  const same = ports.filter(({ number }) => number === reference.port);
  if (ports.length === 0 || same.some((port) => port.transport === transport)) return;
  const fitting = ports.filter((port) => port.transport === transport);
  const target = fitting.find((port) => port.target === reference.port);
  const choices = target ? [target] : fitting.slice(0, 4);
  const [other] = same;
  const list = fitting
    .map((port) => (port.name === '' ? String(port.number) : `${String(port.number)} (${port.name})`))
    .join(', ');
  const number = String(reference.port);
  const message = other
    ? `Port ${number} of Service \`${reference.name}\` is ${other.transport}, and a ${context.subject.kind} carries ${transport}.`
    : `Service \`${reference.name}\` has no port ${number}.${list === '' ? '' : ` It has ${list}.`}`;
  const hint = target && !other ? ` On ${number} its pods listen; routes name the port of the Service.` : '';
  const path = [...reference.path, 'port'];
  context.report(context.subject, path, {
    message: `${message}${hint}`,
    part: 'value',
    related: [{ message: 'The ports are declared here.', object: service, path: ['spec', 'ports'] }],
    fixes: choices.map(({ number: value }) => ({
      title: `Replace with \`${String(value)}\``,
      isPreferred: choices.length === 1,
      changes: [{ type: 'replace-value', object: context.subject, path, value }],
    })),
  });
}

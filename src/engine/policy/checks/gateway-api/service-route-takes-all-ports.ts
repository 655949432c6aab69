import { Kinds } from '../../../model/kinds.ts';
import { requestRouteKinds } from '../../semantics/gateway-api/route.ts';
import { carriesHttp } from '../../semantics/services.ts';
import { serviceHost } from '../../semantics/hosts.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { routeOf } from './gateway-views.ts';

export const serviceRouteTakesAllPorts: ObjectCheck = {
  scope: 'object',
  code: 'MESH3017',
  rule: 'service-route-takes-all-ports',
  aliases: [],
  severity: 'warning',
  summary: 'A route is bound to every port of a Service and sends all of them to one.',
  subject: requestRouteKinds,
  inputs: [serviceDirectory],
  run(context) {
    const { subject, settings } = context;
    const { parents, rules } = routeOf(subject);
    const targets = new Set(rules.flatMap(({ backends }) => backends.map(({ port }) => port)));
    const [target] = targets;
    if (targets.size !== 1 || target === undefined) return;
    for (const parent of parents) {
      if (parent.key !== Kinds.service || parent.port !== undefined) continue;
      const host = serviceHost(parent.name, parent.namespace, settings);
      const [service, ...others] = context.index(serviceDirectory).servicesOf(host);
      if (!service || others.length > 0) continue;
      // Of other ports the route says nothing: it is for requests only.
      const ports = service.ports.filter((port) => port.protocol === 'http' || carriesHttp(port));
      if (ports.length < 2 || !ports.some(({ number }) => number === target)) continue;
      const moved = ports.filter(({ number }) => number !== target).map(({ number }) => String(number));
      context.report(subject, [...parent.path, 'name'], {
        message: `This route is for every port of Service \`${parent.name}\`: requests to port ${moved.join(', ')} go to ${String(target)} too.`,
        part: 'value',
        related: [{ message: 'The ports are declared here.', object: service.object, path: ['spec', 'ports'] }],
        fixes: [
          {
            title: `Bind it to port ${String(target)} only`,
            isPreferred: true,
            changes: [
              { type: 'insert-field', object: subject, path: parent.path, key: 'port', value: target, after: 'name' },
            ],
          },
        ],
      });
    }
  },
};

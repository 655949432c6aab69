import { isServiceReference } from '../../semantics/gateway-api/object-reference.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';

export const ignoredHostnames: ObjectCheck = {
  scope: 'object',
  code: 'MESH3023',
  rule: 'ignored-hostnames',
  aliases: [],
  severity: 'information',
  summary: 'Hostnames of a route that is bound to Services only do nothing.',
  subject: [Kinds.httpRoute, Kinds.grpcRoute],
  inputs: [],
  run(context) {
    const { subject } = context;
    const { parents, hostnames } = routeOf(subject);
    if (hostnames.length === 0 || parents.length === 0 || !parents.every(isServiceReference)) return;
    context.report(subject, ['spec', 'hostnames'], {
      message: 'Requests to a Service are matched by the Service alone: these hostnames do nothing.',
      part: 'key',
      fixes: [
        {
          title: 'Remove the hostnames',
          isPreferred: true,
          changes: [{ type: 'remove', object: subject, path: ['spec', 'hostnames'] }],
        },
      ],
    });
  },
};

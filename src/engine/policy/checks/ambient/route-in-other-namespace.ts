import type { ObjectCheck } from '../check.ts';
import { ambientHostInputs, ambientHosts, trafficKinds } from './ambient-hosts.ts';

export const routeInOtherNamespace: ObjectCheck = {
  scope: 'object',
  code: 'MESH2105',
  rule: 'route-in-other-namespace',
  aliases: ['KIA0212', 'KIA1114'],
  severity: 'warning',
  summary: 'Routes or traffic settings are not in the namespace of the service, where its waypoint looks for them.',
  subject: trafficKinds,
  inputs: ambientHostInputs,
  run(context) {
    const { subject, settings } = context;
    if (subject.namespace === settings.rootNamespace) return;
    for (const { service, host, path, hasWaypoint } of ambientHosts(context) ?? []) {
      if (!hasWaypoint || service.namespace === subject.namespace) continue;
      context.report(subject, path, {
        message: `The waypoint of \`${host}\` looks for this in namespace \`${service.namespace}\`, not in \`${subject.namespace}\`.`,
        part: 'value',
        related: [{ message: `Service ${service.name}`, object: service.object, path: ['metadata', 'name'] }],
      });
    }
  },
};

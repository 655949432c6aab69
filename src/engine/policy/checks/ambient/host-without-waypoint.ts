import type { ObjectCheck } from '../check.ts';
import { ambientHostInputs, ambientHosts, trafficKinds } from './ambient-hosts.ts';
import { waypointUse } from './waypoint-use.ts';

export const hostWithoutWaypoint: ObjectCheck = {
  scope: 'object',
  code: 'MESH2104',
  rule: 'host-without-waypoint',
  aliases: ['KIA0211', 'KIA1113'],
  severity: 'warning',
  summary: 'Routes or traffic settings are for a service that does not use the waypoint of its namespace.',
  subject: trafficKinds,
  inputs: [...ambientHostInputs, waypointUse],
  run(context) {
    const { subject } = context;
    const users = context.index(waypointUse);
    for (const { service, host, path, hasWaypoint } of ambientHosts(context) ?? []) {
      // Where nothing uses a waypoint, that is the finding.
      if (hasWaypoint || !(users.has(subject.namespace) || users.has(service.namespace))) continue;
      context.report(subject, path, {
        message: `Service \`${host}\` does not use a waypoint, so clients in the ambient mesh do not see this. Add the label \`istio.io/use-waypoint\` to it.`,
        part: 'value',
        related: [{ message: `Service ${service.name}`, object: service.object, path: ['metadata', 'name'] }],
      });
    }
  },
};

import type { ObjectCheck } from '../check.ts';
import { ambientHostInputs, ambientHosts, trafficKinds } from './ambient-hosts.ts';
import { waypointUse } from './waypoint-use.ts';

export const routeWithoutWaypoint: ObjectCheck = {
  scope: 'object',
  code: 'MESH2103',
  rule: 'route-without-waypoint',
  aliases: ['KIA0210', 'KIA1109'],
  severity: 'warning',
  summary: 'Routes or traffic settings are in an ambient namespace of which no traffic goes through a waypoint.',
  subject: trafficKinds,
  inputs: [...ambientHostInputs, waypointUse],
  run(context) {
    const { subject } = context;
    const hosts = ambientHosts(context);
    if (!hosts || hosts.some(({ hasWaypoint }) => hasWaypoint)) return;
    const users = context.index(waypointUse);
    if (users.has(subject.namespace) || hosts.some(({ service }) => users.has(service.namespace))) return;
    const isRoute = subject.kind === 'VirtualService';
    context.report(subject, ['metadata', 'name'], {
      message: `Nothing in namespace \`${subject.namespace}\` uses a waypoint, and ztunnel does not look at ${isRoute ? 'routes' : 'a DestinationRule'}: clients in the ambient mesh do not see this.`,
      part: 'value',
      // Gateways and sidecars follow a DestinationRule also without a waypoint.
      ...(!isRoute && { severity: 'information' as const }),
    });
  },
};

import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { ObjectCheck } from '../check.ts';
import { reportUnknownObject } from '../object-lookup.ts';
import { routeOf } from './gateway-views.ts';
import { lookUpParent, parentInputs } from './known-targets.ts';

export const unknownRouteParent: ObjectCheck = {
  scope: 'object',
  code: 'MESH3001',
  rule: 'unknown-route-parent',
  aliases: ['KIA1401', 'KIA1402'],
  severity: 'error',
  summary: 'A route is bound to a Gateway, ListenerSet, Service or ServiceEntry that does not exist.',
  subject: gatewayRouteKinds,
  inputs: parentInputs,
  run(context) {
    for (const parent of routeOf(context.subject).parents) {
      const lookup = lookUpParent(context, parent);
      if (lookup.state !== 'unknown') continue;
      const { path, kind } = parent;
      reportUnknownObject(context, {
        path,
        reference: parent,
        kind,
        lookup,
        consequence: ', so nobody gets to this route by it',
      });
    }
  },
};

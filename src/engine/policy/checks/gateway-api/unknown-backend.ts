import { Kinds } from '../../../model/kinds.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { ObjectCheck } from '../check.ts';
import { reportUnknownObject } from '../object-lookup.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { routeOf } from './gateway-views.ts';
import { lookUpService } from './known-targets.ts';

export const unknownBackend: ObjectCheck = {
  scope: 'object',
  code: 'MESH3005',
  rule: 'unknown-backend',
  aliases: ['KIA1402', 'IST0101'],
  severity: 'error',
  summary: 'A route sends requests to a Service that does not exist.',
  subject: [...gatewayRouteKinds, Kinds.linkerdHttpRoute],
  inputs: [serviceDirectory],
  run(context) {
    for (const { backends, mirrors } of routeOf(context.subject).rules) {
      for (const backend of [...backends, ...mirrors]) {
        if (backend.key !== Kinds.service) continue;
        const lookup = lookUpService(context, backend);
        if (lookup.state !== 'unknown') continue;
        const consequence = mirrors.includes(backend) ? '' : ', so its share of the requests fails';
        reportUnknownObject(context, { path: backend.path, reference: backend, kind: 'Service', lookup, consequence });
      }
    }
  },
};

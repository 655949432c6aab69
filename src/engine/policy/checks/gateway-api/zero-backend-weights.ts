import { Kinds } from '../../../model/kinds.ts';
import { gatewayRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';

export const zeroBackendWeights: ObjectCheck = {
  scope: 'object',
  code: 'MESH3018',
  rule: 'zero-backend-weights',
  aliases: [],
  severity: 'warning',
  summary: 'Every backend of a rule has the weight 0, so its requests fail.',
  subject: [...gatewayRouteKinds, Kinds.linkerdHttpRoute],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { backends, path } of routeOf(subject).rules) {
      const [first] = backends;
      if (!first || !backends.every(({ weight }) => weight === 0)) continue;
      const isOnly = backends.length === 1;
      context.report(subject, isOnly ? [...first.path, 'weight'] : [...path, 'backendRefs'], {
        message: `${isOnly ? 'The only backend has' : 'All backends have'} the weight 0: no request of this rule is served.`,
        part: isOnly ? 'value' : 'key',
        fixes: isOnly
          ? [
              {
                title: 'Remove the weight',
                isPreferred: true,
                changes: [{ type: 'remove', object: subject, path: [...first.path, 'weight'] }],
              },
            ]
          : [],
      });
    }
  },
};

import { Kinds } from '../../../model/kinds.ts';
import { internalGatewayOf, invalidGatewayNames } from '../admission/routes/gateway-names.ts';
import type { ObjectCheck } from '../check.ts';
import { gatewayNamesOf } from '../routing/virtual-service-view.ts';

export const internalGatewayName: ObjectCheck = {
  scope: 'object',
  code: 'MESH1508',
  rule: 'internal-gateway-name',
  aliases: ['IST0106', 'IST0165'],
  severity: 'error',
  summary: 'A VirtualService names a gateway by a name that istiod makes up for itself and may change.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    const refused = new Set(invalidGatewayNames(subject).map(({ path }) => path.join('.')));
    for (const { name, path } of gatewayNamesOf(subject)) {
      const gateway = internalGatewayOf(name);
      if (gateway === undefined) continue;
      context.report(subject, path, {
        message: `\`${name}\` is a name that istiod makes up for Gateway \`${gateway}\` of the Gateway API. Attach an HTTPRoute to that Gateway instead.`,
        part: 'value',
        // The webhook does not look at all names of a list.
        ...(!refused.has(path.join('.')) && { severity: 'warning' as const }),
      });
    }
  },
};

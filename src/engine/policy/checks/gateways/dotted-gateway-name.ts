import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { parseGatewayName } from '../routing/unknown-gateway.ts';
import { gatewayNamesOf } from '../routing/virtual-service-view.ts';

export const dottedGatewayName: ObjectCheck = {
  scope: 'object',
  code: 'MESH1509',
  rule: 'dotted-gateway-name',
  aliases: ['IST0133', 'KIA1108'],
  severity: 'information',
  summary: 'A gateway is named in the old form with dots.',
  warnedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { name: written, path } of gatewayNamesOf(subject)) {
      if (written.includes('/') || written.includes('~') || !written.includes('.')) continue;
      const { namespace, name } = parseGatewayName(written, subject.namespace);
      const value = `${namespace}/${name}`;
      context.report(subject, path, {
        message: `Istio reads \`${written}\` as \`${value}\`; the form with dots is deprecated.`,
        part: 'value',
        fixes: [
          {
            title: `Replace with \`${value}\``,
            isPreferred: true,
            changes: [{ type: 'replace-value', object: subject, path, value }],
          },
        ],
      });
    }
  },
};

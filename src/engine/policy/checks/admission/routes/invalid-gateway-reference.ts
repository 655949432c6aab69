import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { internalGatewayOf, invalidGatewayNames } from './gateway-names.ts';

export const invalidGatewayReference: ObjectCheck = {
  scope: 'object',
  code: 'MESH2214',
  rule: 'invalid-gateway-reference',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A gateway is not named as `name` or `namespace/name`.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { name, path, message } of invalidGatewayNames(subject)) {
      // That has a finding of its own, which says what to do.
      if (internalGatewayOf(name) !== undefined) continue;
      context.report(subject, path, { message, part: 'value' });
    }
  },
};

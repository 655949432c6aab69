import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isDnsLabel } from '../formats/host-names.ts';

export const gatewayName: ObjectCheck = {
  scope: 'object',
  code: 'MESH2249',
  rule: 'gateway-name',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'The name of a Gateway has a dot or is too long.',
  refusedBy: 'webhook',
  subject: Kinds.gateway,
  inputs: [],
  run(context) {
    const { subject } = context;
    const { name, annotations } = subject;
    // Istio makes such objects itself, of Gateways of the Gateway API.
    if (isDnsLabel(name) || annotations['internal.istio.io/gateway-semantics'] === 'gateway') return;
    const message =
      'The name of a Gateway has at most 63 letters, digits and `-`; a dot would read as the end of the name.';
    context.report(subject, ['metadata', 'name'], { message, part: 'value' });
  },
};

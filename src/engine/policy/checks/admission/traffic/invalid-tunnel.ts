import { numberOf, fieldOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isAddressOrName } from '../formats/addresses.ts';
import { isPort } from '../formats/ports.ts';
import { sitesIn, textsIn } from '../sites.ts';
import { wholePolicyPatterns } from './traffic-policies.ts';

export const invalidTunnel: ObjectCheck = {
  scope: 'object',
  code: 'MESH2222',
  rule: 'invalid-tunnel',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A tunnel uses a method or a target that it cannot have.',
  refusedBy: 'webhook',
  subject: Kinds.destinationRule,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of textsIn(subject, ...wholePolicyPatterns('tunnel.protocol'))) {
      if (['', 'CONNECT', 'POST'].includes(value)) continue;
      context.report(subject, path, { message: 'A tunnel is made by `CONNECT` or `POST`.', part: 'value' });
    }
    for (const { path, value } of textsIn(subject, ...wholePolicyPatterns('tunnel.targetHost'))) {
      if (isAddressOrName(value)) continue;
      context.report(subject, path, {
        message: `\`${value}\` is neither a host name nor an IP address.`,
        part: 'value',
      });
    }
    for (const { path, value } of sitesIn(subject, ...wholePolicyPatterns('tunnel'))) {
      const port = numberOf(fieldOf(value, 'targetPort'));
      if (port === undefined || isPort(port)) continue;
      context.report(subject, [...path, 'targetPort'], { message: 'A port is from 1 to 65535.', part: 'value' });
    }
  },
};

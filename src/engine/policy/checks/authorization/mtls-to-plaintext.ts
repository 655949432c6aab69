import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { checkModes, clientTlsInputs } from './client-tls-mismatch.ts';

export const mtlsToPlaintext: ObjectCheck = {
  scope: 'object',
  code: 'MESH1721',
  rule: 'mtls-to-plaintext',
  aliases: ['KIA0505', 'KIA0506'],
  severity: 'error',
  summary: 'Clients are told to use mutual TLS where servers have it switched off.',
  subject: Kinds.destinationRule,
  inputs: clientTlsInputs,
  run(context) {
    checkModes(context, ['ISTIO_MUTUAL'], 'DISABLE', (server) => `${server} takes no mutual TLS, so these calls fail.`);
  },
};

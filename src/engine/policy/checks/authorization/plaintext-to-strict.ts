import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { checkModes, clientTlsInputs } from './client-tls-mismatch.ts';

export const plaintextToStrict: ObjectCheck = {
  scope: 'object',
  code: 'MESH1720',
  rule: 'plaintext-to-strict',
  aliases: ['KIA0207', 'KIA0208'],
  severity: 'error',
  summary: 'Clients are told to send without mutual TLS what servers take with mutual TLS only.',
  subject: Kinds.destinationRule,
  inputs: clientTlsInputs,
  run(context) {
    checkModes(context, ['DISABLE', 'SIMPLE'], 'STRICT', (server, client) =>
      client === 'DISABLE'
        ? `${server} takes mutual TLS only, so calls without TLS fail.`
        : `${server} takes mutual TLS only, so calls without a client certificate fail.`,
    );
  },
};

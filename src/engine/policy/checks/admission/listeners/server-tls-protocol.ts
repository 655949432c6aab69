import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { isHttpProtocol, isKnownProtocol, isTlsProtocol } from '../formats/protocols.ts';
import { sitesIn } from '../sites.ts';

export const serverTlsProtocol: ObjectCheck = {
  scope: 'object',
  code: 'MESH2245',
  rule: 'server-tls-protocol',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A listener of HTTPS or TLS has no TLS settings, or one of another protocol has some.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: [Kinds.gateway, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    const isGateway = kindKey(subject) === Kinds.gateway;
    for (const { path, value } of sitesIn(subject, isGateway ? 'servers[]' : 'ingress[]')) {
      const protocol = stringOf(fieldOf(fieldOf(value, 'port'), 'protocol')) ?? '';
      const tls = fieldOf(value, 'tls');
      // An unknown protocol has a finding of its own.
      if (isGateway && !isKnownProtocol(protocol)) continue;
      const isHttp = isHttpProtocol(protocol);
      if (!isRecord(tls)) {
        if (!isGateway || !isTlsProtocol(protocol)) continue;
        const message = `A listener of ${protocol.toUpperCase()} needs \`tls\`: a mode, and a certificate unless the mode is PASSTHROUGH.`;
        context.report(subject, [...path, 'port', 'protocol'], { message, part: 'value' });
        continue;
      }
      if (isGateway && !isHttp && tls.httpsRedirect === true) {
        const message = 'Only a listener of plain HTTP can redirect to HTTPS.';
        context.report(subject, [...path, 'tls', 'httpsRedirect'], { message, part: 'key', severity: 'warning' });
      }
      if (isTlsProtocol(protocol) || (isGateway && isHttp && isRedirectOnly(tls))) continue;
      const message = `TLS cannot be set for a listener of ${protocol === '' ? 'no protocol' : protocol.toUpperCase()}; that needs HTTPS or TLS.`;
      context.report(subject, [...path, 'tls'], { message, part: 'key' });
    }
  },
};

/** Whether it says nothing about TLS itself, so that it may stand beside plain HTTP. */
function isRedirectOnly(tls: unknown): boolean {
  const mode = stringOf(fieldOf(tls, 'mode')) ?? 'PASSTHROUGH';
  const hasFile = ['caCertificates', 'privateKey', 'serverCertificate'].some(
    (key) => (stringOf(fieldOf(tls, key)) ?? '') !== '',
  );
  return (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') && !hasFile;
}

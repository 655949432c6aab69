import { fieldOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { isAutoMtls, serverMtlsOf } from '../../semantics/mutual-tls.ts';
import type { ObjectCheck } from '../check.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { wideScope } from './wide-host.ts';

export const clientsWithoutStrict: ObjectCheck = {
  scope: 'object',
  code: 'MESH1723',
  rule: 'clients-without-strict',
  aliases: ['KIA0205', 'KIA0206'],
  severity: 'information',
  summary: 'Clients of a namespace or the mesh use mutual TLS, but no PeerAuthentication speaks of it.',
  subject: Kinds.destinationRule,
  inputs: [peerAuthentications],
  run(context) {
    const { subject, settings } = context;
    const host = stringOf(fieldOf(subject.spec, 'host')) ?? '';
    const path = ['spec', 'trafficPolicy', 'tls', 'mode'];
    const mode = valueAt(subject, path);
    const scope = wideScope(host, settings);
    if (isAutoMtls(settings) || !scope || (mode !== 'MUTUAL' && mode !== 'ISTIO_MUTUAL')) return;
    const namespace = scope === 'mesh' ? settings.rootNamespace : scope.namespace;
    if (serverMtlsOf(context.index(peerAuthentications), settings, namespace, {}).source) return;
    const where = scope === 'mesh' ? 'the mesh' : `namespace \`${namespace}\``;
    context.report(subject, path, {
      message: `No PeerAuthentication of ${where} demands mutual TLS, so its workloads also take calls without.`,
      part: 'value',
    });
  },
};

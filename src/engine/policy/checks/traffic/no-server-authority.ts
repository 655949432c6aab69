import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { resolveHost } from '../../semantics/hosts.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { subsetsOf } from '../directories/subset-directory.ts';

export const noServerAuthority: ObjectCheck = {
  scope: 'object',
  code: 'MESH1402',
  rule: 'no-server-authority',
  aliases: ['IST0128', 'IST0129'],
  severity: 'information',
  summary: 'TLS to a server is on, but nothing says which authority its certificate must come from.',
  subject: Kinds.destinationRule,
  inputs: [],
  run(context) {
    checkPolicy(context, ['spec', 'trafficPolicy']);
    for (const subset of subsetsOf(context.subject)) checkPolicy(context, [...subset.path, 'trafficPolicy']);
  },
};

function checkPolicy(context: CheckContext, path: FieldPath): void {
  checkTls(context, [...path, 'tls']);
  const ports = listOf(valueAt(context.subject, [...path, 'portLevelSettings']));
  for (const index of ports.keys()) checkTls(context, [...path, 'portLevelSettings', index, 'tls']);
}

function checkTls(context: CheckContext, path: FieldPath): void {
  const { subject, settings } = context;
  const tls = valueAt(subject, path);
  const mode = stringOf(fieldOf(tls, 'mode'));
  if (!isRecord(tls) || (mode !== 'SIMPLE' && mode !== 'MUTUAL')) return;
  if (stringOf(tls.caCertificates) || tls.insecureSkipVerify === true) return;
  // That the client has no certificate of its own is told instead.
  if (mode === 'MUTUAL' && !stringOf(tls.clientCertificate) && !stringOf(tls.credentialName)) return;
  const hasCredential = Boolean(stringOf(tls.credentialName));
  // Where gateways are, a credential is meant for them.
  const isForGateways = subject.namespace === settings.rootNamespace;
  if (hasCredential && (isForGateways || isRecord(fieldOf(subject.spec, 'workloadSelector')))) return;
  const host = stringOf(fieldOf(subject.spec, 'host')) ?? '';
  const isClusterHost = resolveHost(host, subject.namespace, settings).endsWith(`.svc.${settings.clusterDomain}`);
  const who = hasCredential
    ? 'Without `workloadSelector`, `credentialName` counts on gateways only. Sidecars'
    : 'No `caCertificates`: proxies';
  const effect = isClusterHost
    ? ' None of those issues certificates for services of a cluster, so connections fail.'
    : '';
  context.report(subject, [...path, 'mode'], {
    message: `${who} accept certificates of the public authorities that their system trusts; before Istio 1.21, any certificate at all.${effect}`,
    part: 'value',
    ...(isClusterHost && !hasCredential && { severity: 'warning' as const }),
  });
}

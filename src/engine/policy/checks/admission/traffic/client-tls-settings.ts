import type { UntrustedRecord } from '../../../../../shared/untrusted.ts';
import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import { trafficPolicyPatterns } from './traffic-policies.ts';

const files = ['clientCertificate', 'privateKey', 'caCertificates', 'caCrl'];
const configMapPrefix = 'configmap://';

export const clientTlsSettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH2227',
  rule: 'client-tls-settings',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'TLS towards a service lacks a certificate, has two sources of it, or checks what it was told not to.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.destinationRule,
  inputs: [],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    for (const { path, value } of sitesIn(subject, ...trafficPolicyPatterns('tls'))) {
      if (!isRecord(value)) continue;
      const mode = stringOf(fieldOf(value, 'mode')) ?? 'DISABLE';
      const credential = stringOf(fieldOf(value, 'credentialName')) ?? '';
      if (credential.startsWith(configMapPrefix)) {
        const problem = configMapProblem(credential, isNamespaceKnown ? subject.namespace : undefined);
        if (problem !== undefined) {
          context.report(subject, [...path, 'credentialName'], { message: problem, part: 'value' });
        }
      }
      for (const key of uncheckedFields(value, mode)) {
        const message = `\`${key}\` cannot be used with \`insecureSkipVerify\`: nothing is checked against it.`;
        context.report(subject, [...path, key], { message, part: 'key' });
      }
      if (mode !== 'SIMPLE' && mode !== 'MUTUAL') continue;
      if (credential !== '') {
        for (const key of files.filter((each) => isGiven(value, each))) {
          const message = `\`${key}\` cannot be set beside \`credentialName\`, which names a secret with all certificates.`;
          context.report(subject, [...path, key], { message, part: 'key' });
        }
      } else if (mode === 'MUTUAL') {
        const missing = ['clientCertificate', 'privateKey'].filter((key) => !isGiven(value, key));
        if (missing.length === 0) continue;
        const names = missing.map((key) => `\`${key}\``).join(' and ');
        context.report(subject, [...path, 'mode'], {
          message: `MUTUAL needs the client’s own certificate: ${names}, or \`credentialName\`. For the mesh’s certificates use ISTIO_MUTUAL.`,
          part: 'value',
        });
      }
    }
  },
};

function isGiven(tls: UntrustedRecord, key: string): boolean {
  const value = fieldOf(tls, key);
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
}

function uncheckedFields(tls: UntrustedRecord, mode: string): readonly string[] {
  if (tls.insecureSkipVerify !== true) return [];
  const checked: Readonly<Record<string, readonly string[]>> = {
    SIMPLE: ['caCertificates', 'credentialName', 'subjectAltNames'],
    MUTUAL: ['caCertificates', 'subjectAltNames'],
  };
  return (checked[mode] ?? []).filter((key) => isGiven(tls, key));
}

function configMapProblem(credential: string, ownNamespace: string | undefined): string | undefined {
  const [namespace = '', name] = credential.slice(configMapPrefix.length).split('/');
  if (name === undefined || name === '' || namespace === '') {
    return 'A ConfigMap is named as `configmap://namespace/name`.';
  }
  if (ownNamespace === undefined || namespace === ownNamespace) return undefined;
  return `The ConfigMap must be in the namespace of this object, \`${ownNamespace}\`.`;
}

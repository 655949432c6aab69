import type { UntrustedRecord } from '../../../../../shared/untrusted.ts';
import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../../shared/text.ts';
import { Kinds } from '../../../../model/kinds.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesBelow, sitesIn } from '../sites.ts';

const sources = ['serverCertificate', 'credentialName', 'credentialNames', 'tlsCertificates'];
const certificateFields = [...sources, 'privateKey', 'caCertificates'];
const ownModes = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'];

type Report = (path: FieldPath, message: string, severity?: 'warning') => void;

export const serverTlsSettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH2246',
  rule: 'server-tls-settings',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'TLS of a listener lacks a certificate, has several sources of it, or has one that its mode does not use.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: [Kinds.gateway, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    const report: Report = (path, message, severity) => {
      context.report(subject, path, { message, part: 'key', ...(severity && { severity }) });
    };
    for (const { path, value } of sitesIn(subject, 'servers[].tls', 'ingress[].tls')) {
      if (!isRecord(value)) continue;
      if (kindKey(subject) === Kinds.sidecar) checkSidecar(value, path, report);
      const mode = stringOf(fieldOf(value, 'mode')) ?? 'PASSTHROUGH';
      if (mode === 'ISTIO_MUTUAL') {
        for (const key of certificateFields.filter((each) => isGiven(value, each))) {
          report([...path, key], `ISTIO_MUTUAL uses the mesh’s own certificates, so \`${key}\` cannot be set.`);
        }
        continue;
      }
      checkSources(value, path, mode, report);
      if (ownModes.includes(mode)) checkOwnCertificates(value, path, mode, report);
    }
  },
};

function checkSources(tls: UntrustedRecord, path: FieldPath, mode: string, report: Report): void {
  const unused = [...certificateFields, 'caCrl'].filter((key) => isGiven(tls, key));
  const [first] = unused;
  if ((mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') && first !== undefined) {
    report([...path, first], `${mode} leaves TLS to the service, so \`${first}\` has no effect.`, 'warning');
  }
  if (!ownModes.includes(mode) && isGiven(tls, 'caCrl') && isGiven(tls, 'credentialName')) {
    report(
      [...path, 'caCrl'],
      'With `credentialName` the revoked certificates are part of the secret, not in `caCrl`.',
    );
  }
  const given = sources.filter(
    (key) => isGiven(tls, key) && (key !== 'serverCertificate' || isGiven(tls, 'privateKey')),
  );
  for (const again of given.slice(1)) {
    report(
      [...path, again],
      `The certificate is given by \`${given[0] ?? ''}\` already; there can be one source only.`,
    );
  }
}

function checkOwnCertificates(tls: UntrustedRecord, path: FieldPath, mode: string, report: Report): void {
  if (isGiven(tls, 'credentialName') || isGiven(tls, 'credentialNames')) return;
  const at = [...path, ...(Object.hasOwn(tls, 'mode') ? ['mode'] : [])];
  if (mode !== 'SIMPLE' && !isGiven(tls, 'caCertificates')) {
    report(at, `${mode} needs \`caCertificates\` to check client certificates against, or \`credentialName\`.`);
  }
  const pairs = isGiven(tls, 'tlsCertificates')
    ? sitesBelow(tls, path, 'tlsCertificates[]')
    : [{ path: at, key: 'tls', value: tls }];
  for (const pair of pairs) {
    const missing = ['serverCertificate', 'privateKey'].filter(
      (key) => (stringOf(fieldOf(pair.value, key)) ?? '') === '',
    );
    if (missing.length === 0) continue;
    const names = missing.map((key) => `\`${key}\``).join(' and ');
    report(
      pair.path,
      `${mode} needs a certificate: ${names} ${missing.length > 1 ? 'are' : 'is'} missing, or \`credentialName\`.`,
    );
  }
  if (mode === 'SIMPLE' && isGiven(tls, 'caCrl')) {
    report([...path, 'caCrl'], 'SIMPLE asks for no client certificates, so there is nothing to look up in `caCrl`.');
  }
}

function checkSidecar(tls: UntrustedRecord, path: FieldPath, report: Report): void {
  for (const key of ['subjectAltNames', 'credentialName', 'credentialNames', 'tlsCertificates']) {
    if (isGiven(tls, key))
      report([...path, key], `\`${key}\` is not supported in a Sidecar; certificates are files there.`);
  }
  if (tls.httpsRedirect === true) report([...path, 'httpsRedirect'], 'A Sidecar cannot redirect to HTTPS.');
  const mode = stringOf(fieldOf(tls, 'mode')) ?? '';
  if (mode === 'ISTIO_MUTUAL' || mode === 'AUTO_PASSTHROUGH') {
    report([...path, 'mode'], `The mode ${mode} cannot be used in a Sidecar; use a PeerAuthentication for mutual TLS.`);
  }
}

function isGiven(tls: UntrustedRecord, key: string): boolean {
  const value = fieldOf(tls, key);
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
}

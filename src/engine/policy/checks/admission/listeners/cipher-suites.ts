import { fieldOf, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isText, sitesBelow, sitesIn } from '../sites.ts';

const suites = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
]);

export const cipherSuites: ObjectCheck = {
  scope: 'object',
  code: 'MESH2247',
  rule: 'cipher-suites',
  aliases: ['IST0133'],
  severity: 'warning',
  summary: 'A cipher suite is unknown or listed twice, or an old version of TLS is allowed without suites for it.',
  warnedBy: 'webhook',
  subject: [Kinds.gateway, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const tls of sitesIn(subject, 'servers[].tls', 'ingress[].tls')) {
      const version = stringOf(fieldOf(tls.value, 'minProtocolVersion'));
      const isOld = version === 'TLSV1_0' || version === 'TLSV1_1';
      if (isOld && listOf(fieldOf(tls.value, 'cipherSuites')).length === 0) {
        const message =
          'The suites that are offered unless `cipherSuites` says otherwise do not go with versions of TLS below 1.2.';
        context.report(subject, [...tls.path, 'minProtocolVersion'], { message, part: 'value' });
      }
      const seen = new Set<string>();
      for (const { path, value } of sitesBelow(tls.value, tls.path, 'cipherSuites[]').filter(isText)) {
        const isTwice = seen.has(value);
        seen.add(value);
        if (!isTwice && isKnown(value)) continue;
        context.report(subject, path, {
          message: isTwice
            ? `\`${value}\` is listed already.`
            : `Istio knows no cipher suite \`${value}\` and leaves it out.`,
          part: value === '' ? 'head' : 'value',
          fixes: [{ title: 'Remove it', isPreferred: isTwice, changes: [{ type: 'remove', object: subject, path }] }],
        });
      }
    }
  },
};

/** Expressions of OpenSSL, which begin with a sign, are left to Envoy. */
function isKnown(suite: string): boolean {
  return suite === '' || suite === 'ALL' || !/^[\p{L}\p{N}]/u.test(suite) || suites.has(suite);
}

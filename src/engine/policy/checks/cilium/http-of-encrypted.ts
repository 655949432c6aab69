import { fieldOf, isRecord, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

export const httpOfEncrypted: ObjectCheck = {
  scope: 'object',
  code: 'MESH6011',
  rule: 'cilium-http-of-tls',
  aliases: [],
  severity: 'warning',
  summary: 'A policy of Cilium has rules for HTTP on port 443, where it sees TLS and no requests.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of ciliumSpecsOf(subject).flatMap(({ rules }) => rules)) {
      for (const [index, entry] of listOf(value.toPorts).entries()) {
        const ports = listOf(fieldOf(entry, 'ports')).map(
          (port) => stringOf(fieldOf(port, 'port')) ?? String(numberOf(fieldOf(port, 'port'))),
        );
        const opensTls = isRecord(fieldOf(entry, 'terminatingTLS'));
        const hasRules = listOf(fieldOf(fieldOf(entry, 'rules'), 'http')).length > 0;
        if (!hasRules || opensTls || ports.length === 0 || !ports.every((port) => port === '443')) continue;
        context.report(subject, [...path, 'toPorts', index, 'rules', 'http'], {
          message:
            'On port 443 these rules meet TLS, which Cilium does not open without `terminatingTLS`: every connection fails. To allow the host by name, use `toFQDNs` or `serverNames` without rules for HTTP.',
          part: 'key',
        });
      }
    }
  },
};

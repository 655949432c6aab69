import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

export const httpOverDatagrams: ObjectCheck = {
  scope: 'object',
  code: 'MESH6006',
  rule: 'cilium-http-protocol',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Cilium has rules for HTTP on a port that is not TCP.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { rules } of ciliumSpecsOf(subject)) {
      for (const { path, value } of rules) {
        for (const [index, entry] of listOf(value.toPorts).entries()) {
          if (listOf(fieldOf(fieldOf(entry, 'rules'), 'http')).length === 0) continue;
          for (const [number, port] of listOf(fieldOf(entry, 'ports')).entries()) {
            const protocol = stringOf(fieldOf(port, 'protocol'))?.toUpperCase() ?? 'ANY';
            if (protocol !== 'UDP' && protocol !== 'SCTP') continue;
            const place = [...path, 'toPorts', index, 'ports', number, 'protocol'];
            context.report(subject, place, {
              message: `Rules for HTTP are for TCP only; with ${protocol}, Cilium refuses the policy.`,
              part: 'value',
              fixes: [
                {
                  title: 'Replace with `TCP`',
                  isPreferred: true,
                  changes: [{ type: 'replace-value', object: subject, path: place, value: 'TCP' }],
                },
              ],
            });
          }
        }
      }
    }
  },
};

import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { CiliumRule, CiliumSpec } from './cilium-view.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

/** What rules for requests are called in messages, by their fields. */
const protocols = { http: 'HTTP', kafka: 'Kafka', dns: 'DNS' } as const;
type RequestField = keyof typeof protocols;

export const httpOverDatagrams: ObjectCheck = {
  scope: 'object',
  code: 'MESH6006',
  rule: 'cilium-http-protocol',
  aliases: [],
  severity: 'error',
  summary:
    'A policy of Cilium has rules for requests where Cilium cannot hold to them, and refuses it: HTTP on a port that is not TCP, DNS of callers, requests to nodes.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    for (const spec of ciliumSpecsOf(context.subject)) {
      for (const rule of spec.rules) {
        // Denials have no rules for requests at all, which the structure says.
        if (rule.isDeny) continue;
        for (const [index, entry] of listOf(rule.value.toPorts).entries()) {
          const path = [...rule.path, 'toPorts', index];
          const fields = fieldsOf(fieldOf(entry, 'rules'));
          if (fields.length === 0) continue;
          if (checkPlace(context, spec, rule, fields, [...path, 'rules'])) continue;
          if (!fields.includes('dns')) checkPorts(context, fields, fieldOf(entry, 'ports'), [...path, 'ports']);
        }
      }
    }
  },
};

function fieldsOf(rules: unknown): readonly RequestField[] {
  if (!isRecord(rules)) return [];
  return (Object.keys(protocols) as RequestField[]).filter((field) => listOf(rules[field]).length > 0);
}

/** Whether the rules as a whole cannot stand there. */
function checkPlace(
  context: CheckContext,
  { value }: CiliumSpec,
  { direction }: CiliumRule,
  fields: readonly RequestField[],
  path: FieldPath,
): boolean {
  const report = (field: string, message: string): boolean => {
    context.report(context.subject, [...path, field], { message, part: 'key' });
    return true;
  };
  const [first, second] = fields;
  if (first !== undefined && second !== undefined) {
    return report(
      second,
      `\`${second}\` cannot stand beside \`${first}\`: Cilium refuses the policy. Make it two entries.`,
    );
  }
  if (first === 'dns' && direction === 'ingress') {
    return report(first, 'Cilium reads DNS of what is called, not of callers, and refuses such rules for `ingress`.');
  }
  const isOfNodes = value.nodeSelector !== undefined && value.endpointSelector === undefined;
  if (first === undefined || !isOfNodes || (first === 'dns' && direction === 'egress')) return false;
  return report(first, `A policy for nodes has no rules for ${protocols[first]}: Cilium refuses it.`);
}

function checkPorts(
  context: CheckContext,
  [field = 'http']: readonly RequestField[],
  ports: unknown,
  path: FieldPath,
): void {
  const { subject: object } = context;
  for (const [number, port] of listOf(ports).entries()) {
    const written = stringOf(fieldOf(port, 'protocol'));
    // Other words have a finding of their own.
    if (written !== undefined && !['UDP', 'SCTP', 'ANY'].includes(written.toUpperCase())) continue;
    const place = [...path, number, 'protocol'];
    const isPlaced = written !== undefined;
    context.report(object, isPlaced ? place : place.slice(0, -1), {
      message: isPlaced
        ? `Rules for ${protocols[field]} are for TCP only; with ${written}, Cilium refuses the policy.`
        : `Rules for ${protocols[field]} need \`protocol: TCP\`: without it, Cilium refuses the policy.`,
      part: isPlaced ? 'value' : 'head',
      fixes: [
        {
          title: isPlaced ? 'Replace with `TCP`' : 'Add `protocol: TCP`',
          isPreferred: true,
          changes: isPlaced
            ? [{ type: 'replace-value', object, path: place, value: 'TCP' }]
            : [{ type: 'insert-field', object, path: place.slice(0, -1), key: 'protocol', value: 'TCP' }],
        },
      ],
    });
  }
}

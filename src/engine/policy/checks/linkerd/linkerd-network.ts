import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { IpRange } from '../../semantics/ip-ranges.ts';
import { parseIpRange, rangeCovers } from '../../semantics/ip-ranges.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';

export const linkerdNetwork: ObjectCheck = {
  scope: 'object',
  code: 'MESH4017',
  rule: 'linkerd-network',
  aliases: [],
  severity: 'error',
  summary:
    'A network of a policy of Linkerd is no range of addresses, or an exception of it lies outside of it, so Linkerd refuses it.',
  subject: [Kinds.linkerdNetworkAuthentication, Kinds.linkerdEgressNetwork, Kinds.linkerdServerAuthorization],
  inputs: [],
  run(context) {
    for (const list of [
      ['spec', 'networks'],
      ['spec', 'client', 'networks'],
    ]) {
      for (const [index, network] of listOf(valueAt(context.subject, list)).entries()) {
        checkNetwork(context, network, [...list, index]);
      }
    }
  },
};

function checkNetwork(context: CheckContext, network: unknown, path: FieldPath): void {
  const cidr = stringOf(fieldOf(network, 'cidr'));
  const block = cidr === undefined ? undefined : readRange(context, cidr, [...path, 'cidr']);
  for (const [index, text] of listOf(fieldOf(network, 'except')).entries()) {
    const at = [...path, 'except', index];
    const exception = typeof text === 'string' ? readRange(context, text, at) : undefined;
    if (!block || !exception || rangeCovers(block, exception)) continue;
    context.report(context.subject, at, {
      message: `\`${String(text)}\` is not inside \`${cidr ?? ''}\`, so nothing can be taken from that.`,
      part: 'value',
      related: [{ message: 'The range.', object: context.subject, path: [...path, 'cidr'] }],
    });
  }
}

/** A single address counts too, as the range that has it alone. */
function readRange(context: CheckContext, text: string, path: FieldPath): IpRange | undefined {
  const range = parseIpRange(text) ?? parseIpRange(`${text}/${text.includes(':') ? '128' : '32'}`);
  if (range) return range;
  context.report(context.subject, path, {
    message: `\`${text.slice(0, 80)}\` is no address and no range of addresses such as \`10.0.0.0/8\`.`,
    part: 'value',
  });
  return undefined;
}

import { Kinds } from '../../../model/kinds.ts';
import { parseIpRange, rangeCovers } from '../../semantics/ip-ranges.ts';
import type { PolicyPeer, PolicyPort } from '../../semantics/network-policy/network-policy.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { networkPolicyOf } from './network-policy-views.ts';

export const invalidPolicyRange: ObjectCheck = {
  scope: 'object',
  code: 'MESH5007',
  rule: 'invalid-network-policy-range',
  aliases: [],
  severity: 'error',
  summary: 'A range of ports ends before it begins, or an exception lies outside of the block it is taken from.',
  subject: Kinds.networkPolicy,
  inputs: [],
  run(context) {
    for (const { peers, ports } of networkPolicyOf(context.subject).rules) {
      for (const port of ports) checkPorts(context, port);
      for (const peer of peers) checkBlock(context, peer);
    }
  },
};

function checkPorts(context: CheckContext, { path, port, endPort }: PolicyPort): void {
  if (endPort === undefined) return;
  const isOrdered = typeof port === 'number' && endPort >= port;
  if (isOrdered) return;
  const object = context.subject;
  const message =
    typeof port === 'number'
      ? `The range ends at ${String(endPort)}, before its beginning ${String(port)}.`
      : 'Only a range that begins with a number can end with one.';
  const swap = [
    { type: 'replace-value', object, path: [...path, 'port'], value: endPort },
    { type: 'replace-value', object, path: [...path, 'endPort'], value: typeof port === 'number' ? port : endPort },
  ] as const;
  context.report(object, [...path, 'endPort'], {
    message,
    part: 'value',
    fixes: typeof port === 'number' ? [{ title: 'Swap the two', changes: swap }] : [],
  });
}

function checkBlock(context: CheckContext, { path, ipBlock }: PolicyPeer): void {
  const block = ipBlock && parseIpRange(ipBlock.cidr);
  if (!block) return;
  for (const [index, text] of ipBlock.except.entries()) {
    const exception = parseIpRange(text);
    if (!exception) continue;
    const isInside = rangeCovers(block, exception);
    if (isInside && exception.prefixLength > block.prefixLength) continue;
    context.report(context.subject, [...path, 'ipBlock', 'except', index], {
      message: isInside
        ? `\`${text}\` is the whole block, which leaves nothing of it.`
        : `\`${text}\` is not inside \`${ipBlock.cidr}\`, so nothing can be taken from that.`,
      part: 'value',
      related: [{ message: 'The block.', object: context.subject, path: [...path, 'ipBlock', 'cidr'] }],
    });
  }
}

import { Kinds } from '../../../../model/kinds.ts';
import type { KindKey } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { isAddressOrRange } from '../formats/addresses.ts';
import { textsIn } from '../sites.ts';

const patterns: Readonly<Record<KindKey, readonly string[]>> = {
  [Kinds.serviceEntry]: ['addresses[]'],
  [Kinds.virtualService]: ['tls[].match[].destinationSubnets[]', 'tcp[].match[].destinationSubnets[]'],
  [Kinds.authorizationPolicy]: ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'].map(
    (field) => `rules[].from[].source.${field}[]`,
  ),
};

export const invalidAddress: ObjectCheck = {
  scope: 'object',
  code: 'MESH2235',
  rule: 'invalid-address',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A text is neither an IP address nor a range of them.',
  refusedBy: 'webhook',
  subject: Object.keys(patterns),
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of textsIn(subject, ...(patterns[kindKey(subject)] ?? []))) {
      if (isAddressOrRange(value)) continue;
      const message = `\`${value}\` is neither an IP address nor a range such as \`10.0.0.0/8\`.`;
      context.report(subject, path, { message, part: value === '' ? 'head' : 'value' });
    }
  },
};

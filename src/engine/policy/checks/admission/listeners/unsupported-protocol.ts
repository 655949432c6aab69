import { nearestWords } from '../../../../../shared/nearest-names.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { KindKey } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { replacements } from '../../replacements.ts';
import { isKnownProtocol, protocolNames } from '../formats/protocols.ts';
import { textsIn } from '../sites.ts';

const patterns: Readonly<Record<KindKey, readonly string[]>> = {
  [Kinds.gateway]: ['servers[].port.protocol'],
  [Kinds.sidecar]: ['ingress[].port.protocol', 'egress[].port.protocol'],
  [Kinds.serviceEntry]: ['ports[].protocol'],
};

export const unsupportedProtocol: ObjectCheck = {
  scope: 'object',
  code: 'MESH2243',
  rule: 'unsupported-protocol',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A port has a protocol that Istio does not know.',
  refusedBy: 'webhook',
  subject: Object.keys(patterns),
  inputs: [],
  run(context) {
    const { subject } = context;
    const isGateway = kindKey(subject) === Kinds.gateway;
    for (const { path, value } of textsIn(subject, ...(patterns[kindKey(subject)] ?? []))) {
      // Without a protocol a sidecar finds out by itself; a gateway does not.
      if (isKnownProtocol(value) || (value === '' && !isGateway)) continue;
      context.report(subject, path, {
        message: `Istio knows no protocol \`${value}\`. There are ${protocolNames.join(', ')}.`,
        part: 'value',
        fixes: replacements(subject, path, nearestWords(value.toUpperCase(), protocolNames)),
      });
    }
  },
};

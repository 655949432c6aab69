import { isRecord } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { KindKey } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { isPort } from '../formats/ports.ts';
import { numbersIn, sitesIn } from '../sites.ts';
import { destinationPatterns } from './destinations.ts';

interface PortPatterns {
  /** 0 means "any" here. */
  readonly optional?: readonly string[];
  readonly needed?: readonly string[];
}

const patterns: Readonly<Record<KindKey, PortPatterns>> = {
  [Kinds.virtualService]: {
    optional: ['http[].match[].port', 'tls[].match[].port', 'tcp[].match[].port'],
    needed: destinationPatterns('port.number'),
  },
  [Kinds.sidecar]: {
    optional: ['egress[].port.number'],
    needed: ['ingress[].port.number', ...destinationPatterns('port.number')],
  },
  [Kinds.peerAuthentication]: {},
};

export const invalidPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH2239',
  rule: 'invalid-port',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A number cannot be that of a port.',
  refusedBy: 'webhook',
  subject: Object.keys(patterns),
  inputs: [],
  run(context) {
    const { subject } = context;
    const message = 'A port is from 1 to 65535.';
    const { optional = [], needed = [] } = patterns[kindKey(subject)] ?? {};
    for (const { path, value } of [
      ...numbersIn(subject, ...optional).filter((site) => site.value !== 0),
      ...numbersIn(subject, ...needed),
    ]) {
      if (!isPort(value)) context.report(subject, path, { message, part: 'value' });
    }
    for (const { path, key } of sitesIn(subject, 'portLevelMtls{}')) {
      if (!/^\d+$/.test(key) || !isPort(Number(key))) context.report(subject, path, { message, part: 'key' });
    }
    for (const { path, value } of sitesIn(subject, 'ingress[].port', ...destinationPatterns('port'))) {
      if (!isRecord(value) || (value.number ?? undefined) !== undefined) continue;
      context.report(subject, path, { message: 'A port needs its `number`.', part: 'key', saysMissing: true });
    }
  },
};

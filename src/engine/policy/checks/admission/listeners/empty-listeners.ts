import { fieldOf, isRecord, listOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

const sidecarFields = ['egress', 'ingress', 'outboundTrafficPolicy', 'inboundConnectionPool'];

export const emptyListeners: ObjectCheck = {
  scope: 'object',
  code: 'MESH2250',
  rule: 'empty-listeners',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A Gateway or a Sidecar listens on nothing, or a listener is for no host.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: [Kinds.gateway, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    const isGateway = kindKey(subject) === Kinds.gateway;
    const { spec } = subject;
    if (spec !== undefined && !isRecord(spec)) return;
    const isSet = (key: string): boolean => {
      const value = fieldOf(spec, key);
      return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
    };
    if (!(isGateway ? ['servers'] : sidecarFields).some(isSet)) {
      const message = isGateway
        ? 'A Gateway needs at least one of `servers`.'
        : 'A Sidecar needs `egress`, `ingress`, `outboundTrafficPolicy` or `inboundConnectionPool`.';
      context.report(subject, spec === undefined ? ['kind'] : ['spec'], {
        message,
        part: spec === undefined ? 'value' : 'key',
      });
    }
    for (const { path, value } of sitesIn(subject, isGateway ? 'servers[]' : 'egress[]')) {
      const hosts = fieldOf(value, 'hosts');
      // Hosts that are not there at all are missed by the schema.
      if (!Array.isArray(hosts) || listOf(hosts).length > 0) continue;
      context.report(subject, [...path, 'hosts'], { message: 'This listener needs at least one host.', part: 'key' });
    }
  },
};

import { fieldOf, isRecord, listOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

const methods = ['httpGet', 'tcpSocket', 'exec'];

export const invalidProbe: ObjectCheck = {
  scope: 'object',
  code: 'MESH2271',
  rule: 'invalid-probe',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A probe does not say how to ask, or asks in a way that is not supported.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.workloadGroup,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'probe')) {
      if (!isRecord(value)) continue;
      const isAsking = methods.some((key) => isRecord(value[key]));
      if (!isAsking && isRecord(value.grpc)) {
        const message = 'Istio has `grpc` in its schema but refuses it; use `tcpSocket` or `exec`.';
        context.report(subject, [...path, 'grpc'], { message, part: 'key' });
      } else if (!isAsking) {
        const message = 'A probe needs `httpGet`, `tcpSocket` or `exec`.';
        context.report(subject, path, { message, part: 'key' });
      }
      const command = fieldOf(fieldOf(value, 'exec'), 'command');
      if (!Array.isArray(command) || listOf(command).length > 0) continue;
      context.report(subject, [...path, 'exec', 'command'], { message: 'The command is empty.', part: 'key' });
    }
  },
};

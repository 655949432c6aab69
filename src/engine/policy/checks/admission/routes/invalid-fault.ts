import { fieldOf, numberOf, stringOf } from '../../../../../shared/untrusted.ts';
import { nearestNames } from '../../../../../shared/nearest-names.ts';
import { Kinds } from '../../../../model/kinds.ts';
import { grpcStatuses } from '../../../semantics/routing/grpc-statuses.ts';
import type { ObjectCheck } from '../../check.ts';
import { isHttpStatus } from '../formats/status-format.ts';
import { sitesIn, textsIn } from '../sites.ts';

export const invalidFault: ObjectCheck = {
  scope: 'object',
  code: 'MESH2209',
  rule: 'invalid-fault',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A fault does not say what it injects, or injects what Istio cannot.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'http[].fault')) {
      if (['abort', 'delay'].some((key) => (fieldOf(value, key) ?? undefined) !== undefined)) continue;
      context.report(subject, path, { message: 'A fault needs `abort` or `delay`.', part: 'key' });
    }
    for (const { path } of textsIn(subject, 'http[].fault.delay.exponentialDelay')) {
      const message = 'Istio has `exponentialDelay` in its schema but refuses it; use `fixedDelay`.';
      context.report(subject, path, { message, part: 'key' });
    }
    for (const { path, value } of sitesIn(subject, 'http[].fault.abort')) {
      const status = numberOf(fieldOf(value, 'httpStatus'));
      const grpc = stringOf(fieldOf(value, 'grpcStatus'));
      if (fieldOf(value, 'http2Error') !== undefined) {
        const message = 'Istio has `http2Error` in its schema but refuses it; use `httpStatus` or `grpcStatus`.';
        context.report(subject, [...path, 'http2Error'], { message, part: 'key' });
      } else if (grpc !== undefined) {
        if (grpcStatuses.includes(grpc)) continue;
        const path_ = [...path, 'grpcStatus'];
        context.report(subject, path_, {
          message: `\`${grpc}\` is no status of gRPC; they are written like \`NOT_FOUND\`.`,
          part: 'value',
          fixes: nearestNames(grpc, grpcStatuses).map((near, index) => ({
            title: `Replace with \`${near}\``,
            isPreferred: index === 0,
            changes: [{ type: 'replace-value', object: subject, path: path_, value: near }],
          })),
        });
      } else if (status === undefined) {
        const message = 'This fault aborts nothing: it needs `httpStatus` or `grpcStatus`.';
        context.report(subject, path, { message, part: 'key', severity: 'warning' });
      } else if (!isHttpStatus(status)) {
        context.report(subject, [...path, 'httpStatus'], { message: 'A status is from 200 to 599.', part: 'value' });
      }
    }
  },
};

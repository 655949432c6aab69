import { fieldOf, numberOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isHttpStatus } from '../formats/status-format.ts';
import { sitesIn, textsIn } from '../sites.ts';

const kibibyte = 1024;
const heavy = 100 * kibibyte;
const heaviest = 1024 * kibibyte;

export const invalidDirectResponse: ObjectCheck = {
  scope: 'object',
  code: 'MESH2210',
  rule: 'invalid-direct-response',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A direct response has a status that cannot be sent, or a body that is too large.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'http[].directResponse')) {
      const status = numberOf(fieldOf(value, 'status'));
      if (status === undefined || isHttpStatus(status)) continue;
      context.report(subject, [...path, 'status'], { message: 'A status is from 200 to 599.', part: 'value' });
    }
    const bodies = [
      ...textsIn(subject, 'http[].directResponse.body.string').map((site) => ({
        ...site,
        size: Buffer.byteLength(site.value),
      })),
      ...textsIn(subject, 'http[].directResponse.body.bytes').map((site) => ({
        ...site,
        size: Buffer.byteLength(site.value, 'base64'),
      })),
    ];
    for (const { path, size } of bodies) {
      if (size <= heavy) continue;
      const isRefused = size > heaviest;
      context.report(subject, path, {
        message: isRefused
          ? 'The body of a direct response may be at most 1 MiB.'
          : 'This body is larger than 100 KiB; every proxy gets it with its configuration, which slows the control plane.',
        part: 'key',
        ...(!isRefused && { severity: 'warning' as const }),
      });
    }
  },
};

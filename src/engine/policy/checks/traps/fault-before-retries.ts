import { isRecord } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const faultBeforeRetries: ObjectCheck = {
  scope: 'object',
  code: 'MESH1350',
  rule: 'fault-before-retries',
  aliases: [],
  severity: 'information',
  summary: 'A rule injects faults, which its own retries and timeout do not apply to.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { type, path, value } of rulesOf(subject)) {
      if (type !== 'http' || !isRecord(value.fault)) continue;
      const [isAbort, isDelay] = [isRecord(value.fault.abort), isRecord(value.fault.delay)];
      const given = [
        ...(isAbort && isRecord(value.retries) ? ['retries'] : []),
        ...(isDelay && typeof value.timeout === 'string' ? ['timeout'] : []),
      ];
      for (const key of given) {
        const message =
          key === 'retries'
            ? 'Injected errors are answered before a request is sent, so these retries never see them.'
            : 'Injected delays come before a request is sent, so this timeout does not count them.';
        context.report(subject, [...path, key], {
          message,
          part: 'key',
          related: [{ message: 'The faults.', object: subject, path: [...path, 'fault'] }],
        });
      }
    }
  },
};

import { parseGoDuration } from '../../../../shared/go-duration.ts';
import { numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const timeoutBelowTry: ObjectCheck = {
  scope: 'object',
  code: 'MESH1352',
  rule: 'timeout-below-try',
  aliases: [],
  severity: 'warning',
  summary: 'The timeout of a request is over before the first of its attempts is, so a slow one is never retried.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { type, path, value } of rulesOf(subject)) {
      const [timeout, perTry] = [stringOf(value.timeout), stringOf(valueAt(value, ['retries', 'perTryTimeout']))];
      const whole = timeout === undefined ? undefined : parseGoDuration(timeout);
      const each = perTry === undefined ? undefined : parseGoDuration(perTry);
      // A timeout of nothing is none.
      if (type !== 'http' || !whole || !each || whole > each) continue;
      if (numberOf(valueAt(value, ['retries', 'attempts'])) === 0) continue;
      context.report(subject, [...path, 'timeout'], {
        message: `After ${timeout ?? ''} the request is given up, and one attempt may take ${perTry ?? ''}: an attempt that is too slow is never retried.`,
        part: 'value',
        related: [{ message: 'Time for one attempt.', object: subject, path: [...path, 'retries', 'perTryTimeout'] }],
      });
    }
  },
};

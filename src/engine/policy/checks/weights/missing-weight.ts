import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const missingWeight: ObjectCheck = {
  scope: 'object',
  code: 'MESH1304',
  rule: 'missing-weight',
  aliases: [],
  severity: 'warning',
  summary: 'One of several destinations has no weight, so it gets nothing.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { destinations } of rulesOf(subject)) {
      const total = destinations.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
      if (destinations.length < 2 || total <= 0) continue;
      for (const entry of destinations) {
        if (entry.hasWeight || !entry.destination) continue;
        const rest = total < 100 ? 100 - total : undefined;
        const insert = {
          type: 'insert-field',
          object: subject,
          path: entry.path,
          key: 'weight',
          after: 'destination',
        } as const;
        context.report(subject, [...entry.path, 'destination'], {
          message: 'This destination has no weight, so it gets no requests; the others have weights.',
          part: 'key',
          saysMissing: true,
          fixes: [
            ...(rest === undefined
              ? []
              : [
                  {
                    title: `Give it the rest, ${String(rest)}`,
                    isPreferred: true,
                    changes: [{ ...insert, value: rest }],
                  },
                ]),
            { title: 'Say so with `weight: 0`', changes: [{ ...insert, value: 0 }] },
          ],
        });
      }
    }
  },
};

import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const singleWeight: ObjectCheck = {
  scope: 'object',
  code: 'MESH1302',
  rule: 'single-weight',
  aliases: ['KIA1104'],
  severity: 'warning',
  summary: 'A route has one destination with a weight below 100: it gets all requests anyway.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { destinations } of rulesOf(subject)) {
      const [only, second] = destinations;
      if (!only || second || only.weight === undefined || only.weight < 1 || only.weight > 99) continue;
      const path = [...only.path, 'weight'];
      context.report(subject, path, {
        message: `This is the only destination, so it gets all requests, not ${String(only.weight)} % of them.`,
        part: 'value',
        fixes: [
          { title: 'Remove the weight', isPreferred: true, changes: [{ type: 'remove', object: subject, path }] },
          { title: 'Replace with `100`', changes: [{ type: 'replace-value', object: subject, path, value: 100 }] },
        ],
      });
    }
  },
};

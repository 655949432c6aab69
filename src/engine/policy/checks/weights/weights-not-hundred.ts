import { Kinds } from '../../../model/kinds.ts';
import { valueAt } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';
import { shareToHundred } from './share-to-hundred.ts';
import { weightChanges } from './weight-changes.ts';

export const weightsNotHundred: ObjectCheck = {
  scope: 'object',
  code: 'MESH1303',
  rule: 'weights-not-hundred',
  aliases: [],
  severity: 'information',
  summary: 'The weights of a route do not add up to 100, so they are no percentages.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { destinations } of rulesOf(subject)) {
      // What lacks a weight, or has one of another type, is told itself.
      if (destinations.some(({ hasWeight, weight }) => hasWeight && weight === undefined)) continue;
      // So is one that stands in the destination.
      if (destinations.some(({ path }) => valueAt(subject, [...path, 'destination', 'weight']) !== undefined)) continue;
      const weights = destinations.map(({ weight }) => weight ?? 0);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      if (destinations.length < 2 || sum <= 0 || sum === 100 || weights.some((weight) => weight < 0)) continue;
      const shares = weights.map((weight) => `${String(Math.round((weight / sum) * 1000) / 10)} %`);
      const last = destinations.findLast(({ hasWeight }) => hasWeight);
      if (!last) continue;
      const changes = weightChanges(subject, destinations, shareToHundred(weights));
      context.report(subject, [...last.path, 'weight'], {
        message: `The weights add up to ${String(sum)}, not 100. They are relative: the shares are ${andList(shares)}.`,
        part: 'value',
        related: destinations
          .filter((entry) => entry.hasWeight && entry !== last)
          .map((entry) => ({
            message: 'Another weight of this route.',
            object: subject,
            path: [...entry.path, 'weight'],
          })),
        fixes: [{ title: 'Make the weights add up to 100', isPreferred: true, changes }],
      });
    }
  },
};

function andList(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

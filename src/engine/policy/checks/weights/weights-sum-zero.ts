import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';
import { shareToHundred } from './share-to-hundred.ts';
import { weightChanges } from './weight-changes.ts';

export const weightsSumZero: ObjectCheck = {
  scope: 'object',
  code: 'MESH1301',
  rule: 'weights-sum-zero',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Several destinations share requests, but their weights add up to 0, or one is negative.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, destinations } of rulesOf(subject)) {
      for (const entry of destinations) {
        if (entry.weight === undefined || entry.weight >= 0) continue;
        context.report(subject, [...entry.path, 'weight'], { message: 'A weight cannot be negative.', part: 'value' });
      }
      const sum = destinations.reduce((total, { weight }) => total + Math.max(0, weight ?? 0), 0);
      if (destinations.length < 2 || sum > 0 || destinations.some(({ weight }) => (weight ?? 0) < 0)) continue;
      const isUnset = destinations.every(({ hasWeight }) => !hasWeight);
      const message = isUnset
        ? `These ${String(destinations.length)} destinations have no weights, so none would get anything. Istio refuses that.`
        : 'The weights of this route add up to 0, so no destination would get anything. Istio refuses that.';
      const changes = weightChanges(subject, destinations, shareToHundred(destinations.map(() => 0)));
      const first = destinations.find(({ hasWeight }) => hasWeight);
      context.report(subject, first ? [...first.path, 'weight'] : [...path, 'route'], {
        message,
        part: first ? 'value' : 'key',
        fixes: [{ title: 'Share equally, 100 in all', isPreferred: true, changes }],
      });
    }
  },
};

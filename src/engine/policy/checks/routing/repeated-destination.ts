import { isRecord, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import { resolveHost } from '../../semantics/hosts.ts';
import type { ObjectCheck } from '../check.ts';
import type { WeightedDestination } from './virtual-service-view.ts';
import { rulesOf } from './virtual-service-view.ts';

export const repeatedDestination: ObjectCheck = {
  scope: 'object',
  code: 'MESH1309',
  rule: 'repeated-destination',
  aliases: ['KIA1105'],
  severity: 'warning',
  summary: 'A route names the same destination twice.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject, settings } = context;
    for (const { destinations } of rulesOf(subject)) {
      const seen = new Map<string, WeightedDestination>();
      for (const entry of destinations) {
        const { destination } = entry;
        // Changes of headers tell two shares of one destination apart, and are made to.
        if (!destination || isRecord(valueAt(subject, [...entry.path, 'headers']))) continue;
        const { host, subset, port } = destination;
        const key = JSON.stringify([resolveHost(host, subject.namespace, settings), subset, port]);
        const first = seen.get(key);
        if (!first) {
          seen.set(key, entry);
          continue;
        }
        const what = subset === undefined ? `\`${host}\`` : `Subset \`${subset}\` of \`${host}\``;
        context.report(subject, [...destination.path, subset === undefined ? 'host' : 'subset'], {
          message: `${what} is a destination of this route already.`,
          part: 'value',
          related: [{ message: 'The first.', object: subject, path: first.path }],
          fixes: joined(subject, first, entry),
        });
      }
    }
  },
};

function joined(object: MeshObject, first: WeightedDestination, second: WeightedDestination): readonly FixPlan[] {
  if (first.weight === undefined || second.weight === undefined) return [];
  const weight = first.weight + second.weight;
  return [
    {
      title: `Join them with weight ${String(weight)}`,
      isPreferred: true,
      changes: [
        { type: 'replace-value', object, path: [...first.path, 'weight'], value: weight },
        { type: 'remove', object, path: second.path },
      ],
    },
  ];
}

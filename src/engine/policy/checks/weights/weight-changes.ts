import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Change } from '../../fixes/fix-plan.ts';
import type { WeightedDestination } from '../routing/virtual-service-view.ts';

/** Writes these weights, whether the entries have one or not. Entries whose weight stays are left alone. */
export function weightChanges(
  object: MeshObject,
  destinations: readonly WeightedDestination[],
  weights: readonly number[],
): readonly Change[] {
  return destinations.flatMap((entry, index): Change[] => {
    const value = weights[index] ?? 0;
    const path = [...entry.path, 'weight'];
    if (!entry.hasWeight) {
      return [{ type: 'insert-field', object, path: entry.path, key: 'weight', value, after: 'destination' }];
    }
    return entry.weight === value ? [] : [{ type: 'replace-value', object, path, value }];
  });
}

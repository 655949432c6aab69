import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import type { PatchView } from './envoy-filter-view.ts';
import { isIgnored, patchesOf } from './envoy-filter-view.ts';

export const ignoredPatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH1806',
  rule: 'ignored-patch',
  aliases: ['IST0152', 'IST0153', 'IST0154'],
  severity: 'error',
  summary:
    'Istio ignores a patch of an EnvoyFilter, because its operation does not apply to what is patched, or nothing says to which.',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const patch of patchesOf(subject)) {
      if (lacksAnchor(patch)) {
        const where = patch.applyTo === 'HTTP_FILTER' ? 'filterChain.filter.subFilter' : 'filterChain.filter';
        context.report(subject, [...patch.path, 'patch', 'operation'], {
          message: `Istio ignores ${patch.operation} on ${patch.applyTo} without the filter it is for, in \`match.listener.${where}\`.`,
          part: 'value',
        });
      }
      if (patch.applyTo === '' || !isIgnored(patch)) continue;
      const { operation, applyTo, path } = patch;
      const works =
        operation === 'REPLACE' ? 'It works on HTTP_FILTER, NETWORK_FILTER and VIRTUAL_HOST.' : 'Use MERGE.';
      context.report(subject, [...path, 'patch', 'operation'], {
        message: `Istio ignores ${operation} on ${applyTo}. ${works}`,
        part: 'value',
      });
    }
  },
};

/** Waypoints are matched in another way. */
function lacksAnchor({ applyTo, operation, anchor, context }: PatchView): boolean {
  const isOfFilter = applyTo === 'HTTP_FILTER' || applyTo === 'NETWORK_FILTER';
  return (
    isOfFilter && (operation === 'REPLACE' || operation === 'REMOVE') && anchor === undefined && context !== 'WAYPOINT'
  );
}

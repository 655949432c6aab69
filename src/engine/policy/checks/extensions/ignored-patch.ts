import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { isIgnored, lacksAnchor, patchesOf } from './envoy-filter-view.ts';

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
      if (patch.applyTo === '' || !isIgnored(patch)) continue;
      const { operation, applyTo, path } = patch;
      if (lacksAnchor(patch)) {
        const where = applyTo === 'HTTP_FILTER' ? 'filterChain.filter.subFilter' : 'filterChain.filter';
        context.report(subject, [...path, 'patch', 'operation'], {
          message: `Istio ignores ${operation} on ${applyTo} without the filter it is for, in \`match.listener.${where}\`.`,
          part: 'value',
        });
        continue;
      }
      const works =
        operation === 'REPLACE' ? 'It works on HTTP_FILTER, NETWORK_FILTER and VIRTUAL_HOST.' : 'Use MERGE.';
      context.report(subject, [...path, 'patch', 'operation'], {
        message: `Istio ignores ${operation} on ${applyTo}. ${works}`,
        part: 'value',
      });
    }
  },
};

import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { isIgnored, lacksAnchor, operationsOn, patchesOf } from './envoy-filter-view.ts';

/** Where the match names a filter. */
const places: Readonly<Record<string, string>> = {
  HTTP_FILTER: 'filterChain.filter.subFilter',
  NETWORK_FILTER: 'filterChain.filter',
  LISTENER_FILTER: 'listenerFilter',
};

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
      const works = operationsOn(applyTo)?.filter((each) => !each.includes('_')) ?? [];
      const message = lacksAnchor(patch)
        ? `Istio ignores ${operation} on ${applyTo} without the filter it is for, in \`match.listener.${places[applyTo] ?? ''}\`.`
        : `Istio ignores ${operation} on ${applyTo}. Use ${works.join(', ')}.`;
      context.report(subject, [...path, 'patch', 'operation'], { message, part: 'value' });
    }
  },
};

import { fieldOf, numberOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { isIgnored, patchesOf } from './envoy-filter-view.ts';

/** Operations whose outcome depends on the patches before. */
const relative: ReadonlySet<string> = new Set(['REMOVE', 'REPLACE', 'INSERT_BEFORE', 'INSERT_AFTER']);

export const patchOrder: ObjectCheck = {
  scope: 'object',
  code: 'MESH1805',
  rule: 'patch-order',
  aliases: ['IST0151', 'IST0155'],
  severity: 'warning',
  summary: 'A patch depends on those before it, and nothing says in which order EnvoyFilters are applied.',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    if ((numberOf(fieldOf(subject.spec, 'priority')) ?? 0) !== 0) return;
    for (const patch of patchesOf(subject)) {
      if (!relative.has(patch.operation) || isIgnored(patch)) continue;
      const versions = patch.hasProxyVersion ? ' Filters of other proxy versions may be there or not, too.' : '';
      context.report(subject, [...patch.path, 'patch', 'operation'], {
        message: `${patch.operation} depends on the patches that came before. Without \`priority\`, EnvoyFilters are applied by age and name.${versions}`,
        part: 'value',
      });
    }
  },
};

import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { textsIn } from '../sites.ts';
import { currentFilterName } from './filter-names.ts';

const filter = 'configPatches[].match.listener.filterChain.filter';

export const oldFilterName: ObjectCheck = {
  scope: 'object',
  code: 'MESH2274',
  rule: 'old-filter-name',
  aliases: ['IST0133'],
  severity: 'warning',
  summary: 'An EnvoyFilter matches a filter by the name that it had before.',
  warnedBy: 'webhook',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of textsIn(subject, `${filter}.name`, `${filter}.subFilter.name`)) {
      const current = currentFilterName(value);
      if (current === undefined) continue;
      context.report(subject, path, {
        message: `\`${value}\` is now called \`${current}\`.`,
        part: 'value',
        fixes: [
          {
            title: `Replace with \`${current}\``,
            isPreferred: true,
            changes: [{ type: 'replace-value', object: subject, path, value: current }],
          },
        ],
      });
    }
  },
};

import { Kinds } from '../../../model/kinds.ts';
import type { ConditionValue } from '../authorization/authorization-view.ts';
import { conditionValues } from '../authorization/authorization-view.ts';
import type { ObjectCheck } from '../check.ts';

export const wildcardInside: ObjectCheck = {
  scope: 'object',
  code: 'MESH1752',
  rule: 'wildcard-inside',
  aliases: [],
  severity: 'warning',
  summary:
    'A `*` in the middle of a value stands for itself; only one at the beginning or the end stands for anything.',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const entry of conditionValues(subject)) {
      if (!isText(entry)) continue;
      const { value, path } = entry;
      const isBothEnds = value.length > 1 && value.startsWith('*') && value.endsWith('*');
      const inside = value.replace(/^\*/, '').replace(/\*$/, '');
      // `{*}` and `{**}` are templates of paths.
      if (!isBothEnds && !inside.includes('*')) continue;
      if (value.includes('{')) continue;
      const hint = entry.key.toLowerCase().endsWith('paths') ? ' For one part of a path write `{*}`.' : '';
      context.report(subject, path, {
        message: isBothEnds
          ? `\`${value}\` has a \`*\` at both ends; only the first stands for anything.${hint}`
          : `A \`*\` in the middle stands for itself: \`${value}\` matches hardly anything.${hint}`,
        part: 'value',
      });
    }
  },
};

/** Values that are compared as texts, in which a `*` may stand at one end. */
function isText({ part, key }: ConditionValue): boolean {
  if (part === 'when') return key !== 'source.ip' && key !== 'remote.ip' && key !== 'destination.ip';
  return !/(?:ipBlocks|ports)$/i.test(key);
}

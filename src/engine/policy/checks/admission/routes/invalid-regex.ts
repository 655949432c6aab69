import { fieldOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import { regexProblem } from '../../../semantics/routing/string-match.ts';
import type { ObjectCheck } from '../../check.ts';
import type { TextSite } from '../sites.ts';
import { textsIn } from '../sites.ts';
import { stringMatchesOf } from './string-matches.ts';

const longest = 1024;

export const invalidRegex: ObjectCheck = {
  scope: 'object',
  code: 'MESH2201',
  rule: 'invalid-regex',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A regular expression is not one of RE2, or too long.',
  refusedBy: 'webhook',
  subject: [Kinds.virtualService, Kinds.envoyFilter],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of regexesOf(subject)) {
      const isVersion = kindKey(subject) === Kinds.envoyFilter;
      if (Buffer.byteLength(value) > longest) {
        const message = isVersion
          ? `This regular expression is longer than ${String(longest)} characters, so Istio leaves it out of account.`
          : `A regular expression may be at most ${String(longest)} characters long.`;
        context.report(subject, path, { message, part: 'value', ...(isVersion && { severity: 'warning' }) });
        continue;
      }
      const problem = regexProblem(value);
      if (problem === undefined) continue;
      const message = `\`${value.slice(0, 80)}\` is no regular expression of RE2: ${problem}. RE2 has no look-around and no back-references.`;
      context.report(subject, path, { message, part: 'value' });
    }
  },
};

function regexesOf(object: MeshObject): readonly TextSite[] {
  if (kindKey(object) === Kinds.envoyFilter) return textsIn(object, 'configPatches[].match.proxy.proxyVersion');
  const ofMatches = stringMatchesOf(object).flatMap(({ of, path, value }): TextSite[] => {
    const regex = stringOf(fieldOf(value, 'regex'));
    // Istio takes a lone `*` here for "the header is there".
    const isPresence = of === 'absent-header' && regex === '*';
    return regex === undefined || isPresence ? [] : [{ path: [...path, 'regex'], key: 'regex', value: regex }];
  });
  return [...ofMatches, ...textsIn(object, 'http[].rewrite.uriRegexRewrite.match')];
}

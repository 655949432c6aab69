import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const partialRegex: ObjectCheck = {
  scope: 'object',
  code: 'MESH1359',
  rule: 'partial-regex',
  aliases: [],
  severity: 'warning',
  summary:
    'A regular expression says how a text begins only, or takes `*` for anything; it must match the whole of a text.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    const matches = rulesOf(subject).flatMap((rule) => (rule.type === 'http' ? rule.matches : []));
    for (const { path, text } of matches.flatMap((match) => regexesIn(match.value, match.path))) {
      const [, beginning] = /^\^([^$*+|{}?\\]+)$/.exec(text) ?? [];
      const [, before, repeated] = /^(\^?[\w/-]+)([\w/])\*$/.exec(text) ?? [];
      if (before !== undefined && repeated !== undefined) {
        context.report(subject, path, {
          message: `In a regular expression \`*\` repeats what stands before it: this is met by \`${before.replace('^', '')}\` and any number of \`${repeated}\`. Write \`.*\` for anything.`,
          part: 'value',
          fixes: replacements(subject, path, [`${before}${repeated}.*`]),
        });
      }
      if (beginning === undefined) continue;
      context.report(subject, path, {
        message: `A regular expression must match the whole text: this is met by \`${beginning}\` alone. End it with \`.*\` for all that begins so.`,
        part: 'value',
        fixes: replacements(subject, path, [`${text}.*`]),
      });
    }
  },
};

/** Regular expressions of a match: of `uri` and the like, and of headers and parameters by their names. */
function regexesIn(match: unknown, path: FieldPath): readonly { readonly path: FieldPath; readonly text: string }[] {
  const single = ['uri', 'authority'].map((key) => [key]);
  const named = ['headers', 'withoutHeaders', 'queryParams'].flatMap((key) => {
    const names = fieldOf(match, key);
    return isRecord(names) ? Object.keys(names).map((name) => [key, name]) : [];
  });
  return [...single, ...named].flatMap((steps) => {
    const text = stringOf(fieldOf(steps.reduce(fieldOf, match), 'regex'));
    return text === undefined ? [] : [{ path: [...path, ...steps, 'regex'], text }];
  });
}

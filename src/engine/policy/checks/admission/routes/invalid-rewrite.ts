import { fieldOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isAuthorityHeader } from '../formats/header-format.ts';
import { sitesBelow, sitesIn } from '../sites.ts';

export const invalidRewrite: ObjectCheck = {
  scope: 'object',
  code: 'MESH2208',
  rule: 'invalid-rewrite',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A rewrite says nothing, or writes the path or the host in two ways.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'http[].rewrite')) {
      const [regex] = sitesBelow(value, path, 'uriRegexRewrite');
      const uri = stringOf(fieldOf(value, 'uri')) ?? '';
      if (uri !== '' && regex) {
        const message = 'A rewrite can have either `uri` or `uriRegexRewrite`.';
        context.report(subject, regex.path, { message, part: 'key' });
      } else if (uri === '' && !regex && (stringOf(fieldOf(value, 'authority')) ?? '') === '') {
        const message = 'A rewrite must say what changes: `uri`, `uriRegexRewrite` or `authority`.';
        context.report(subject, path, { message, part: 'key' });
      }
      for (const key of regex ? ['match', 'rewrite'] : []) {
        if ((stringOf(fieldOf(regex?.value, key)) ?? '') !== '') continue;
        const message = `A rewrite by regular expression needs \`${key}\`; it must not be empty.`;
        context.report(subject, [...path, 'uriRegexRewrite'], { message, part: 'key' });
      }
    }
    for (const { path, value } of sitesIn(subject, 'http[]')) {
      const writes = [
        ...sitesBelow(value, path, 'rewrite.authority').filter((site) => site.value !== ''),
        ...sitesBelow(value, path, 'headers.request.set{}', 'headers.request.add{}').filter(({ key }) =>
          isAuthorityHeader(key),
        ),
      ];
      const first = writes.findIndex((site) => site.value !== '');
      const earlier = writes[first];
      if (!earlier) continue;
      for (const again of writes.slice(first + 1)) {
        context.report(subject, again.path, {
          message: 'The host is written twice in this rule; only one can count.',
          part: 'key',
          related: [{ message: 'It is written here already.', object: subject, path: earlier.path }],
          fixes: [
            { title: `Remove \`${again.key}\``, changes: [{ type: 'remove', object: subject, path: again.path }] },
          ],
        });
      }
    }
  },
};

import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { requestRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';

export const repeatedHeaderMatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH3027',
  rule: 'repeated-header-match',
  aliases: [],
  severity: 'warning',
  summary: 'A match of a route asks for one header twice, written in different letters; only the first counts.',
  subject: requestRouteKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of routeOf(subject).rules.flatMap(({ matches }) => matches)) {
      const seen = new Map<string, { readonly written: string; readonly index: number }>();
      for (const [index, header] of listOf(value.headers).entries()) {
        const written = stringOf(fieldOf(header, 'name')) ?? '';
        const first = seen.get(written.toLowerCase());
        // The same letters are a key twice, which the API server refuses.
        if (!first) seen.set(written.toLowerCase(), { written, index });
        else if (first.written !== written) {
          context.report(subject, [...path, 'headers', index, 'name'], {
            message: `Letters of header names do not count: this is \`${first.written}\` again, and only the first condition for a header is looked at. For one value or the other, write two matches.`,
            part: 'value',
            related: [{ message: 'This counts.', object: subject, path: [...path, 'headers', first.index, 'name'] }],
          });
        }
      }
    }
  },
};

import { stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const queryInPath: ObjectCheck = {
  scope: 'object',
  code: 'MESH1357',
  rule: 'query-in-path',
  aliases: [],
  severity: 'warning',
  summary: 'A match of a path has a `?` in it. Paths are compared without what is behind it, so it never fits.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    const paths = rulesOf(subject).flatMap(({ type, matches }) =>
      type === 'http' ? matches.flatMap((match) => ['exact', 'prefix'].map((key) => [...match.path, 'uri', key])) : [],
    );
    for (const path of paths) {
      const text = stringOf(valueAt(subject, path));
      if (!text?.includes('?')) continue;
      context.report(subject, path, {
        message: `No path has a \`?\`: what is behind it is the query, which \`queryParams\` is for.`,
        part: 'value',
      });
    }
  },
};

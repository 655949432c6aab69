import { stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { conditionValues } from '../authorization/authorization-view.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const queryInPath: ObjectCheck = {
  scope: 'object',
  code: 'MESH1357',
  rule: 'query-in-path',
  aliases: [],
  severity: 'warning',
  summary: 'A match of a path has a `?` in it. Paths are compared without what is behind it, so it never fits.',
  subject: [Kinds.virtualService, Kinds.authorizationPolicy],
  inputs: [],
  run(context) {
    const { subject } = context;
    const routed = rulesOf(subject).flatMap(({ type, matches }) =>
      type === 'http' ? matches.flatMap((match) => ['exact', 'prefix'].map((key) => [...match.path, 'uri', key])) : [],
    );
    const allowed = conditionValues(subject)
      .filter(({ key, part }) => part === 'operation' && (key === 'paths' || key === 'notPaths'))
      .map(({ path }) => path);
    for (const path of subject.kind === 'VirtualService' ? routed : allowed) {
      const text = stringOf(valueAt(subject, path));
      if (!text?.includes('?')) continue;
      const remedy = subject.kind === 'VirtualService' ? 'which `queryParams` is for' : 'which a policy cannot ask for';
      context.report(subject, path, {
        message: `No path has a \`?\`: what is behind it is the query, ${remedy}.`,
        part: 'value',
      });
    }
  },
};

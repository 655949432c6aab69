import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { conditionValues } from '../authorization/authorization-view.ts';
import type { ObjectCheck } from '../check.ts';
import { routeOf } from '../gateway-api/gateway-views.ts';
import { replacements } from '../replacements.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

interface PathMatch {
  readonly path: FieldPath;
  readonly text: string;
  /** How it is compared. `pattern`: a `*` at either end, or a template, stands for anything. */
  readonly form: 'exact' | 'prefix' | 'pattern';
}

export const impossiblePath: ObjectCheck = {
  scope: 'object',
  code: 'MESH1358',
  rule: 'impossible-path',
  aliases: [],
  severity: 'warning',
  summary:
    'A path is matched that no request has: it does not begin with `/`, or has a `*` or a `.` that stands for itself.',
  subject: [Kinds.virtualService, Kinds.httpRoute, Kinds.authorizationPolicy],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, text, form } of pathsOf(subject)) {
      if (form === 'pattern' && /^\/[^*{]*\.\*$/.test(text)) {
        const plain = text.slice(0, -2);
        context.report(subject, path, {
          message: `Paths of a policy are no regular expressions: \`${text}\` is for paths that begin with \`${plain}.\`, with the dot.`,
          part: 'value',
          fixes: replacements(subject, path, [`${plain}*`]),
        });
      } else if (form !== 'pattern' && text.includes('*')) {
        const prefix = text.replace(/\/?\*+$/, '');
        const isPrefix = form === 'prefix' && !prefix.includes('*');
        context.report(subject, path, {
          message: `A \`*\` stands for itself here: \`${text}\` matches paths with a star in them. ${isPrefix ? 'A prefix needs none.' : 'For every path that begins so, use `prefix` without the star; for other patterns, `regex`.'}`,
          part: 'value',
          fixes: isPrefix ? replacements(subject, path, [prefix === '' ? '/' : withSlash(prefix)]) : [],
        });
      } else if (!/^[/*{]/.test(text)) {
        const isUrl = text.includes('://');
        context.report(subject, path, {
          message: `Paths begin with \`/\`${isUrl ? ', without scheme and host' : ''}: no request has \`${text}\`.`,
          part: 'value',
          fixes: isUrl || text.includes('?') ? [] : replacements(subject, path, [withSlash(text)]),
        });
      }
    }
  },
};

const withSlash = (text: string): string => (text.startsWith('/') ? text : `/${text}`);

function pathsOf(object: MeshObject): readonly PathMatch[] {
  const found = [...pathsOfRoutes(object), ...pathsOfPolicy(object)];
  // That nothing is compared with has a finding of its own.
  return found.filter(({ text }) => text !== '');
}

function pathsOfRoutes(object: MeshObject): readonly PathMatch[] {
  if (object.kind === 'VirtualService') {
    return rulesOf(object).flatMap(({ type, matches }) =>
      type === 'http'
        ? matches.flatMap((match) =>
            (['exact', 'prefix'] as const).flatMap((form) => {
              const path = [...match.path, 'uri', form];
              return { path, text: stringOf(valueAt(object, path)) ?? '', form };
            }),
          )
        : [],
    );
  }
  if (object.kind !== 'HTTPRoute') return [];
  return routeOf(object).rules.flatMap(({ matches }) =>
    matches.flatMap((match): readonly PathMatch[] => {
      const written = fieldOf(match.value, 'path');
      const text = stringOf(fieldOf(written, 'value')) ?? '';
      const type = stringOf(fieldOf(written, 'type')) ?? 'PathPrefix';
      // Of one that does not begin with `/` the API server says so.
      if (!text.startsWith('/') || (type !== 'Exact' && type !== 'PathPrefix')) return [];
      return [{ path: [...match.path, 'path', 'value'], text, form: type === 'Exact' ? 'exact' : 'prefix' }];
    }),
  );
}

function pathsOfPolicy(object: MeshObject): readonly PathMatch[] {
  if (object.kind !== 'AuthorizationPolicy') return [];
  return conditionValues(object)
    .filter(({ key, part }) => part === 'operation' && (key === 'paths' || key === 'notPaths'))
    .map(({ path, value }) => ({ path, text: value, form: 'pattern' }));
}

import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { requestRouteKinds } from '../../semantics/gateway-api/route.ts';
import { regexProblem } from '../../semantics/routing/string-match.ts';
import type { ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';

/** What regular expressions of Perl have and those of RE2 do not. */
const perlOnly =
  /unsupported Perl syntax|invalid (?:escape sequence|named capture|nested repetition|repeat count|character class range: `(?:\[|\\p))/;

export const routeRegex: ObjectCheck = {
  scope: 'object',
  code: 'MESH3028',
  rule: 'route-regex',
  aliases: [],
  severity: 'error',
  summary: 'A match of a route compares with a regular expression that is none, or none that Envoy reads.',
  subject: requestRouteKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { matches } of routeOf(subject).rules) {
      for (const { path, text } of matches.flatMap((match) => regexesOf(match.value, match.path))) {
        const problem = regexProblem(text);
        if (problem === undefined) continue;
        const isPerl = perlOnly.test(problem);
        const consequence = isPerl
          ? 'Gateways on Envoy read RE2, which has no look-around and no back-references; they refuse all routes of the listener.'
          : 'Gateways refuse the route with it, or all routes of the listener.';
        context.report(subject, path, {
          message: `\`${text.slice(0, 80)}\` is no regular expression${isPerl ? ' of RE2' : ''}: ${problem}. ${consequence}`,
          part: 'value',
          ...(isPerl && { severity: 'warning' as const }),
        });
      }
    }
  },
};

interface Regex {
  readonly path: FieldPath;
  readonly text: string;
}

/** Of paths, headers and parameters, and of services and methods of gRPC, where the match says that they are some. */
function regexesOf(match: unknown, path: FieldPath): readonly Regex[] {
  const named = ['headers', 'queryParams'].flatMap((list) =>
    listOf(fieldOf(match, list)).flatMap((entry, index) => regexIn(entry, [...path, list, index], ['value'])),
  );
  return [
    ...regexIn(fieldOf(match, 'path'), [...path, 'path'], ['value']),
    ...regexIn(fieldOf(match, 'method'), [...path, 'method'], ['service', 'method']),
    ...named,
  ];
}

function regexIn(condition: unknown, path: FieldPath, keys: readonly string[]): readonly Regex[] {
  if (fieldOf(condition, 'type') !== 'RegularExpression') return [];
  return keys.flatMap((key) => {
    const text = stringOf(fieldOf(condition, key));
    return text === undefined ? [] : [{ path: [...path, key], text }];
  });
}

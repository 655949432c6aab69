import type { FieldPath } from '../../../../shared/text.ts';
import { matchKey } from '../../semantics/gateway-api/match-key.ts';
import type { RouteRule } from '../../semantics/gateway-api/route.ts';
import { requestRouteKinds } from '../../semantics/gateway-api/route.ts';
import type { ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';

interface SeenMatch {
  readonly rule: RouteRule;
  readonly path: FieldPath;
}

export const repeatedRouteMatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH3014',
  rule: 'repeated-route-match',
  aliases: ['IST0130'],
  severity: 'warning',
  summary: 'A rule of a route matches what an earlier rule of it matches, so no request gets to it.',
  subject: requestRouteKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    const { kind, rules } = routeOf(subject);
    const seen = new Map<string, SeenMatch>();
    for (const rule of rules) {
      const own = matchesOf(rule);
      const repeated = own.flatMap(({ path, value }) => {
        const first = seen.get(matchKey(kind, value));
        return first ? [{ path, first }] : [];
      });
      const isWhole = repeated.length === own.length;
      for (const { path, first } of isWhole ? repeated.slice(0, 1) : repeated) {
        const at = isWhole ? rule.path : path;
        context.report(subject, at, {
          message: isWhole
            ? `No request gets to this rule: \`${first.rule.name}\` above takes all that it matches.`
            : `No request gets here by this match: \`${first.rule.name}\` above has the same.`,
          related: [{ message: 'The same match.', object: subject, path: first.path }],
          fixes: [
            {
              title: isWhole ? 'Remove this rule' : 'Remove this match',
              isPreferred: true,
              changes: [{ type: 'remove', object: subject, path: at }],
            },
          ],
        });
      }
      for (const { path, value } of own) {
        const key = matchKey(kind, value);
        if (!seen.has(key)) seen.set(key, { rule, path });
      }
    }
  },
};

/** A rule without matches applies always. */
function matchesOf(rule: RouteRule) {
  return rule.matches.length > 0 ? rule.matches : [{ path: rule.path, value: undefined }];
}

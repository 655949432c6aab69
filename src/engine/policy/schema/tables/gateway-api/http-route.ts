import { parseGoDuration } from '../../../../../shared/go-duration.ts';
import { fieldOf, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { ApiChannel, KindSchema } from '../../kind-schema.ts';
import type { RuleProblem, SchemaRule } from '../../schema.ts';
import { integer, list, record } from '../../schema.ts';
import { distinctNames, has } from '../table-rules.ts';
import { experimentalIn } from './channel.ts';
import { sessionPersistence } from './filters.ts';
import { httpFilters } from './http-filters.ts';
import { hostedRoute } from './hosted-route.ts';
import { httpMatches } from './http-matches.ts';
import { gatewayDuration, sectionName } from './names.ts';
import { gatewayGroup, weightedBackends } from './references.ts';

const mostMatches = 128;

/** Rules may have many matches, and a route many rules, but not both. */
export const matchCount: SchemaRule = (value) => {
  let count = 0;
  for (const [index, rule] of listOf(value).entries()) {
    count += listOf(fieldOf(rule, 'matches')).length;
    if (count > mostMatches) {
      const message = `A route may have at most ${String(mostMatches)} matches in all its rules together.`;
      return [{ path: [index, 'matches'], part: 'key', message }];
    }
  }
  return [];
};

const redirectWithoutBackend: SchemaRule = (value) => {
  if (listOf(fieldOf(value, 'backendRefs')).length === 0) return [];
  const at = listOf(fieldOf(value, 'filters')).findIndex((filter) => has(filter, 'requestRedirect'));
  const message = 'A rule that redirects has no backends: the redirect is the answer.';
  return at < 0 ? [] : [{ path: ['filters', at], message }];
};

/** Replacing the matched prefix needs one match, by prefix. Looks at one filter of a list, as the API does. */
const prefixToReplace: SchemaRule = (value) => {
  const matches = listOf(fieldOf(value, 'matches'));
  const only = matches.length === 1 ? fieldOf(matches[0], 'path') : undefined;
  if (fieldOf(only, 'type') === 'PathPrefix') return [];
  return ['requestRedirect', 'urlRewrite'].flatMap((kind): readonly RuleProblem[] => {
    const replacing = (filters: unknown): readonly number[] =>
      listOf(filters).flatMap((filter, index) => {
        const path = fieldOf(fieldOf(filter, kind), 'path');
        return fieldOf(path, 'type') === 'ReplacePrefixMatch' && has(path, 'replacePrefixMatch') ? [index] : [];
      });
    const backends = listOf(fieldOf(value, 'backendRefs')).flatMap((backend, index) => {
      const found = replacing(fieldOf(backend, 'filters'));
      return found.length === 1 ? [['backendRefs', index, 'filters', ...found]] : [];
    });
    const own = replacing(fieldOf(value, 'filters'));
    const places = [...(own.length === 1 ? [['filters', ...own]] : []), ...(backends.length === 1 ? backends : [])];
    const message = 'Replacing the matched prefix needs a rule with exactly one match, by `PathPrefix`.';
    return places.map((place) => ({ path: [...place, kind, 'path', 'type'], message }));
  });
};

const backendWithinRequest: SchemaRule = (value) => {
  const [request, backend] = ['request', 'backendRequest'].map((key) =>
    parseGoDuration(stringOf(fieldOf(value, key)) ?? ''),
  );
  if (request === undefined || backend === undefined || request === 0 || backend <= request) return [];
  const message = 'The time limit of one try may not be longer than that of the whole request.';
  return [{ path: ['backendRequest'], part: 'value', message }];
};

/** Names of rules are told apart in the experimental channel only. */
export const ruleRules = (channel: ApiChannel): readonly SchemaRule[] =>
  channel === 'experimental' ? [distinctNames('rule')] : [];

const retry = record('When a failed request is tried again.', {
  codes: {
    ...list('Statuses that count as failures.', integer('HTTP status.', { minimum: 400, maximum: 599 })),
    isSet: true,
  },
  attempts: integer('How often it is tried again.', { minimum: 1 }),
  backoff: gatewayDuration('Shortest time between tries.'),
});

export const httpRoute = (channel: ApiChannel): KindSchema => ({
  group: gatewayGroup,
  kind: 'HTTPRoute',
  versions: ['v1', 'v1beta1'],
  help: 'How HTTP requests are matched, changed and sent to backends.',
  required: ['spec'],
  fields: {
    spec: hostedRoute(
      channel,
      list(
        'Rules; of those that match, the most specific counts.',
        record(
          'One rule.',
          {
            name: sectionName('Name of the rule, which policies give as `sectionName`.'),
            matches: httpMatches(channel),
            filters: httpFilters('What happens to requests of the rule.', channel),
            backendRefs: weightedBackends({
              filters: httpFilters('What happens to requests that go to this backend.', channel),
            }),
            timeouts: record(
              'Time limits.',
              {
                request: gatewayDuration('For the whole request, from the client’s side; `0s` for none.'),
                backendRequest: gatewayDuration('For one try at a backend; `0s` for none.'),
              },
              { rules: [backendWithinRequest] },
            ),
            retry: experimentalIn(channel)(retry),
            sessionPersistence: experimentalIn(channel)(sessionPersistence(gatewayDuration)),
          },
          { rules: [redirectWithoutBackend, prefixToReplace] },
        ),
        {
          minItems: 1,
          maxItems: 16,
          default: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }],
          rules: [matchCount, ...ruleRules(channel)],
        },
      ),
    ),
  },
});

/**
 * Rules with their matchers prepared. The router and the explanation of a decision both go through the conditions made
 * here; there is no second matcher.
 */
import type { CompiledMatch, CompiledRule, StringMatch } from './compiled.ts';
import { firstQueryValue } from './request-path.ts';
import { describeStringMatch, stringTest } from './string-match.ts';

/** Looks headers up by lower-case name; repeated ones are joined by `,`. */
export interface HeaderLookup {
  get(name: string): string | undefined;
}

/** A request as matchers see it. */
export interface RequestView {
  readonly method: string;
  readonly authority: string;
  readonly scheme: string;
  /** Normalised, without query. */
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
  readonly headers: HeaderLookup;
}

export interface PreparedCondition {
  holds(request: RequestView): boolean;
  /** What is asked for, in words: `header end-user is exactly "jason"`. */
  describe(): string;
  /** Why it does not hold: `header end-user is not exactly "jason"`. */
  describeFailure(request: RequestView): string;
}

export interface PreparedMatch {
  readonly match: CompiledMatch;
  readonly conditions: readonly PreparedCondition[];
}

export interface PreparedRule {
  readonly rule: CompiledRule;
  readonly matches: readonly PreparedMatch[];
}

function condition(
  subject: string,
  match: StringMatch,
  read: (request: RequestView) => string | undefined,
): PreparedCondition {
  const test = stringTest(match);
  const wanted = describeStringMatch(match);
  return {
    holds: (request) => {
      const value = read(request);
      return value !== undefined && test(value);
    },
    describe: () => `${subject} is ${wanted}`,
    describeFailure: () => `${subject} is not ${wanted}`,
  };
}

/** `withoutHeaders`: a missing header counts as empty for value matches; `present` means that it must be absent. */
function inverted(name: string, match: StringMatch): PreparedCondition {
  const test = stringTest(match);
  const wanted = describeStringMatch(match);
  return {
    holds: (request) => {
      const value = request.headers.get(name);
      return match.type === 'present' ? value === undefined : !test(value ?? '');
    },
    describe: () => `header ${name} is not ${wanted}`,
    describeFailure: () => `header ${name} is ${wanted}, which it must not be`,
  };
}

function prepareMatch(match: CompiledMatch): PreparedMatch {
  const conditions: PreparedCondition[] = [];
  if (match.method) conditions.push(condition('method', match.method, (request) => request.method));
  if (match.uri) conditions.push(condition('path', match.uri, (request) => request.path));
  if (match.authority) conditions.push(condition('authority', match.authority, (request) => request.authority));
  if (match.scheme) conditions.push(condition('scheme', match.scheme, (request) => request.scheme));
  for (const [name, value] of Object.entries(match.headers)) {
    conditions.push(condition(`header ${name}`, value, (request) => request.headers.get(name)));
  }
  for (const [name, value] of Object.entries(match.withoutHeaders)) conditions.push(inverted(name, value));
  for (const [name, value] of Object.entries(match.queryParams)) {
    conditions.push(condition(`query parameter ${name}`, value, (request) => firstQueryValue(request.query, name)));
  }
  return { match, conditions };
}

export function prepareRule(rule: CompiledRule): PreparedRule {
  return { rule, matches: rule.matches.map(prepareMatch) };
}

/** The first condition that does not hold. */
export function failingCondition(match: PreparedMatch, request: RequestView): PreparedCondition | undefined {
  for (const candidate of match.conditions) if (!candidate.holds(request)) return candidate;
  return undefined;
}

/** `undefined`: the rule does not fit. A rule without matches fits always, with no match to name. */
export function fittingMatch(rule: PreparedRule, request: RequestView): { match?: CompiledMatch } | undefined {
  if (rule.matches.length === 0) return {};
  for (const candidate of rule.matches) {
    if (failingCondition(candidate, request) === undefined) return { match: candidate.match };
  }
  return undefined;
}

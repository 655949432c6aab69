/**
 * The string matchers of VirtualService, prepared once. Regular expressions are RE2 and match the whole value, as Envoy's
 * `safe_regex` does; V8's engine is never used for them, as it can be made to backtrack for minutes.
 */
import { RE2JS } from 're2js';
import type { StringMatch } from './compiled.ts';

export type StringTest = (value: string) => boolean;

const metacharacters = new Set('\\.+*?()|[]{}^$');
const quantifiers = new Set('*?{');

/** True where an alternation stands outside every group, so that no literal need be a prefix of what matches. */
function hasTopLevelAlternation(pattern: string): boolean {
  let depth = 0;
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i];
    if (character === '\\') i++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '|' && depth <= 0) return true;
  }
  return false;
}

/** Literal every match of the pattern starts with; empty where none is certain. A cheap filter before the real engine. */
export function literalPrefix(pattern: string): string {
  if (hasTopLevelAlternation(pattern)) return '';
  let end = pattern.startsWith('^') ? 1 : 0;
  const start = end;
  while (end < pattern.length && !metacharacters.has(pattern.charAt(end))) end++;
  if (end > start && quantifiers.has(pattern.charAt(end))) end--;
  return pattern.slice(start, end);
}

/** Why RE2 refuses the pattern; undefined for a sound one. */
export function regexProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function regexTest(pattern: string): StringTest {
  if (regexProblem(pattern) !== undefined) return () => false;
  const regex = RE2JS.compile(pattern);
  const prefix = literalPrefix(pattern);
  return (value) => value.startsWith(prefix) && regex.matches(value);
}

/** Prepares a matcher. A pattern that RE2 refuses never matches; the compiler reports it. */
export function stringTest(match: StringMatch): StringTest {
  switch (match.type) {
    case 'present':
      return () => true;
    case 'regex':
      return regexTest(match.value);
    case 'exact': {
      if (!match.ignoreCase) return (value) => value === match.value;
      const expected = match.value.toLowerCase();
      return (value) => value.toLowerCase() === expected;
    }
    case 'prefix': {
      if (!match.ignoreCase) return (value) => value.startsWith(match.value);
      const expected = match.value.toLowerCase();
      return (value) => value.toLowerCase().startsWith(expected);
    }
  }
}

/** In words, after the name of what is matched: `exactly "jason"`. */
export function describeStringMatch(match: StringMatch): string {
  switch (match.type) {
    case 'present':
      return 'present';
    case 'regex':
      return `a full match of /${match.value}/`;
    case 'exact':
      return `exactly "${match.value}"${match.ignoreCase ? ' (ignoring case)' : ''}`;
    case 'prefix':
      return `prefixed by "${match.value}"${match.ignoreCase ? ' (ignoring case)' : ''}`;
  }
}

import { RE2JS } from 're2js';
import { globSource } from '../../../shared/glob.ts';

/** Longer ones are of no use to anybody, and take long to compile. */
const longest = 1000;

/** Globs for paths below a folder; one that matches a folder stands for all in it. Linear in the path, whatever they say. */
export class PathPatterns {
  readonly #expression: RE2JS | undefined;

  constructor(patterns: readonly string[]) {
    const sources = patterns
      .filter((pattern) => pattern.length <= longest)
      .map((pattern) => globSource(trimmed(pattern)));
    this.#expression =
      sources.length === 0 ? undefined : RE2JS.compile(`(?:${sources.join('|')})(?:/.*)?`, RE2JS.DOTALL);
  }

  matches(path: string): boolean {
    return this.#expression?.matches(path) ?? false;
  }
}

/** Whether a pattern looks outside of the folder that it is relative to. */
export function leavesFolder(pattern: string): boolean {
  return /^(?:\/|\\|[a-z]:|\.\.(?:\/|\\|$))/i.test(pattern) || /[/\\]\.\.(?:[/\\]|$)/.test(pattern);
}

function trimmed(pattern: string): string {
  return pattern.replace(/^\.\//, '').replace(/\/+$/, '');
}

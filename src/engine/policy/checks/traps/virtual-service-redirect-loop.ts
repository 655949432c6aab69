import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { isWildcard } from '../../semantics/hosts.ts';
import type { ObjectCheck } from '../check.ts';
import { hostsOf, rulesOf } from '../routing/virtual-service-view.ts';

export const virtualServiceRedirectLoop: ObjectCheck = {
  scope: 'object',
  code: 'MESH1355',
  rule: 'virtual-service-redirect-loop',
  aliases: [],
  severity: 'error',
  summary: 'A rule redirects requests to a place that the same rule redirects again.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    const hosts = hostsOf(subject).map(({ host }) => host.toLowerCase());
    const earlier: (UntrustedRecord | undefined)[] = [];
    for (const { type, path, value, matches } of rulesOf(subject)) {
      if (type !== 'http') continue;
      const own = matches.length > 0 ? matches.map((match) => match.value) : [undefined];
      const target = isRecord(value.redirect) ? stayingPath(value.redirect, hosts) : undefined;
      const returns =
        target !== undefined &&
        own.some((match) => fitsAlways(match, target)) &&
        !earlier.some((match) => mayFit(match, target));
      if (returns) {
        context.report(subject, [...path, 'redirect'], {
          message: `\`${target}\` is a path that this rule redirects too, so clients are sent around forever.`,
          part: 'key',
        });
      }
      earlier.push(...own);
    }
  },
};

/** The path that a redirect leads to on the same host; undefined where it leads elsewhere, or keeps the path. */
function stayingPath(redirect: UntrustedRecord, hosts: readonly string[]): string | undefined {
  const authority = stringOf(redirect.authority);
  const [only] = hosts;
  const isSameHost = authority === undefined || (hosts.length === 1 && only === authority.toLowerCase());
  const isElsewhere = ['scheme', 'port', 'derivePort'].some((key) => fieldOf(redirect, key) !== undefined);
  if (!isSameHost || isElsewhere || (authority !== undefined && isWildcard(authority))) return undefined;
  return stringOf(redirect.uri)?.split(/[?#]/, 1)[0];
}

/** Every request for the path fits, whatever else it has. */
function fitsAlways(match: UntrustedRecord | undefined, path: string): boolean {
  if (!match) return true;
  const others = Object.keys(match).filter((key) => !['uri', 'name', 'ignoreUriCase'].includes(key));
  return others.length === 0 && fitsPath(match, path) === true;
}

function mayFit(match: UntrustedRecord | undefined, path: string): boolean {
  return !match || fitsPath(match, path) !== false;
}

/** Undefined where it takes a regular expression to tell. */
function fitsPath({ uri, ignoreUriCase }: UntrustedRecord, path: string): boolean | undefined {
  if (!isRecord(uri)) return true;
  const fold = (text: string): string => (ignoreUriCase === true ? text.toLowerCase() : text);
  const [exact, prefix] = [stringOf(uri.exact), stringOf(uri.prefix)];
  if (exact !== undefined) return fold(exact) === fold(path);
  if (prefix !== undefined) return fold(path).startsWith(fold(prefix));
  return undefined;
}

/** What a rule does to the request line: rewritten path and authority, and the Location of a redirect. */
import { RE2JS } from 're2js';
import type {
  CompiledForward,
  CompiledDestination,
  CompiledMatch,
  CompiledRedirect,
  CompiledRewrite,
} from './compiled.ts';
import type { RequestView } from './prepared-rule.ts';
import { splitPath } from './request-path.ts';
import { withoutPort } from './virtual-host-index.ts';

/** RE2's substitution syntax: `\1` is a group, `\0` the whole match, `\\` a backslash. */
function substituteAll(pattern: RE2JS, value: string, rewrite: string): string {
  const matcher = pattern.matcher(value);
  let output = '';
  let end = 0;
  while (matcher.find()) {
    output += value.slice(end, matcher.start());
    output += rewrite.replace(/\\([0-9\\])/g, (_whole, reference: string) => {
      if (reference === '\\') return '\\';
      const group = Number(reference);
      return group <= matcher.groupCount() ? (matcher.group(group) ?? '') : '';
    });
    end = matcher.end();
  }
  return output + value.slice(end);
}

const compiledRewrites = new WeakMap<CompiledRewrite, RE2JS | null>();

function rewriteRegex(rewrite: CompiledRewrite, pattern: string): RE2JS | null {
  let regex = compiledRewrites.get(rewrite);
  if (regex === undefined) {
    try {
      regex = RE2JS.compile(pattern);
    } catch {
      regex = null;
    }
    compiledRewrites.set(rewrite, regex);
  }
  return regex;
}

/** Path with query that the backend receives. */
export function rewrittenPath(
  forward: CompiledForward,
  match: CompiledMatch | undefined,
  request: RequestView,
): string {
  const rewrite = forward.rewrite;
  if (!rewrite) return request.path + request.query;
  if (rewrite.uriRegex) {
    const regex = rewriteRegex(rewrite, rewrite.uriRegex.match);
    const path = regex ? substituteAll(regex, request.path, rewrite.uriRegex.rewrite) : request.path;
    return path + request.query;
  }
  if (rewrite.uri === undefined) return request.path + request.query;
  const uri = match?.uri;
  if (uri?.type === 'exact' || uri?.type === 'regex') return rewrite.uri + request.query;
  // A rule without uri match is Envoy's prefix `/`, so that only the leading slash is replaced: `/a` by `/x` gives `/xa`.
  const matched = uri?.type === 'prefix' ? uri.value.length : 1;
  return rewrite.uri + request.path.slice(matched) + request.query;
}

/** Host the backend receives: what the rule says, else the destination, else what was asked for. The rule wins in Envoy. */
export function rewrittenAuthority(
  forward: CompiledForward,
  destination: CompiledDestination,
  request: Pick<RequestView, 'authority'>,
): string {
  return forward.rewrite?.authority ?? destination.authority ?? request.authority;
}

function redirectAuthority(redirect: CompiledRedirect, request: RequestView, scheme: string, port: string): string {
  if (redirect.authority !== undefined) return redirect.authority;
  const bare = withoutPort(request.authority);
  if (bare === request.authority) return bare;
  // Envoy drops the port of the request where a new one is set, or where it was the default of the scheme left behind.
  const old = request.authority.slice(bare.length + 1);
  const wasDefault = (request.scheme === 'http' && old === '80') || (request.scheme === 'https' && old === '443');
  return port !== '' || (scheme !== request.scheme && wasDefault) ? bare : request.authority;
}

/** The Location header, as Envoy builds it. `requestPort` is the port the request came in on. */
export function redirectLocation(
  redirect: CompiledRedirect,
  match: CompiledMatch | undefined,
  request: RequestView,
  requestPort: number,
): string {
  const scheme = redirect.scheme ?? request.scheme;
  const number = redirect.port ?? (redirect.derivePort === 'FROM_REQUEST_PORT' ? requestPort : undefined);
  const isDefault = (scheme === 'http' && number === 80) || (scheme === 'https' && number === 443);
  const port = number === undefined || isDefault ? '' : `:${number}`;
  let path = request.path + request.query;
  if (redirect.uri !== undefined) {
    path = splitPath(redirect.uri).query === '' ? redirect.uri + request.query : redirect.uri;
  } else if (redirect.prefixRewrite !== undefined) {
    const matched = match?.uri && match.uri.type !== 'present' ? match.uri.value.length : 1;
    path = redirect.prefixRewrite + request.path.slice(matched) + request.query;
  }
  return `${scheme}://${redirectAuthority(redirect, request, scheme, port)}${port}${path}`;
}

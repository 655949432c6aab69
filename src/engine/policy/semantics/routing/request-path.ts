/**
 * What Envoy does to a path before it matches (`normalize_path`, on in Istio): dot segments are resolved per RFC 3986 5.2.4,
 * `%2e` counts as a dot, a backslash as a slash. `//` is merged only where the mesh asks for it.
 */
export type PathNormalization = 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES';

export interface SplitPath {
  /** Without query. */
  readonly path: string;
  /** With its question mark; empty where there is none. */
  readonly query: string;
}

export function splitPath(target: string): SplitPath {
  const question = target.indexOf('?');
  return question < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, question), query: target.slice(question) };
}

// Most paths need nothing: one scan decides without allocating.
const suspicious = /\\|%2e|%2f|%5c|\/\.|\/\//i;

function resolveDotSegments(path: string): string {
  const output: string[] = [];
  const segments = path.split('/');
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === '.') {
      if (last) output.push('');
    } else if (segment === '..') {
      // The first element is what stands before the leading slash: it is never popped.
      if (output.length > 1) output.pop();
      if (last) output.push('');
    } else {
      output.push(segment);
    }
  });
  return output.join('/');
}

/** Normalises a path without query. Anything that does not start with a slash (`*`, an authority) is left alone. */
export function normalizePath(path: string, normalization: PathNormalization = 'BASE'): string {
  if (normalization === 'NONE' || !path.startsWith('/') || !suspicious.test(path)) return path;
  let result = path;
  // Envoy unescapes slashes first, so that `/a%2f..%2fb` cannot hide a dot segment.
  if (normalization === 'DECODE_AND_MERGE_SLASHES') result = result.replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
  result = resolveDotSegments(result.replaceAll('\\', '/').replace(/%2e/gi, '.'));
  if (normalization !== 'BASE') result = result.replace(/\/{2,}/g, '/');
  return result;
}

/** First value of a query parameter, raw: Envoy looks at the first of repeated keys only and decodes nothing. */
export function firstQueryValue(query: string, name: string): string | undefined {
  let start = 1;
  while (start <= query.length) {
    let end = query.indexOf('&', start);
    if (end < 0) end = query.length;
    const equals = query.indexOf('=', start);
    const keyEnd = equals < 0 || equals > end ? end : equals;
    if (keyEnd - start === name.length && query.startsWith(name, start)) {
      return keyEnd < end ? query.slice(keyEnd + 1, end) : '';
    }
    start = end + 1;
  }
  return undefined;
}

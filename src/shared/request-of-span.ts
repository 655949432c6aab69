import type { Span } from './traces.ts';

/** `GET /productpage`: what people look for in a list. Old and new names of the attributes; without host and query. */
export function requestOfSpan(span: Pick<Span, 'attributes'>): string | undefined {
  const method = span.attributes['http.method'] ?? span.attributes['http.request.method'];
  const target = span.attributes['http.url'] ?? span.attributes['http.target'] ?? span.attributes['url.path'];
  if (typeof method !== 'string' || typeof target !== 'string') return undefined;
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return `${method} ${path === '' ? '/' : path}`;
}

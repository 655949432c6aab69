import type { OutgoingHttpHeaders } from 'node:http';

/**
 * Each header once, by its name in lower case; what comes later counts. Names that differ in case alone are the same to
 * HTTP/1.1, but HTTP/2 sends both of them, or refuses the request.
 */
export function mergeHeaders(...parts: readonly OutgoingHttpHeaders[]): OutgoingHttpHeaders {
  return Object.fromEntries(
    parts.flatMap((part) => Object.entries(part).map(([name, value]) => [name.toLowerCase(), value])),
  );
}

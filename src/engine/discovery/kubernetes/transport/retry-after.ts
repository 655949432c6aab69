import type { IncomingHttpHeaders } from 'node:http';

const defaultMs = 1000;

/**
 * Milliseconds to wait before a request may be sent again, or undefined where the answer stands. Priority and fairness
 * answers 429 before it does anything, so that every method may be repeated; 503 only where asking twice is harmless.
 */
export function retryDelay(
  status: number,
  headers: IncomingHttpHeaders,
  method: string,
  now: number,
): number | undefined {
  const header = headers['retry-after'];
  if (status === 429) return delayOf(header, now) ?? defaultMs;
  if (status === 503 && method === 'GET') return delayOf(header, now);
  return undefined;
}

/** Seconds, or a date (RFC 9110 §10.2.3). */
function delayOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

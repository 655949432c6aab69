import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { ExchangeRequest } from './exchange-request.ts';

/** Whatever might end the line early, or be read as another request. */
const isNoTarget = /[^\u0021-\u007e]/;

/** The head of a request of HTTP/1.1 without a body. Throws where it holds what HTTP does not allow. */
export function requestHead({
  method,
  target,
  headers,
}: Pick<ExchangeRequest, 'method' | 'target' | 'headers'>): string {
  if (isNoTarget.test(target)) throw Object.assign(new TypeError('target'), { code: 'ERR_UNESCAPED_CHARACTERS' });
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (const [name, value = ''] of Object.entries(headers)) {
    validateHeaderName(name);
    for (const one of Array.isArray(value) ? value : [String(value)]) {
      validateHeaderValue(name, one);
      head += `${name}: ${one}\r\n`;
    }
  }
  return `${head}\r\n`;
}

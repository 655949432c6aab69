import type { TestRequest } from '../../../shared/engine-protocol.ts';

/** Headers whose values are credentials: never written to the editor's storage. */
const credentials = /^(authorization|proxy-authorization|cookie|x-api-key|.*(token|secret|password).*)$/i;

/** The request as it may be remembered beyond this session. */
export function withoutCredentials(request: TestRequest): TestRequest {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !credentials.test(name)));
  return { ...request, headers };
}

/** A complete request, from the editor's storage or from a link; undefined where anything needed is missing. */
export function parseTestRequest(value: unknown): TestRequest | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { from, host, port, method, path, headers, body } = value as Record<string, unknown>;
  if (typeof host !== 'string' || typeof method !== 'string' || typeof path !== 'string') return undefined;
  if (host === '' || !/^[A-Z]{1,20}$/.test(method) || !path.startsWith('/')) return undefined;
  return {
    host,
    method,
    path,
    headers: stringsOf(headers),
    ...(typeof from === 'string' ? { from } : {}),
    ...(typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? { port } : {}),
    ...(typeof body === 'string' ? { body } : {}),
  };
}

function stringsOf(value: unknown): Readonly<Record<string, string>> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

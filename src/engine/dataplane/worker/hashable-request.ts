import type { HashableRequest } from '../balance/hash-request.ts';
import type { HeaderList } from '../http/header-list.ts';
import { firstQueryValue, splitPath } from '../../policy/semantics/routing/request-path.ts';

/** What consistent hashing looks at. */
export function hashableRequest(headers: HeaderList, path: string, remoteAddress: string): HashableRequest {
  return {
    header: (name) => headers.get(name),
    cookie: (name) => cookieOf(headers, name),
    queryParameter: (name) => firstQueryValue(splitPath(path).query, name),
    sourceIp: remoteAddress.slice(0, remoteAddress.lastIndexOf(':')),
  };
}

function cookieOf(headers: HeaderList, name: string): string | undefined {
  for (let i = 0; i < headers.length; i++) {
    if (headers.names[i] !== 'cookie') continue;
    for (const pair of (headers.values[i] ?? '').split(';')) {
      const equals = pair.indexOf('=');
      if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
      const value = pair.slice(equals + 1).trim();
      return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    }
  }
  return undefined;
}

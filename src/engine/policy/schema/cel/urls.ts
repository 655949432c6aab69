/**
 * URLs as Go's `net/url` reads them, which is what the API server goes by. Only plain ones are taken apart; whether a text
 * with rarer parts is a URL is left undecided.
 */
import type { CelInput } from '@bufbuild/cel';

interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, CelInput>;
}

const pathCharacters = "(?:[-A-Za-z0-9._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})";
const plain = new RegExp(
  `^(?:([A-Za-z][-+.A-Za-z0-9]*):)?(?://(?:[-A-Za-z0-9._~!$&'()*+,;=:]*@)?((?:[-A-Za-z0-9._~]*|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]*)?)(?=[/?]|$)|(?!//))((?:/${pathCharacters}*)?)(?:\\?((?:[-A-Za-z0-9._~&=+,:/@]|%[0-9A-Fa-f]{2})*))?(?:#${pathCharacters}*)?$`,
);

/** Undefined for a text that is no URL. Throws where that is not known. */
export function parseUrl(text: string): UrlParts | undefined {
  const match = plain.exec(text);
  const [, scheme, authority, path = '', query = ''] = match ?? [];
  if (!match || (scheme === undefined && !text.startsWith('/'))) {
    if (isNoUrl(text)) return undefined;
    throw new Error('it reads a URL with rare parts');
  }
  // Without a scheme, a text with two slashes is a path to one reader and has a host for the other.
  if (scheme === undefined && authority !== undefined) throw new Error('it reads a URL with rare parts');
  const host = authority ?? '';
  const [, name = '', port = ''] = /^(\[.*\]|[^:]*)(?::([0-9]*))?$/.exec(host) ?? [];
  return {
    scheme: scheme?.toLowerCase() ?? '',
    host,
    hostname: name.replaceAll(/^\[|\]$/g, ''),
    port,
    path,
    query: queryOf(query),
  };
}

export function isUrl(text: string): boolean {
  return parseUrl(text) !== undefined;
}

/** What no URL is, whatever else is in it. */
function isNoUrl(text: string): boolean {
  if (
    text === '' ||
    text.startsWith(':') ||
    Array.from(text).some((character) => character < ' ' || character === '\u007f')
  ) {
    return true;
  }
  const isAbsolute = text.startsWith('/') || text === '*' || /^[A-Za-z][-+.A-Za-z0-9]*:/.test(text);
  const [, host = ''] = /^[A-Za-z][-+.A-Za-z0-9]*:\/\/([^/?]*)/.exec(text) ?? [];
  const isHostWrong = /[ ^|\\{}]/.test(host) || /^[^[\]@]*:[^@]*[^0-9@][^@]*$/.test(host);
  const [beforeQuery = ''] = text.split('?');
  const isEscapeWrong = text.startsWith('/') && /%(?![0-9A-Fa-f]{2})/.test(beforeQuery);
  return !isAbsolute || isHostWrong || isEscapeWrong;
}

function queryOf(text: string): ReadonlyMap<string, CelInput> {
  const query = new Map<string, CelInput[]>();
  for (const [key, value] of new URLSearchParams(text)) {
    const values = query.get(key);
    if (values) values.push(value);
    else query.set(key, [value]);
  }
  return query;
}

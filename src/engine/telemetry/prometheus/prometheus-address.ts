/** Where a Prometheus is asked, taken apart so that the credentials never stand beside what is shown. */
export interface PrometheusAddress {
  /** Without credentials, ends with a slash: paths of the API are resolved against it. */
  readonly url: URL;
  /** What people read: host, port and path without credentials. */
  readonly shown: string;
  /** Value of the `Authorization` header. Secret. */
  readonly authorization?: string;
}

export type ParsedAddress =
  | { readonly address: PrometheusAddress; readonly problem?: undefined }
  | { readonly address?: undefined; readonly problem: string };

const advice = 'Write it as "http://host:9090" in the setting meshlens.cluster.prometheus, or leave that empty.';

/**
 * Reads the address a person wrote. `host:9090` means HTTP; credentials before an `@` become basic authentication. Paths
 * are kept, as Prometheus is often served below one; what people copy from the browser (`/graph`, `/query`) is cut off.
 */
export function parsePrometheusAddress(text: string): ParsedAddress {
  const trimmed = text.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  // A broken address may hold a password, so it is never repeated.
  if (!URL.canParse(withScheme)) return { problem: `The address of Prometheus cannot be read. ${advice}` };
  const url = new URL(withScheme);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { problem: `Prometheus is asked over http or https, not ${url.protocol.replace(/:$/, '')}. ${advice}` };
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  url.pathname = `${url.pathname.replace(/\/(graph|query|classic\/graph|api\/v1(\/query)?)?\/?$/, '')}/`;
  const path = url.pathname === '/' ? '' : url.pathname.replace(/\/$/, '');
  const shown = `${url.host}${path}`;
  if (username === '' && password === '') return { address: { url, shown } };
  const credentials = Buffer.from(`${decode(username)}:${decode(password)}`, 'utf8').toString('base64');
  return { address: { url, shown, authorization: `Basic ${credentials}` } };
}

/** A stray per cent sign in a password is itself. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

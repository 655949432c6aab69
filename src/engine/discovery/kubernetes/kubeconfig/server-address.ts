/** Where an API server is. */
export interface ServerAddress {
  readonly secure: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path before every path of the API, without a slash at its end: `/k8s/clusters/c-1` of Rancher. */
  readonly basePath: string;
  /** User and password of the URL, decoded. */
  readonly userinfo?: { readonly username: string; readonly password: string };
  /** For people: scheme, host, port and path, nothing else. */
  readonly shown: string;
}

/** Reads the `server` of a cluster as client-go does: without a scheme it is HTTPS only where TLS is spoken of. */
export function parseServerAddress(server: string, mentionsTls: boolean): ServerAddress | undefined {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `${mentionsTls ? 'https' : 'http'}://${server}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') return undefined;
  const secure = url.protocol === 'https:';
  const basePath = url.pathname.replace(/\/+$/, '');
  return {
    secure,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    basePath,
    ...(url.username !== '' && {
      userinfo: { username: decoded(url.username), password: decoded(url.password) },
    }),
    shown: `${url.protocol}//${url.host}${basePath}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Address of a proxy that leads to an API server. */
export interface ProxyAddress {
  readonly kind: 'http' | 'https' | 'socks5';
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  /** As it was given, credentials included. */
  readonly url: string;
  /** For people: without credentials. */
  readonly shown: string;
}

const defaultPorts = { http: 80, https: 443, socks5: 1080 } as const;

/** Reads a `proxy-url` of a kubeconfig; undefined where it is none. */
export function parseProxyUrl(text: string): ProxyAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const scheme = url.protocol.slice(0, -1);
  const kind = scheme === 'socks5h' ? 'socks5' : scheme;
  if ((kind !== 'http' && kind !== 'https' && kind !== 'socks5') || url.hostname === '') return undefined;
  const port = url.port === '' ? defaultPorts[kind] : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    kind,
    host,
    port,
    ...(url.username !== '' && { username: decoded(url.username), password: decoded(url.password) }),
    url: text,
    shown: `${kind}://${url.hostname}:${port}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

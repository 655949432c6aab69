import type { ServerAddress } from '../kubeconfig/server-address.ts';
import type { KubeRequest } from './kube-transport.ts';

/** Path and query of a request as the server reads it, its base path included. */
export function requestTarget(server: ServerAddress, path: string, query: KubeRequest['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  const text = parameters.toString();
  return `${server.basePath}${path}${text === '' ? '' : `?${text}`}`;
}

/** Value of the Host header: the port only where it is not the scheme's own. */
export function hostHeader({ host, port, secure }: ServerAddress): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`;
}

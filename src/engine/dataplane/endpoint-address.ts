import type { UpstreamEndpoint } from '../policy/semantics/routing/compiled.ts';

type Addressed = Pick<UpstreamEndpoint, 'id' | 'address' | 'port'>;

/** The address is the path of a Unix socket or the name of a Windows pipe: a tunnel into a pod. Its port is not dialled. */
export function isSocketPath(address: string): boolean {
  return address.startsWith('/') || address.startsWith('\\\\.\\pipe\\');
}

/** For access logs: `host:port`; of a tunnel the endpoint's id, for its path says nothing to people. */
export function endpointName({ id, address, port }: Addressed): string {
  return isSocketPath(address) ? id : `${address}:${port}`;
}

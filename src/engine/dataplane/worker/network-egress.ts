/** Which addresses of the network a developer's proxy may forward to, and through which proxy of his own. */
import { lookup } from 'node:dns/promises';
import * as net from 'node:net';
import type { ForwardProxy, NetworkEgress } from '../data-plane.ts';

/** 127.0.0.0/8, ::1, and the former written as IPv6. */
export function isLoopback(address: string): boolean {
  const plain = unmapped(address);
  return net.isIPv4(plain) ? plain.startsWith('127.') : plain === '::1' || plain === '0:0:0:0:0:0:0:1';
}

/** The unspecified address, which is this machine to a connect, and link-local ones: metadata services of clouds among them. */
function isNeverForwarded(address: string): boolean {
  const plain = unmapped(address).toLowerCase();
  if (isLoopback(plain)) return true;
  if (net.isIPv4(plain)) return plain.startsWith('0.') || plain.startsWith('169.254.');
  return /^fe[89ab]/.test(plain) || /^[0:]+$/.test(plain) || plain === 'fd00:ec2::254';
}

function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** Addresses of a name, IPv4 first, as many machines have no route for IPv6; an address is its own. */
export type ResolveName = (host: string) => Promise<readonly string[]>;

const resolveName: ResolveName = async (host) => {
  const addresses = await lookup(host, { all: true, order: 'ipv4first' });
  return addresses.map(({ address }) => address);
};

export type EgressTarget =
  | { readonly kind: 'direct'; readonly address: string; readonly port: number }
  | { readonly kind: 'proxy'; readonly proxy: ForwardProxy }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unresolved' };

/**
 * Where a connection to a host goes. The address that was judged is the one that is connected to, so that a name cannot
 * point elsewhere a moment later. `use`: a tunnel, or a request in absolute form.
 */
export async function egressTarget(
  egress: NetworkEgress,
  host: string,
  port: number,
  use: 'tunnel' | 'request',
  resolve: ResolveName = resolveName,
): Promise<EgressTarget> {
  if (isRefusedName(host)) return { kind: 'refused' };
  const isRefused = await isRefusedHere(egress, host, port, resolve);
  if (isRefused) return { kind: 'refused' };
  const proxy = use === 'tunnel' ? egress.httpsProxy : egress.httpProxy;
  if (proxy && !bypassesProxy(egress.noProxy, host, port)) {
    // Behind a proxy of the person's own, names are that one's to resolve; addresses can be judged here.
    return net.isIP(host) > 0 && isNeverForwarded(host) ? { kind: 'refused' } : { kind: 'proxy', proxy };
  }
  const addresses = net.isIP(host) > 0 ? [host] : await resolve(host).catch(() => []);
  if (addresses.length === 0) return { kind: 'unresolved' };
  const address = addresses.find((candidate) => !isNeverForwarded(candidate));
  return address === undefined ? { kind: 'refused' } : { kind: 'direct', address, port };
}

/** RFC 6761: names of this machine, whatever a resolver says. */
function isRefusedName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost');
}

async function isRefusedHere(
  { refused }: NetworkEgress,
  host: string,
  port: number,
  resolve: ResolveName,
): Promise<boolean> {
  const suffix = `:${port}`;
  const names = refused.filter((entry) => entry.endsWith(suffix)).map((entry) => entry.slice(0, -suffix.length));
  if (names.length === 0) return false;
  if (names.includes(host.toLowerCase())) return true;
  const addressesOf = async (name: string): Promise<readonly string[]> =>
    net.isIP(name) > 0 ? [name] : resolve(name).catch(() => []);
  const own = new Set(await addressesOf(host));
  const others = await Promise.all(names.map(addressesOf));
  return others.flat().some((address) => own.has(address));
}

/** As curl reads NO_PROXY: `*`, a host and everything below it, with or without a leading dot, with or without a port. */
function bypassesProxy(entries: readonly string[], host: string, port: number): boolean {
  const name = host.toLowerCase();
  return entries.some((entry) => {
    if (entry === '*') return true;
    const match = /^\*?\.?([^:]+|\[[^\]]+\])(?::(\d{1,5}))?$/.exec(entry.toLowerCase());
    const wanted = match?.[1]?.replace(/^\[|\]$/g, '');
    if (wanted === undefined || (match?.[2] !== undefined && Number(match[2]) !== port)) return false;
    return name === wanted || name.endsWith(`.${wanted}`);
  });
}

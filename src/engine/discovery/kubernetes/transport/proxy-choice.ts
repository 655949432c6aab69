import { BlockList, isIP } from 'node:net';
import type { ServerAddress } from '../kubeconfig/server-address.ts';
import { parseProxyUrl, type ProxyAddress } from '../kubeconfig/proxy-url.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy on the way to a server: that of the kubeconfig, else that of the environment as Go reads it
 * (golang.org/x/net/http/httpproxy): loopback is never proxied, names in capitals come first.
 */
export function chooseProxy(server: ServerAddress, proxyUrl: string, env: Environment): ProxyAddress | undefined {
  if (proxyUrl !== '') return parseProxyUrl(proxyUrl);
  const text = server.secure
    ? env['HTTPS_PROXY'] || env['https_proxy'] || ''
    : env['HTTP_PROXY'] || env['http_proxy'] || '';
  if (text === '' || !isProxied(server, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined;
  // `proxy:3128` is an HTTP proxy without its scheme.
  return parseProxyUrl(text) ?? parseProxyUrl(`http://${text}`);
}

function isProxied({ host, port }: ServerAddress, exceptions: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isLoopback(name)) return false;
  return !exceptions
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')
    .some((part) => part === '*' || covers(part, name, port));
}

/** Whether the server is this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host) || host === '::1' || /^::ffff:127\./.test(host);
}

function covers(exception: string, name: string, port: number): boolean {
  if (exception.includes('/')) return isIP(name) !== 0 && isInNetwork(exception, name);
  const [host, onlyPort] = splitPort(exception);
  if (onlyPort !== undefined && onlyPort !== port) return false;
  if (isIP(host) !== 0) return sameAddress(host, name);
  const domain = host.replace(/^\*\./, '.');
  if (domain === '') return false;
  // A domain without a dot before it covers itself, too.
  return domain.startsWith('.') ? name.endsWith(domain) : name === domain || name.endsWith(`.${domain}`);
}

function splitPort(exception: string): readonly [string, number | undefined] {
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(exception);
  if (bracketed) return [bracketed[1] ?? '', bracketed[2] === undefined ? undefined : Number(bracketed[2])];
  if (isIP(exception) !== 0) return [exception, undefined];
  const plain = /^([^:]*):(\d{1,5})$/.exec(exception);
  return plain ? [plain[1] ?? '', Number(plain[2])] : [exception, undefined];
}

function isInNetwork(network: string, address: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const family = isIP(base);
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function sameAddress(a: string, b: string): boolean {
  if (isIP(a) === 0 || isIP(a) !== isIP(b)) return false;
  const list = new BlockList();
  const family = isIP(a) === 4 ? 'ipv4' : 'ipv6';
  list.addAddress(a, family);
  return list.check(b, family);
}

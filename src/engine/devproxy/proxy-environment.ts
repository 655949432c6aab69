import { serviceVariables } from '../../shared/service-variables.ts';
import type { ForwardProxy, NetworkEgress } from '../dataplane/data-plane.ts';
import type { ServiceAddress } from './service-names.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Hosts a program must reach directly even when it has a proxy: itself and its debugger. */
const direct = ['localhost', '127.0.0.1', '::1'];

/** Lower case counts first, as with curl. */
function variable(environment: Environment, name: string): string | undefined {
  return environment[name.toLowerCase()] || environment[name] || undefined;
}

const entriesOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(/[\s,]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** An entry that would have programs go past the dev proxy for services of the cluster: `*`, `.svc`, `.cluster.local`. */
function coversServices(entry: string, clusterDomain: string): boolean {
  if (entry === '*') return true;
  const suffix = entry.toLowerCase().replace(/^\*?\.?/, '');
  return suffix !== '' && ['svc', `svc.${clusterDomain}`].some((one) => one === suffix || one.endsWith(`.${suffix}`));
}

/** The host of a URL; an IPv6 address without brackets. */
function hostOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
}

/** Environment for programs that shall call the cluster through the dev proxy; what a person has set already stays true. */
export function devProxyEnvironment(input: {
  /** `http://127.0.0.1:port`. */
  readonly address: string;
  readonly apiServer: string;
  readonly clusterDomain: string;
  /** Services with a loopback port of their own. */
  readonly listeners: readonly { readonly address: ServiceAddress; readonly port: number }[];
  /** Some service is called in TLS or gRPC, for which clients ask HTTPS_PROXY. */
  readonly tunnelled: boolean;
  readonly present: Environment;
}): Readonly<Record<string, string>> {
  const { address, present } = input;
  const kept = entriesOf(variable(present, 'NO_PROXY')).filter((entry) => !coversServices(entry, input.clusterDomain));
  const apiServer = hostOfUrl(input.apiServer);
  const noProxy = [...new Set([...kept, ...direct, ...(apiServer === '' ? [] : [apiServer])])].join(',');
  const variables: Record<string, string> = {};
  for (const one of input.listeners)
    Object.assign(variables, serviceVariables(one.address.service, one.address.port, one.port));
  return {
    // Lower and upper case: programs disagree which one counts. Node reads them only when told to.
    HTTP_PROXY: address,
    http_proxy: address,
    ...(input.tunnelled ? { HTTPS_PROXY: address, https_proxy: address } : {}),
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    NODE_USE_ENV_PROXY: '1',
    ...variables,
  };
}

function forwardProxy(text: string | undefined, ownAddress: string): ForwardProxy | 'unusable' | undefined {
  if (text === undefined) return undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) return 'unusable';
  const { protocol, hostname, port, username, password, host } = new URL(url);
  // A terminal of ours, from which another dev proxy is started on the same port.
  if (`http://${host}` === ownAddress) return undefined;
  if (protocol !== 'http:' || hostname === '') return 'unusable';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || 80,
    ...(username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

/**
 * How hosts that are not of the mesh are reached: directly, or through the proxies that the engine's own environment names.
 * A proxy of another kind than HTTP is left out, and told.
 */
export function networkEgress(
  present: Environment,
  apiServer: string,
  ownAddress: string,
): { readonly egress: NetworkEgress; readonly problem?: string } {
  const httpProxy = forwardProxy(variable(present, 'HTTP_PROXY'), ownAddress);
  const httpsProxy = forwardProxy(variable(present, 'HTTPS_PROXY'), ownAddress);
  const url = URL.canParse(apiServer) ? new URL(apiServer) : undefined;
  const host = hostOfUrl(apiServer).toLowerCase();
  const port = url === undefined ? '' : url.port || (url.protocol === 'http:' ? '80' : '443');
  const unusable = httpProxy === 'unusable' ? 'HTTP_PROXY' : httpsProxy === 'unusable' ? 'HTTPS_PROXY' : undefined;
  return {
    egress: {
      refused: url === undefined ? [] : [`${host}:${port}`],
      noProxy: entriesOf(variable(present, 'NO_PROXY')),
      ...(httpProxy === undefined || httpProxy === 'unusable' ? {} : { httpProxy }),
      ...(httpsProxy === undefined || httpsProxy === 'unusable' ? {} : { httpsProxy }),
    },
    ...(unusable === undefined
      ? {}
      : {
          problem: `The proxy in ${unusable} is not used for hosts outside the cluster: only proxies with an http:// address can be.`,
        }),
  };
}

import type { ProxyStatus, SyncState } from '../../../../shared/cluster.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';

/** What one istiod says of one proxy that is connected to it. */
export type ConnectedProxy = Omit<ProxyStatus, 'workload'>;

/** The types `istioctl proxy-status` names, by their names in the API. Others keep the last part of theirs. */
const shortNames: Readonly<Record<string, string>> = {
  'envoy.config.cluster.v3.Cluster': 'CDS',
  'envoy.config.listener.v3.Listener': 'LDS',
  'envoy.config.endpoint.v3.ClusterLoadAssignment': 'EDS',
  'envoy.config.route.v3.RouteConfiguration': 'RDS',
  'envoy.config.core.v3.TypedExtensionConfig': 'ECDS',
  'envoy.extensions.transport_sockets.tls.v3.Secret': 'SDS',
  'istio.workload.Address': 'WDS',
  'istio.workload.Workload': 'WDS',
  'istio.security.Authorization': 'WADS',
};
const usual = ['CDS', 'LDS', 'EDS', 'RDS', 'ECDS'] as const;
/** Fields of istiod before it listed `resources`. */
const oldFields: Readonly<Record<(typeof usual)[number], string>> = {
  CDS: 'cluster',
  LDS: 'listener',
  EDS: 'endpoint',
  RDS: 'route',
  ECDS: 'extensionconfig',
};

/**
 * Reads an answer of istiod's `/debug/syncz`: a list of proxies with, by type, the nonce that was sent last and the one that
 * was acknowledged last. Up to Istio 1.24 they are fields (`cluster_sent`, `cluster_acked` …), since then also entries of
 * `resources`. What is no such list reads as an empty one.
 */
export function connectedProxies(answer: unknown, istiod: string): readonly ConnectedProxy[] {
  return listOf(answer).flatMap((entry): readonly ConnectedProxy[] => {
    const proxy = stringOf(fieldOf(entry, 'proxy'));
    // Pods may have dots in their names, namespaces may not.
    const dot = proxy?.lastIndexOf('.') ?? -1;
    if (proxy === undefined || dot < 1) return [];
    const types = typesOf(entry);
    const version = stringOf(fieldOf(entry, 'istio_version')) ?? stringOf(fieldOf(entry, 'proxy_version'));
    return [
      {
        proxy,
        pod: proxy.slice(0, dot),
        namespace: proxy.slice(dot + 1),
        ...(version === undefined ? {} : { version }),
        istiod,
        types,
        state: overall(Object.values(types)),
      },
    ];
  });
}

function typesOf(entry: unknown): Readonly<Record<string, SyncState>> {
  const resources = fieldOf(entry, 'resources');
  const types = new Map<string, SyncState>(usual.map((type) => [type, 'ignored']));
  if (isRecord(resources))
    for (const [url, status] of Object.entries(resources)) {
      const name = url.replace(/^type\.googleapis\.com\//, '');
      const short = Object.hasOwn(shortNames, name) ? shortNames[name] : undefined;
      types.set(short ?? name.split('.').at(-1) ?? name, resourceState(status));
    }
  else
    for (const type of usual) {
      const field = oldFields[type];
      const sent = stringOf(fieldOf(entry, `${field}_sent`)) ?? '';
      const state = nonceState(sent, stringOf(fieldOf(entry, `${field}_acked`)) ?? '');
      // Old istiods leave empty fields away; extensions are asked for by hardly any proxy.
      types.set(type, type === 'ECDS' && sent === '' ? 'ignored' : state);
    }
  return Object.fromEntries(types);
}

function resourceState(status: unknown): SyncState {
  // A proxy that refuses what it was sent runs what it had before.
  if (stringOf(fieldOf(status, 'lastError'))) return 'stale';
  return nonceState(stringOf(fieldOf(status, 'sent')) ?? '', stringOf(fieldOf(status, 'acked')) ?? '');
}

function nonceState(sent: string, acked: string): SyncState {
  if (sent === '') return 'not-sent';
  return sent === acked ? 'synced' : 'stale';
}

/** One proxy is behind as soon as one type is; types it was never sent (routes of an idle gateway) say nothing. */
function overall(states: readonly SyncState[]): SyncState {
  if (states.includes('stale')) return 'stale';
  if (states.includes('synced')) return 'synced';
  return states.includes('not-sent') ? 'not-sent' : 'unknown';
}

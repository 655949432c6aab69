/** `trafficPolicy` of a DestinationRule: read once, merged per port and subset. Defaults are Istio's, not Envoy's. */
import { parseGoDuration } from '../../../../shared/go-duration.ts';
import type { SpecNode } from '../spec-node.ts';
import type { ConnectionPool, HashPolicy, LoadBalancerPolicy, OutlierDetection } from './compiled.ts';
import { readDuration } from './route-settings.ts';

/** What a client does about TLS, as written. */
export interface ClientTls {
  readonly mode: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';
  readonly sni?: string;
  readonly subjectAltNames: readonly string[];
  readonly insecureSkipVerify: boolean;
  readonly clientCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly credentialName?: string;
}

/** Absent fields are inherited or get Istio's defaults. */
export interface TrafficPolicy {
  readonly loadBalancer?: LoadBalancerPolicy;
  readonly connectionPool?: ConnectionPool;
  readonly outlier?: OutlierDetection;
  readonly tls?: ClientTls;
  readonly ports: ReadonlyMap<number, TrafficPolicy>;
}

const unlimited = 2 ** 32 - 1;

export const defaultConnectionPool: ConnectionPool = {
  maxConnections: unlimited,
  connectTimeoutMs: 10_000,
  maxPendingRequests: unlimited,
  maxRequests: unlimited,
  maxRequestsPerConnection: 0,
  maxRetries: unlimited,
  idleTimeoutMs: 3_600_000,
};

const defaultOutlier: OutlierDetection = {
  consecutive5xx: 5,
  // Envoy counts them, but enforces nothing until Istio is told to.
  consecutiveGatewayErrors: 0,
  splitExternalLocalOriginErrors: false,
  consecutiveLocalOriginFailures: 5,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 300_000,
  maxEjectionPercent: 10,
  minHealthPercent: 0,
};

function readLimit(node: SpecNode): number | undefined {
  const value = node.integer();
  if (value !== undefined && value < 0) node.error(`A limit must not be negative: ${value}.`);
  // Istio cannot tell zero from unset.
  return value !== undefined && value > 0 ? value : undefined;
}

export function readConnectionPool(node: SpecNode, base = defaultConnectionPool): ConnectionPool | undefined {
  if (!node.present) return undefined;
  const tcp = node.child('tcp');
  const http = node.child('http');
  if (!tcp.present && !http.present) node.error('A connection pool needs tcp or http settings.');
  return {
    maxConnections: readLimit(tcp.child('maxConnections')) ?? base.maxConnections,
    connectTimeoutMs: readDuration(tcp.child('connectTimeout')) ?? base.connectTimeoutMs,
    maxPendingRequests: readLimit(http.child('http1MaxPendingRequests')) ?? base.maxPendingRequests,
    maxRequests: readLimit(http.child('http2MaxRequests')) ?? base.maxRequests,
    maxRequestsPerConnection: readLimit(http.child('maxRequestsPerConnection')) ?? base.maxRequestsPerConnection,
    maxRetries: readLimit(http.child('maxRetries')) ?? base.maxRetries,
    idleTimeoutMs:
      readDuration(http.child('idleTimeout')) ?? readDuration(tcp.child('idleTimeout')) ?? base.idleTimeoutMs,
  };
}

function readPercent(node: SpecNode): number | undefined {
  const value = node.integer();
  if (value === undefined || (value >= 0 && value <= 100)) return value;
  node.error(`A percentage is between 0 and 100, not ${value}.`);
  return undefined;
}

export function readOutlierDetection(node: SpecNode): OutlierDetection | undefined {
  if (!node.present) return undefined;
  const split = node.child('splitExternalLocalOriginErrors').boolean() ?? false;
  const local = readLimit(node.child('consecutiveLocalOriginFailures'));
  if (local !== undefined && !split) {
    node
      .child('consecutiveLocalOriginFailures')
      .error('consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true.');
  }
  if (node.child('consecutiveErrors').present) {
    node.child('consecutiveErrors').warning('consecutiveErrors does nothing: use consecutive5xxErrors.');
  }
  const baseEjectionMs = readDuration(node.child('baseEjectionTime')) ?? defaultOutlier.baseEjectionMs;
  const consecutive = (key: string): number | undefined => {
    const value = node.child(key).integer();
    if (value !== undefined && value < 0) node.child(key).error(`A count must not be negative: ${value}.`);
    return value === undefined ? undefined : Math.max(0, value);
  };
  return {
    ...defaultOutlier,
    consecutive5xx: consecutive('consecutive5xxErrors') ?? defaultOutlier.consecutive5xx,
    consecutiveGatewayErrors: consecutive('consecutiveGatewayErrors') ?? defaultOutlier.consecutiveGatewayErrors,
    splitExternalLocalOriginErrors: split,
    consecutiveLocalOriginFailures: local ?? defaultOutlier.consecutiveLocalOriginFailures,
    intervalMs: readDuration(node.child('interval')) ?? defaultOutlier.intervalMs,
    baseEjectionMs,
    maxEjectionMs: Math.max(defaultOutlier.maxEjectionMs, baseEjectionMs),
    // Istio cannot tell zero from unset.
    maxEjectionPercent: readPercent(node.child('maxEjectionPercent')) || defaultOutlier.maxEjectionPercent,
    minHealthPercent: readPercent(node.child('minHealthPercent')) ?? defaultOutlier.minHealthPercent,
  };
}

function readHash(node: SpecNode): HashPolicy {
  const header = node.child('httpHeaderName').string();
  if (header) return { header: header.toLowerCase() };
  const cookie = node.child('httpCookie');
  if (cookie.present) {
    const name = cookie.child('name').string();
    if (!name) cookie.error('A cookie to hash by needs a name.');
    const path = cookie.child('path').string();
    const ttl = cookie.child('ttl').string();
    const ttlMs = ttl === undefined ? 0 : parseGoDuration(ttl);
    if (ttlMs === undefined) cookie.child('ttl').error(`"${ttl ?? ''}" is not a duration such as 1h or 0s.`);
    return { cookie: { name: name ?? '', ...(path !== undefined && { path }), ttlMs: ttlMs ?? 0 } };
  }
  const query = node.child('httpQueryParameterName').string();
  if (query) return { queryParameter: query };
  return node.child('useSourceIp').boolean() ? { sourceIp: true } : {};
}

function isPrime(value: number): boolean {
  if (value < 2 || (value > 2 && value % 2 === 0)) return false;
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false;
  return true;
}

const maxMaglevTable = 5_000_011;

function readConsistentHash(node: SpecNode): LoadBalancerPolicy {
  const hash = readHash(node);
  const maglev = node.child('maglev');
  if (maglev.present) {
    const tableSize = maglev.child('tableSize').integer() ?? 65_537;
    const isSound = tableSize > 0 && tableSize < maxMaglevTable && isPrime(tableSize);
    if (!isSound) maglev.child('tableSize').error(`The table size must be a prime below ${maxMaglevTable}.`);
    return { type: 'maglev', tableSize: isSound ? tableSize : 65_537, hash };
  }
  const size = readLimit(node.child('ringHash').child('minimumRingSize')) ?? readLimit(node.child('minimumRingSize'));
  // Envoy holds rings of at most 8 Mi entries.
  return { type: 'ring-hash', minimumRingSize: Math.min(size ?? 1024, 8_388_608), hash };
}

const simpleBalancers: Readonly<Record<string, 'round-robin' | 'random' | 'least-request' | 'passthrough'>> = {
  UNSPECIFIED: 'least-request',
  LEAST_CONN: 'least-request',
  LEAST_REQUEST: 'least-request',
  RANDOM: 'random',
  ROUND_ROBIN: 'round-robin',
  PASSTHROUGH: 'passthrough',
};

function readLoadBalancer(node: SpecNode): LoadBalancerPolicy | undefined {
  if (!node.present) return undefined;
  const consistent = node.child('consistentHash');
  if (consistent.present) {
    if (node.child('simple').present) node.error('Give only one of simple and consistentHash.');
    return readConsistentHash(consistent);
  }
  const simple = node.child('simple').string() ?? 'UNSPECIFIED';
  const type = Object.hasOwn(simpleBalancers, simple) ? simpleBalancers[simple] : undefined;
  if (!type) node.child('simple').error(`"${simple}" is not one of ${Object.keys(simpleBalancers).join(', ')}.`);
  return { type: type ?? 'least-request' };
}

function readTls(node: SpecNode): ClientTls | undefined {
  if (!node.present) return undefined;
  const mode = node.child('mode').string() ?? 'DISABLE';
  if (mode !== 'DISABLE' && mode !== 'SIMPLE' && mode !== 'MUTUAL' && mode !== 'ISTIO_MUTUAL') {
    node.child('mode').error(`"${mode}" is not one of DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL.`);
    return undefined;
  }
  const text = (key: 'sni' | 'clientCertificate' | 'privateKey' | 'caCertificates' | 'credentialName') => {
    const value = node.child(key).string();
    return value ? { [key]: value } : {};
  };
  return {
    mode,
    subjectAltNames: node.child('subjectAltNames').strings(),
    insecureSkipVerify: node.child('insecureSkipVerify').boolean() ?? false,
    ...text('sni'),
    ...text('clientCertificate'),
    ...text('privateKey'),
    ...text('caCertificates'),
    ...text('credentialName'),
  };
}

/** Reads a traffic policy; undefined where there is none. */
export function readTrafficPolicy(node: SpecNode): TrafficPolicy | undefined {
  if (!node.present) return undefined;
  const ports = new Map<number, TrafficPolicy>();
  for (const item of node.child('portLevelSettings').items()) {
    const port = item.child('port').child('number').integer();
    const policy = readTrafficPolicy(item);
    if (port === undefined) item.error('Settings of a port need port.number.');
    else if (policy && !ports.has(port)) ports.set(port, policy);
  }
  const parts = {
    loadBalancer: readLoadBalancer(node.child('loadBalancer')),
    connectionPool: readConnectionPool(node.child('connectionPool')),
    outlier: readOutlierDetection(node.child('outlierDetection')),
    tls: readTls(node.child('tls')),
  };
  return {
    ports,
    ...(parts.loadBalancer && { loadBalancer: parts.loadBalancer }),
    ...(parts.connectionPool && { connectionPool: parts.connectionPool }),
    ...(parts.outlier && { outlier: parts.outlier }),
    ...(parts.tls && { tls: parts.tls }),
  };
}

const nothing: TrafficPolicy = { ports: new Map() };

/**
 * The policy for one port of a host, or of one of its subsets. Settings of a port replace the whole policy, also where they
 * leave a field out; a subset overrides its host field by field.
 */
export function effectivePolicy(
  host: TrafficPolicy | undefined,
  subset: TrafficPolicy | undefined,
  port: number,
): TrafficPolicy {
  const base = host?.ports.get(port) ?? host ?? nothing;
  if (!subset) return base;
  const ofPort = subset.ports.get(port);
  if (ofPort) return ofPort;
  return {
    ports: nothing.ports,
    ...pick(base),
    ...pick(subset),
  };
}

function pick(policy: TrafficPolicy): Omit<TrafficPolicy, 'ports'> {
  const { loadBalancer, connectionPool, outlier, tls } = policy;
  return {
    ...(loadBalancer && { loadBalancer }),
    ...(connectionPool && { connectionPool }),
    ...(outlier && { outlier }),
    ...(tls && { tls }),
  };
}

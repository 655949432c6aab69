/** Upstreams of a proxy: Envoy's clusters, one for each service port and each subset of it. */
import { isIP } from 'node:net';
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { EndpointDirectory, ModelEndpoint } from '../../../model/endpoints.ts';
import { Kinds } from '../../../model/kinds.ts';
import { principalOf } from '../../../model/principal.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { selectorMatches } from '../hosts.ts';
import { serverMtlsOf, type PeerAuthenticationIndex } from '../mutual-tls.ts';
import type { ServiceModel, ServicePort } from '../services.ts';
import { SpecNode } from '../spec-node.ts';
import type { OutlierDetection, Upstream, UpstreamEndpoint, UpstreamTls, ConnectionPool } from './compiled.ts';
import type { ConsolidatedRule, SubsetModel } from './destination-rules.ts';
import { effectivePolicy, type ClientTls } from './traffic-policy.ts';

/** `outbound|9080|v1|reviews.bookinfo.svc.cluster.local`. */
export function upstreamId(host: string, port: number, subset = ''): string {
  return `outbound|${port}|${subset}|${host}`;
}

export interface UpstreamContext {
  readonly snapshot: Snapshot;
  readonly settings: ResolvedMeshSettings;
  readonly endpoints: EndpointDirectory;
  readonly peerAuthentications: PeerAuthenticationIndex;
  /** Pool and outlier detection where no DestinationRule says anything; the mesh's own defaults. */
  readonly defaultPool: ConnectionPool;
  readonly defaultOutlier?: OutlierDetection;
  readonly autoMtls: boolean;
}

function toUpstreamEndpoint(endpoint: ModelEndpoint, context: UpstreamContext): UpstreamEndpoint {
  const { settings } = context;
  const mode = serverMtlsOf(
    context.peerAuthentications,
    settings,
    endpoint.namespace,
    endpoint.labels,
    endpoint.workloadPort,
  ).mode;
  return {
    id: endpoint.id,
    address: endpoint.address,
    port: endpoint.port,
    weight: endpoint.weight,
    health: endpoint.health,
    workload: endpoint.workload,
    namespace: endpoint.namespace,
    app: endpoint.app,
    version: endpoint.version,
    labels: endpoint.labels,
    principal: endpoint.meshed ? principalOf(settings.trustDomain, endpoint) : '',
    inboundTls: endpoint.meshed ? (mode.toLowerCase() as Lowercase<typeof mode>) : 'none',
  };
}

function outside(
  service: ServiceModel,
  address: string,
  port: number,
  weight: number,
  labels: Readonly<Record<string, string>>,
): UpstreamEndpoint {
  return {
    id: `${service.namespace}/${service.host}/${address}:${port}`,
    address,
    port,
    weight,
    health: 'healthy',
    workload: labels['app'] ?? service.host,
    namespace: service.namespace,
    app: labels['app'] ?? service.host,
    version: labels['version'] ?? '',
    labels,
    principal: '',
    inboundTls: 'none',
  };
}

/** Addresses that a ServiceEntry names itself: its endpoints, the WorkloadEntries it selects, or its host. */
function entryEndpoints(service: ServiceModel, port: ServicePort, snapshot: Snapshot): readonly UpstreamEndpoint[] {
  const read = (value: unknown): readonly UpstreamEndpoint[] => {
    const node = new SpecNode(value, [], () => undefined);
    const address = node.child('address').string();
    if (!address || address.startsWith('unix:')) return [];
    const ports = node.child('ports').child(port.name);
    const target = ports.integer() ?? port.targetPort ?? port.number;
    const weight = node.child('weight').integer() ?? 1;
    return [outside(service, address, target, Math.max(1, weight), node.child('labels').stringMap())];
  };
  const spec = new SpecNode(service.object.spec, ['spec'], () => undefined);
  const declared = spec
    .child('endpoints')
    .items()
    .flatMap((item) => read(item.value));
  if (declared.length > 0) return declared;
  if (spec.child('workloadSelector').present) {
    return snapshot.ofKind(Kinds.workloadEntry).flatMap((entry) => {
      const labels = new SpecNode(entry.spec, ['spec'], () => undefined).child('labels').stringMap();
      const isSelected = entry.namespace === service.namespace && selectorMatches(service.selector, labels);
      return isSelected ? read(entry.spec) : [];
    });
  }
  const isName = !service.host.startsWith('*') && isIP(service.host) === 0;
  if (service.resolution === 'DNS' && isName) {
    return [outside(service, service.host, port.targetPort ?? port.number, 1, {})];
  }
  return [];
}

/** Endpoints of a service port, whatever their subset. */
export function endpointsOf(
  service: ServiceModel,
  port: ServicePort,
  context: UpstreamContext,
): readonly UpstreamEndpoint[] {
  const known = context.endpoints
    .endpointsOf(service.namespace, service.name, port.number)
    .map((endpoint) => toUpstreamEndpoint(endpoint, context));
  if (known.length > 0 || service.resolution === 'CLUSTER') return known;
  return entryEndpoints(service, port, context.snapshot);
}

type ClientCertificate = NonNullable<Extract<UpstreamTls, { mode: 'simple' }>['clientCertificate']>;

function fileSettings(tls: ClientTls): { readonly clientCertificate?: ClientCertificate } {
  if (tls.mode !== 'MUTUAL') return {};
  const { clientCertificate, privateKey, caCertificates, credentialName } = tls;
  return {
    clientCertificate: {
      ...(clientCertificate !== undefined && { certificateFile: clientCertificate }),
      ...(privateKey !== undefined && { privateKeyFile: privateKey }),
      ...(caCertificates !== undefined && { caFile: caCertificates }),
      ...(credentialName !== undefined && { credentialName }),
    },
  };
}

function upstreamTls(
  tls: ClientTls | undefined,
  service: ServiceModel,
  defaultSni: string,
  endpoints: readonly UpstreamEndpoint[],
  autoMtls: boolean,
): UpstreamTls {
  if (!tls) return { mode: autoMtls && !service.external ? 'auto' : 'none' };
  const { sni, insecureSkipVerify } = tls;
  switch (tls.mode) {
    case 'DISABLE':
      return { mode: 'none' };
    case 'ISTIO_MUTUAL': {
      const principals = new Set(
        endpoints.map((endpoint) => endpoint.principal).filter((principal) => principal !== ''),
      );
      const names = tls.subjectAltNames.length > 0 ? tls.subjectAltNames : [...principals].sort();
      return { mode: 'istio-mutual', sni: sni ?? defaultSni, subjectAltNames: names };
    }
    case 'SIMPLE':
    case 'MUTUAL':
      return {
        mode: 'simple',
        subjectAltNames: tls.subjectAltNames,
        insecureSkipVerify,
        ...(sni !== undefined && { sni }),
        ...fileSettings(tls),
      };
  }
}

/** One upstream: of a whole service port, or of a subset. */
export function buildUpstream(
  service: ServiceModel,
  port: ServicePort,
  rule: ConsolidatedRule | undefined,
  subset: SubsetModel | undefined,
  all: readonly UpstreamEndpoint[],
  context: UpstreamContext,
): Upstream {
  const policy = effectivePolicy(rule?.policy, subset?.policy, port.number);
  const endpoints = subset ? all.filter((endpoint) => selectorMatches(subset.labels, endpoint.labels)) : all;
  const outlier = policy.outlier ?? context.defaultOutlier;
  const source = subset?.source ?? rule?.source;
  const sni = `outbound_.${port.number}_.${subset?.name ?? ''}_.${service.host}`;
  return {
    id: upstreamId(service.host, port.number, subset?.name),
    host: service.host,
    namespace: service.namespace,
    service: service.name,
    port: port.number,
    protocol: port.protocol === 'http' || port.protocol === 'auto' ? 'http' : 'tcp',
    loadBalancer:
      service.resolution === 'NONE' ? { type: 'passthrough' } : (policy.loadBalancer ?? { type: 'least-request' }),
    pool: policy.connectionPool ?? context.defaultPool,
    tls: upstreamTls(policy.tls, service, sni, endpoints, context.autoMtls),
    endpoints,
    ...(subset && { subset: subset.name }),
    ...(outlier && { outlier }),
    ...(source && { source }),
  };
}

import type { RequestLabels } from '../../../src/engine/dataplane/report.ts';
import { durationBuckets } from '../../../src/engine/dataplane/report.ts';
import type { TcpTrafficRecord, TrafficRecord, TrafficWindow } from '../../../src/engine/telemetry/traffic.ts';
import { declareLocalMesh } from '../../../src/engine/topology/local-declarations.ts';
import { noInfluences, type TopologyInput } from '../../../src/engine/topology/topology-input.ts';
import type { LocalInstance, LocalMeshStatus, LocalService, LocalWorkload } from '../../../src/shared/local-mesh.ts';
import { histogramOf, labels } from '../telemetry/sample-reports.ts';

/** 2026-01-01 00:20:00 UTC. */
export const now = Date.UTC(2026, 0, 1, 0, 20, 0);

export function instance(name: string, changes: Partial<LocalInstance> = {}): LocalInstance {
  return {
    id: `bookinfo/${name}`,
    name,
    state: 'ready',
    since: '2026-01-01T00:10:00.000Z',
    address: '127.0.0.1:30001',
    inbound: '127.0.0.1:30002',
    restarts: 0,
    ...changes,
  };
}

export function workload(name: string, changes: Partial<LocalWorkload> = {}): LocalWorkload {
  const [app = name, version = ''] = name.split('-');
  return {
    name,
    namespace: 'bookinfo',
    kind: 'process',
    app,
    version,
    service: app,
    principal: `spiffe://cluster.local/ns/bookinfo/sa/bookinfo-${app}`,
    instances: [instance(`${name}-0`)],
    ...changes,
  };
}

export function service(name: string, workloads: readonly string[]): LocalService {
  return {
    name,
    namespace: 'bookinfo',
    host: `${name}.bookinfo.svc.cluster.local`,
    ports: [{ name: 'http', port: 9080, protocol: 'http' }],
    workloads,
  };
}

/** A workload of the file that only calls: no service of its own. */
export function client(name: string): LocalWorkload {
  return {
    name,
    namespace: 'bookinfo',
    kind: 'process',
    app: name,
    version: '',
    principal: `spiffe://cluster.local/ns/bookinfo/sa/${name}`,
    instances: [instance(`${name}-0`)],
  };
}

/** Bookinfo: a source of traffic, a gateway, four services, three versions of reviews. */
export const bookinfo: LocalMeshStatus = {
  name: 'bookinfo',
  phase: 'running',
  services: [
    service('ingress', ['ingress']),
    service('productpage', ['productpage-v1']),
    service('details', ['details-v1']),
    service('reviews', ['reviews-v1', 'reviews-v2', 'reviews-v3']),
    service('ratings', ['ratings-v1']),
  ],
  workloads: [
    client('traffic'),
    workload('ingress', { kind: 'gateway' }),
    workload('productpage-v1'),
    workload('details-v1'),
    workload('reviews-v1'),
    workload('reviews-v2'),
    workload('reviews-v3'),
    workload('ratings-v1', { instances: [instance('ratings-v1-0'), instance('ratings-v1-1')] }),
  ],
  endpoints: { gateways: {} },
};

/** Labels of one workload calling another through the service of the other's app. */
export function callLabels(source: string, target: string, changes: Partial<RequestLabels> = {}): RequestLabels {
  const [sourceApp = '', sourceVersion = 'latest'] = source.split('-');
  const [app = '', version = 'latest'] = target.split('-');
  return labels({
    source_workload: source,
    source_app: sourceApp,
    source_version: sourceVersion,
    source_canonical_service: sourceApp,
    source_canonical_revision: sourceVersion,
    source_principal: `spiffe://cluster.local/ns/bookinfo/sa/bookinfo-${sourceApp}`,
    destination_workload: target,
    destination_app: app,
    destination_version: version,
    destination_canonical_service: app,
    destination_canonical_revision: version,
    destination_principal: `spiffe://cluster.local/ns/bookinfo/sa/bookinfo-${app}`,
    destination_service: `${app}.bookinfo.svc.cluster.local`,
    destination_service_name: app,
    ...changes,
  });
}

/** Labels of a source that reached nobody behind a service. */
export const reachedNobody: Partial<RequestLabels> = {
  destination_workload: 'unknown',
  destination_workload_namespace: 'unknown',
  destination_app: 'unknown',
  destination_version: 'unknown',
  destination_canonical_service: 'unknown',
  destination_canonical_revision: 'latest',
  destination_principal: 'unknown',
  destination_cluster: 'unknown',
};

/** Labels of a caller without a sidecar, as the destination sees it. */
export const fromNobody: Partial<RequestLabels> = {
  reporter: 'destination',
  source_workload: 'unknown',
  source_workload_namespace: 'unknown',
  source_app: 'unknown',
  source_version: 'unknown',
  source_canonical_service: 'unknown',
  source_canonical_revision: 'latest',
  source_principal: 'unknown',
  source_cluster: 'unknown',
  connection_security_policy: 'none',
};

/** A record of `count` requests of 4 ms each in a window of 10 seconds. */
export function record(recordLabels: RequestLabels, count: number, generation = 1): TrafficRecord {
  return {
    labels: recordLabels,
    generation,
    count,
    rate: count / 10,
    duration: { bounds: durationBuckets, ...histogramOf(new Array<number>(count).fill(4)) },
    instances: {},
  };
}

/** What both proxies of a hop report: the same requests, seen from both ends, over mutual TLS. */
export function bothEnds(
  source: string,
  target: string,
  count: number,
  changes: Partial<RequestLabels> = {},
  generation = 1,
): TrafficRecord[] {
  return [
    record(callLabels(source, target, changes), count, generation),
    record(
      callLabels(source, target, {
        ...changes,
        reporter: 'destination',
        connection_security_policy: 'mutual_tls',
      }),
      count,
      generation,
    ),
  ];
}

export function tcpRecord(source: string, target: string, amounts: Partial<TcpTrafficRecord>): TcpTrafficRecord {
  const named = callLabels(source, target, { request_protocol: 'tcp' });
  return { labels: named, opened: 0, closed: 0, sentBytes: 0, receivedBytes: 0, rate: 0, ...amounts };
}

export function trafficOf(requests: readonly TrafficRecord[], tcp: readonly TcpTrafficRecord[] = []): TrafficWindow {
  return { until: now, seconds: 10, requests, tcp };
}

export function inputOf(requests: readonly TrafficRecord[], changes: Partial<TopologyInput> = {}): TopologyInput {
  return {
    traffic: trafficOf(requests),
    mesh: declareLocalMesh(bookinfo),
    cluster: 'local',
    influences: noInfluences,
    graphType: 'versionedApp',
    namespaces: [],
    window: 10,
    now,
    warnings: [],
    ...changes,
  };
}

/** Ten seconds of Bookinfo at 48 visits a second, reviews split 60 : 30 : 10. */
export const busyBookinfo: readonly TrafficRecord[] = [
  ...bothEnds('traffic', 'ingress', 480),
  ...bothEnds('ingress', 'productpage-v1', 480),
  ...bothEnds('productpage-v1', 'details-v1', 480),
  ...bothEnds('productpage-v1', 'reviews-v1', 288),
  ...bothEnds('productpage-v1', 'reviews-v2', 144),
  ...bothEnds('productpage-v1', 'reviews-v3', 48),
  ...bothEnds('reviews-v2', 'ratings-v1', 144),
  ...bothEnds('reviews-v3', 'ratings-v1', 48),
];

import type { HealthState } from '../../src/shared/health.ts';
import type { LocalMeshStatus, LocalWorkload } from '../../src/shared/local-mesh.ts';
import type { MeshEvent } from '../../src/shared/mesh-event.ts';
import type { SourceRef } from '../../src/shared/resource.ts';
import type {
  TopologyEdge,
  TopologyGraph,
  TopologyInstance,
  TopologyNode,
  TrafficRates,
  TrafficSeries,
} from '../../src/shared/topology.ts';

/** Bookinfo as drawn in the sketches: reviews split 60/30/10, v3 with errors, one of two instances of ratings down. */

export const startTime = Date.UTC(2026, 10, 22, 23, 14, 30);

const healthy: HealthState = { health: 'healthy', reason: '' };

export function rates(requests: number, p50?: number, errorShare = 0): TrafficRates {
  const responses: Record<string, number> = {};
  if (requests > 0) {
    responses['200'] = Math.round(requests * 60 * (1 - errorShare));
    if (errorShare > 0) responses['503 UH'] = Math.round(requests * 60 * errorShare);
  }
  return {
    requests,
    errors: requests * errorShare,
    errorShare,
    ...(p50 === undefined ? {} : { p50, p95: p50 * 3.4, p99: p50 * 6 }),
    responses,
  };
}

export function source(kind: string, name: string, file: string, line: number): SourceRef {
  return {
    resource: { apiVersion: 'networking.istio.io/v1', kind, namespace: 'bookinfo', name },
    path: ['spec'],
    uri: `file:///workspace/bookinfo/${file}`,
    range: { start: { line: line - 1, character: 0 }, end: { line: line - 1, character: 4 } },
  };
}

function instances(workload: string, count: number, down = -1): TopologyInstance[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `instance/${workload}-${index}`,
    name: `${workload}-${index}`,
    address: `127.0.0.1:${40_000 + index}`,
    state: index === down ? 'down' : 'ready',
    since: new Date(startTime - 30_000).toISOString(),
    ...(index === down ? { reason: 'Killed by SIGKILL.' } : {}),
  }));
}

interface NodeInput {
  readonly id: string;
  readonly label: string;
  readonly app: string;
  readonly version?: string;
  readonly kind?: TopologyNode['kind'];
  readonly namespace?: string;
  readonly parent?: string;
  readonly health?: HealthState;
  readonly traffic: TrafficRates;
  readonly instances?: readonly TopologyInstance[];
  readonly shapedBy?: readonly SourceRef[];
}

function node(input: NodeInput): TopologyNode {
  const { id, label, app, version, kind = 'workload', namespace = 'bookinfo', traffic } = input;
  return {
    id,
    kind,
    label,
    namespace,
    cluster: 'local',
    app,
    workload: version === undefined ? app : `${app}-${version}`,
    ...(version === undefined ? {} : { version }),
    ...(kind === 'workload' ? { service: app } : {}),
    ...(input.parent === undefined ? {} : { parent: input.parent }),
    health: input.health ?? healthy,
    inbound: kind === 'traffic-source' ? rates(0) : traffic,
    outbound: kind === 'traffic-source' ? traffic : rates(0),
    instances: input.instances ?? [],
    meshed: kind !== 'traffic-source',
    ...(kind === 'traffic-source' ? {} : { principal: `spiffe://cluster.local/ns/${namespace}/sa/${app}` }),
    shapedBy: input.shapedBy ?? [],
    declaredAt: source('LocalMesh', 'bookinfo', 'localmesh.yaml', 12),
  };
}

interface EdgeInput {
  readonly from: string;
  readonly to: string;
  readonly host?: string;
  readonly traffic: TrafficRates;
  readonly share?: number;
  readonly mutualTls?: number;
  readonly health?: HealthState;
}

export function edge({ from, to, host = `${to}.bookinfo.svc.cluster.local`, ...rest }: EdgeInput): TopologyEdge {
  return {
    id: `edge/${from}/${to}`,
    source: from,
    target: to,
    protocol: 'http',
    traffic: rest.traffic,
    ...(rest.share === undefined ? {} : { share: rest.share }),
    host,
    mutualTls: rest.mutualTls ?? 1,
    sourcePrincipal: `spiffe://cluster.local/ns/bookinfo/sa/${from}`,
    destinationPrincipal: `spiffe://cluster.local/ns/bookinfo/sa/${to}`,
    health: rest.health ?? healthy,
    layer: 'live',
    shapedBy: [],
  };
}

export interface BookinfoOptions {
  readonly version?: number;
  /** Shares of reviews v1, v2, v3. */
  readonly shares?: readonly [number, number, number];
  readonly ratingsDown?: boolean;
  readonly v3Errors?: number;
  /** Adds this many more versions of details. */
  readonly extraDetails?: number;
  /** Edges where nothing flows are missing, as they are before the first request. */
  readonly onlyBusyEdges?: boolean;
}

export function bookinfoGraph(options: BookinfoOptions = {}): TopologyGraph {
  const { version = 1, shares = [0.6, 0.3, 0.1], ratingsDown = true, v3Errors = 0.041, extraDetails = 0 } = options;
  const [v1, v2, v3] = shares;
  const total = 48;
  const reviewsHost = 'reviews.bookinfo.svc.cluster.local';
  const reviewsPolicy = [
    source('VirtualService', 'reviews', 'reviews-route.yaml', 14),
    source('DestinationRule', 'reviews', 'reviews-route.yaml', 31),
  ];
  const v3Health: HealthState =
    v3Errors > 0 && v3 > 0
      ? { health: 'degraded', reason: `${(v3Errors * 100).toFixed(1)} % of inbound requests answer 503 (UH)` }
      : v3 === 0
        ? { health: 'idle', reason: 'No requests in the last minute' }
        : healthy;
  const rating = (v2 + v3) * total;
  const nodes: TopologyNode[] = [
    node({
      id: 'traffic',
      label: 'traffic',
      app: 'traffic',
      kind: 'traffic-source',
      namespace: '',
      traffic: rates(total, 24),
    }),
    node({
      id: 'ingress',
      label: 'ingress',
      app: 'ingress',
      kind: 'gateway',
      namespace: '',
      traffic: rates(total, 23),
    }),
    node({
      id: 'productpage',
      label: 'productpage',
      app: 'productpage',
      version: 'v1',
      parent: 'box/bookinfo',
      traffic: rates(total, 21),
      instances: instances('productpage-v1', 2),
      shapedBy: [source('VirtualService', 'bookinfo', 'gateway.yaml', 18)],
    }),
    node({
      id: 'details',
      label: 'details',
      app: 'details',
      version: 'v1',
      parent: 'box/bookinfo',
      traffic: rates(total, 2),
      instances: instances('details-v1', 1),
    }),
    node({
      id: 'reviews-v1',
      label: 'v1',
      app: 'reviews',
      version: 'v1',
      parent: 'box/reviews',
      traffic: rates(v1 * total, 3),
      instances: instances('reviews-v1', 2),
      shapedBy: reviewsPolicy,
      health: v1 === 0 ? { health: 'idle', reason: 'No requests in the last minute' } : healthy,
    }),
    node({
      id: 'reviews-v2',
      label: 'v2',
      app: 'reviews',
      version: 'v2',
      parent: 'box/reviews',
      traffic: rates(v2 * total, 8),
      instances: instances('reviews-v2', 2),
      shapedBy: reviewsPolicy,
    }),
    node({
      id: 'reviews-v3',
      label: 'v3',
      app: 'reviews',
      version: 'v3',
      parent: 'box/reviews',
      traffic: rates(v3 * total, 9, v3 === 0 ? 0 : v3Errors),
      instances: instances('reviews-v3', 2),
      health: v3Health,
      shapedBy: [
        ...reviewsPolicy,
        {
          resource: {
            apiVersion: 'security.istio.io/v1',
            kind: 'PeerAuthentication',
            namespace: 'istio-system',
            name: 'default',
          },
          path: [],
        },
      ],
    }),
    node({
      id: 'ratings',
      label: 'ratings',
      app: 'ratings',
      version: 'v1',
      parent: 'box/bookinfo',
      traffic: rates(rating, 4),
      instances: instances('ratings-v1', 2, ratingsDown ? 1 : -1),
      ...(ratingsDown ? { health: { health: 'degraded', reason: '1 of 2 instances is down since 00:14' } } : {}),
    }),
    ...Array.from({ length: extraDetails }, (_, index) =>
      node({
        id: `details-extra-${index}`,
        label: `details-extra-${index}`,
        app: 'details',
        version: `v${index + 2}`,
        parent: 'box/bookinfo',
        traffic: rates(3, 2),
        instances: instances(`details-v${index + 2}`, 1),
      }),
    ),
  ];
  const split = (id: string, share: number, p50: number, errors = 0): TopologyEdge => ({
    ...edge({
      from: 'productpage',
      to: id,
      host: reviewsHost,
      traffic: rates(share * total, p50, share === 0 ? 0 : errors),
      share,
      ...(errors > 0 && share > 0
        ? { health: { health: 'degraded', reason: '4.1 % of requests answer 503 (UH)' } }
        : {}),
    }),
    shapedBy: reviewsPolicy,
  });
  const edges: TopologyEdge[] = [
    edge({ from: 'traffic', to: 'ingress', traffic: rates(total, 24), mutualTls: 0 }),
    edge({ from: 'ingress', to: 'productpage', traffic: rates(total, 23) }),
    edge({ from: 'productpage', to: 'details', traffic: rates(total, 2) }),
    split('reviews-v1', v1, 3),
    split('reviews-v2', v2, 8),
    split('reviews-v3', v3, 9, v3Errors),
    edge({ from: 'reviews-v2', to: 'ratings', traffic: rates(v2 * total, 4) }),
    edge({ from: 'reviews-v3', to: 'ratings', traffic: rates(v3 * total, 4) }),
    ...Array.from({ length: extraDetails }, (_, index) =>
      edge({ from: 'productpage', to: `details-extra-${index}`, traffic: rates(3, 2) }),
    ),
  ];
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  return {
    version,
    nodes: nodes.sort(byId),
    edges: edges.filter((item) => options.onlyBusyEdges !== true || item.traffic.requests > 0).sort(byId),
    boxes: [
      { id: 'box/bookinfo', kind: 'namespace', label: 'bookinfo' },
      { id: 'box/reviews', kind: 'app', label: 'reviews', parent: 'box/bookinfo' },
    ],
    summary: { workloads: 8, services: 5, requests: total, errorShare: v3 * v3Errors, mutualTlsShare: 1 },
    asOf: new Date(startTime).toISOString(),
    window: 60,
    warnings: [],
  };
}

export function bookinfoStatus(phase: LocalMeshStatus['phase'] = 'running'): LocalMeshStatus {
  const workload = (app: string, version: string, count: number): LocalWorkload => ({
    name: `${app}-${version}`,
    namespace: 'bookinfo',
    kind: 'process',
    app,
    version,
    service: app,
    principal: `spiffe://cluster.local/ns/bookinfo/sa/${app}`,
    instances: instances(`${app}-${version}`, count).map((instance) => ({ ...instance, restarts: 0 })),
  });
  return {
    name: 'bookinfo',
    phase,
    services: ['productpage', 'details', 'reviews', 'ratings'].map((name) => ({
      name,
      namespace: 'bookinfo',
      host: `${name}.bookinfo.svc.cluster.local`,
      ports: [{ name: 'http', port: 9080, protocol: 'http' }],
      workloads: [],
    })),
    workloads:
      phase === 'running'
        ? [
            workload('productpage', 'v1', 2),
            workload('details', 'v1', 1),
            workload('reviews', 'v3', 2),
            workload('ratings', 'v1', 2),
          ]
        : [],
    config: { generation: 3, appliedAt: new Date(startTime - 60_000).toISOString() },
    endpoints:
      phase === 'running'
        ? {
            registry: 'http://127.0.0.1:38500',
            metrics: 'http://127.0.0.1:38501',
            otlp: 'http://127.0.0.1:38502',
            gateways: { ingress: 'http://127.0.0.1:38080' },
          }
        : { gateways: {} },
  };
}

export function bookinfoEvents(): MeshEvent[] {
  return [
    {
      id: 1,
      time: startTime - 90_000,
      kind: 'mesh-started',
      severity: 'info',
      message: 'Local mesh bookinfo started: 8 workloads.',
    },
    {
      id: 2,
      time: startTime - 60_000,
      kind: 'config-applied',
      severity: 'info',
      message: 'Configuration 3 is in use.',
      source: source('VirtualService', 'reviews', 'reviews-route.yaml', 14),
    },
    {
      id: 3,
      time: startTime - 30_000,
      kind: 'instance-down',
      severity: 'error',
      message: 'ratings-v1-1 is down: killed by SIGKILL. Traffic goes to ratings-v1-0.',
      namespace: 'bookinfo',
      workload: 'ratings-v1',
      instance: 'ratings-v1-1',
    },
  ];
}

/** A minute of points that wave a little, with errors in its last third where the element has errors. */
export function seriesOf(id: string, traffic: TrafficRates): TrafficSeries {
  const points = Array.from({ length: 60 }, (_, index) => index);
  const wave = (index: number, by: number): number => 1 + by * Math.sin(index * 1.7) + (by / 2) * Math.sin(index * 0.6);
  return {
    id,
    step: 1,
    asOf: new Date(startTime).toISOString(),
    requests: points.map((index) => traffic.requests * wave(index, 0.12)),
    errorShare: points.map((index) => (index > 40 ? traffic.errorShare * wave(index, 0.4) : 0)),
    p50: points.map((index) => (traffic.p50 === undefined ? null : traffic.p50 * wave(index, 0.06))),
    p95: points.map((index) => (traffic.p95 === undefined ? null : traffic.p95 * wave(index, 0.15))),
  };
}

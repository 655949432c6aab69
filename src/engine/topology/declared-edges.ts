import type { TopologyEdge } from '../../shared/topology.ts';
import type { DeclaredCall, DeclaredEnd } from './declarations.ts';
import type { DeclaredMesh, NodeIdentity, NodeNaming } from './node-identity.ts';
import { peerOf } from './node-identity.ts';
import { seconds as secondsText } from './numbers.ts';
import type { PlacedHop } from './placed-hops.ts';
import { edgeIdOf, groupBy } from './placed-hops.ts';
import { noTotals, ratesOf, round } from './totals.ts';

/** A declared call and the nodes of this type of graph that it would run between. */
export interface PlannedEdge {
  readonly edgeId: string;
  readonly source: NodeIdentity;
  readonly target: NodeIdentity;
  /** The calls that are one edge in this type of graph. */
  readonly calls: readonly DeclaredCall[];
}

interface Planned {
  readonly call: DeclaredCall;
  readonly source: NodeIdentity;
  readonly target: NodeIdentity;
}

/**
 * Declared calls that no traffic has made true yet. They give way to live edges of the same ends; and a service that stands
 * for its unknown callers gives way to the callers themselves, once any of them calls.
 */
export function plannedEdges(
  calls: readonly DeclaredCall[],
  declared: DeclaredMesh,
  naming: NodeNaming,
  placed: readonly PlacedHop[],
  cluster: string,
): readonly PlannedEdge[] {
  if (calls.length === 0) return [];
  const live = new Set(placed.map(({ source, target }) => `${source.id}>${target.id}`));
  const calledHosts = new Set(placed.map(({ hop }) => hop.call.service.host));
  const nodeOf = (end: DeclaredEnd): NodeIdentity | undefined => {
    if (end.kind === 'service')
      return naming.service(end, { cluster: end.cluster ?? cluster, namespace: end.namespace });
    const workload = declared.workload(end.namespace, end.name, end.cluster);
    return workload && naming.workload(peerOf(workload, cluster));
  };
  const planned = calls.flatMap((call): Planned[] => {
    const source = nodeOf(call.source);
    const target = nodeOf(call.target);
    if (!source || !target || source.id === target.id || live.has(`${source.id}>${target.id}`)) return [];
    if (call.source.kind === 'service' && calledHosts.has(call.source.host)) return [];
    return [{ call, source, target }];
  });
  return [...groupBy(planned, ({ call, source, target }) => edgeIdOf(source.id, target.id, call.protocol))].flatMap(
    ([edgeId, members]) => {
      const [first] = members;
      return first
        ? [{ edgeId, source: first.source, target: first.target, calls: members.map(({ call }) => call) }]
        : [];
    },
  );
}

/** The edge as the graph shows it. `measured`: somebody measures, and nothing flowed in the window. */
export function declaredEdge(
  { edgeId, source, target, calls }: PlannedEdge,
  window: number,
  measured: boolean,
): TopologyEdge {
  const [first] = calls;
  const shares = calls.map(({ share }) => share);
  const share = shares.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const isShared = calls.length > 0 && shares.every((one) => one !== undefined) && share < 1;
  const { kind, namespace, name } = first?.declaredBy.resource ?? { kind: 'route', namespace: '', name: '' };
  const by = `Declared by ${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
  return {
    id: edgeId,
    source: source.id,
    target: target.id,
    protocol: first?.protocol ?? 'http',
    traffic: ratesOf(noTotals, 0),
    host: first?.host ?? '',
    mutualTls: 0,
    health: measured
      ? { health: 'idle', reason: `${by}; no requests in ${secondsText(window)}` }
      : { health: 'unknown', reason: `${by}; its traffic is not known` },
    layer: 'declared',
    shapedBy: uniqueSources(calls),
    ...(isShared ? { share: round(share) } : {}),
  };
}

function uniqueSources(calls: readonly DeclaredCall[]): TopologyEdge['shapedBy'] {
  const byResource = new Map(
    calls.map(({ declaredBy }) => {
      const { kind, namespace, name } = declaredBy.resource;
      return [`${kind}/${namespace}/${name}`, declaredBy] as const;
    }),
  );
  return [...byResource.values()];
}

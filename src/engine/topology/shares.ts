import type { InfluenceTarget, TopologyInput } from './topology-input.ts';
import type { DeclaredMesh, NodeNaming } from './node-identity.ts';
import { peerOf } from './node-identity.ts';
import type { Peer } from './peer.ts';
import { groupBy, type PlacedHop } from './placed-hops.ts';
import { round } from './totals.ts';

/** Requests after a change of routes that are enough to tell a share by. */
const enoughRequests = 10;

interface Share {
  /** 0 to 1. */
  readonly share: number;
  /** Requests it was counted from; absent where it is from all of the window. */
  readonly requests?: number;
}

/** Share by edge and host, `edge id host`. */
export type Shares = ReadonlyMap<string, Share>;

export function shareKey(edgeId: string, host: string): string {
  return `${edgeId} ${host}`;
}

/** A peer as policies select it. */
export function targetOf(peer: Omit<Peer, 'key'>, service: string): InfluenceTarget {
  const target: { -readonly [K in keyof InfluenceTarget]: InfluenceTarget[K] } = { namespace: peer.namespace };
  if (peer.workload !== '') target.workload = peer.workload;
  if (peer.app !== '') target.app = peer.app;
  if (peer.version !== '') target.version = peer.version;
  if (service !== '') target.service = service;
  return target;
}

/**
 * How the requests of a source to a service divide among the service's targets. A window of a minute would blur an edit
 * of the routes for a minute. So only requests count that the present routes decided, which their config generation
 * tells: at 10 requests a second an edit shows within a second. While there are fewer than ten, next to older ones, no
 * share is told rather than a wrong one; where there are no older ones, all are known to follow the present routes.
 */
export function sharesOf(
  placed: readonly PlacedHop[],
  declared: DeclaredMesh,
  naming: NodeNaming,
  routesSince: TopologyInput['routesSince'],
): Shares {
  const shares = new Map<string, Share>();
  const splits = groupBy(
    placed.filter(({ hop }) => hop.call.service.host !== '' && hop.call.protocol !== 'tcp'),
    ({ source, hop }) => `${source.id} ${hop.call.service.host}`,
  );
  for (const hops of splits.values()) {
    if (!isSplit(hops, declared, naming)) continue;
    const present = countPresent(hops, routesSince);
    if (!present) continue;
    const { counts, isPart } = present;
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (total === 0) continue;
    for (const { edgeId, hop } of hops) {
      const key = shareKey(edgeId, hop.call.service.host);
      const share = round((counts.get(edgeId) ?? 0) / total);
      shares.set(key, isPart ? { share, requests: total } : { share });
    }
  }
  return shares;
}

/** Whether the service has several targets in this type of graph, with traffic or declared. */
function isSplit(hops: readonly PlacedHop[], declared: DeclaredMesh, naming: NodeNaming): boolean {
  const [first] = hops;
  if (!first) return false;
  if (hops.some(({ target }) => target.id !== first.target.id)) return true;
  const { cluster } = first.hop.call.target;
  const service = declared.service(first.hop.call.service, cluster);
  if (!service || service.workloads.length < 2) return false;
  for (const name of service.workloads) {
    const workload = declared.workload(service.namespace, name, cluster);
    if (!workload) continue;
    const declaredTarget = naming.workload(peerOf(workload, cluster));
    if (declaredTarget.id !== first.target.id) return true;
  }
  return false;
}

/** Requests by edge that the present routes decided, and whether there were others; undefined for too few to say. */
function countPresent(
  hops: readonly PlacedHop[],
  routesSince: TopologyInput['routesSince'],
): { readonly counts: ReadonlyMap<string, number>; readonly isPart: boolean } | undefined {
  const counts = new Map<string, number>();
  const add = (edgeId: string, count: number): void => void counts.set(edgeId, (counts.get(edgeId) ?? 0) + count);
  const reported = hops.some(({ hop }) => hop.bySourceGeneration.size > 0);
  if (!reported) {
    // Callers without a sidecar: nobody routed, the counts are all there is.
    for (const { edgeId, hop } of hops) add(edgeId, hop.totals.count);
    return { counts, isPart: false };
  }
  const newest = Math.max(...hops.flatMap(({ hop }) => [...hop.bySourceGeneration.keys()]));
  let present = 0;
  let older = 0;
  for (const { edgeId, hop } of hops) {
    const since = routesSince?.(targetOf(hop.call.source, ''), hop.call.service.host) ?? newest;
    for (const [generation, count] of hop.bySourceGeneration) {
      if (generation < since) older += count;
      else {
        present += count;
        add(edgeId, count);
      }
    }
  }
  return older > 0 && present < enoughRequests ? undefined : { counts, isPart: older > 0 };
}

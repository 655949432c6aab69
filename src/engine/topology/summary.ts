import type { TopologyEdge, TopologyNode, TopologySummary } from '../../shared/topology.ts';
import type { DeclaredMesh } from './node-identity.ts';
import { perSecond } from './numbers.ts';
import type { Peer } from './peer.ts';
import type { PlacedHop } from './placed-hops.ts';
import { errorCount, round } from './totals.ts';

export interface SummaryInput {
  readonly hops: readonly PlacedHop[];
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  readonly declared: DeclaredMesh;
  /** Of what names none. */
  readonly cluster: string;
  readonly namespaces: readonly string[];
  /** Measured seconds of the window. */
  readonly seconds: number;
}

/**
 * The mesh in one line. `requests` enter the mesh: they come from nodes that nobody calls. `errorShare` is over the
 * requests of all hops, so that an error that a caller hides still shows; `mutualTlsShare` over those of hops that have a
 * sidecar at both ends.
 */
export function summaryOf({
  hops,
  nodes,
  edges,
  declared,
  cluster,
  namespaces,
  seconds,
}: SummaryInput): TopologySummary {
  const asked = (namespace: string): boolean => namespaces.length === 0 || namespaces.includes(namespace);
  const nameOf = (one: Pick<Peer, 'namespace'> & { readonly cluster?: string }, name: string): string =>
    `${one.cluster ?? cluster}/${one.namespace}/${name}`;
  const workloads = new Set(
    declared.workloads.filter(({ namespace }) => asked(namespace)).map((workload) => nameOf(workload, workload.name)),
  );
  const services = new Set(
    declared.services
      .filter(({ namespace, external }) => asked(namespace) && external !== true)
      .map((service) => nameOf(service, service.name)),
  );
  const seen = new Set<string>();
  for (const { hop, target } of hops) {
    const { call } = hop;
    for (const peer of [call.source, call.target]) {
      if (seen.has(peer.key)) continue;
      seen.add(peer.key);
      if (peer.workload !== '' && asked(peer.namespace)) workloads.add(nameOf(peer, peer.workload));
    }
    const { host, name, namespace } = call.service;
    const place = `${call.target.cluster}\u0000${host}`;
    if (seen.has(place) || name === '' || namespace === '' || target.kind === 'external') continue;
    seen.add(place);
    if (asked(namespace)) services.add(nameOf({ cluster: call.target.cluster, namespace }, name));
  }
  const called = new Set(edges.filter(({ traffic }) => traffic.requests > 0).map(({ target }) => target));
  const meshed = new Set(nodes.filter((node) => node.meshed).map(({ id }) => id));
  let [all, errors, entering, mutual, known] = [0, 0, 0, 0, 0];
  for (const { hop, source, target } of hops) {
    const { totals } = hop;
    all += totals.count;
    errors += errorCount(totals);
    if (!called.has(source.id)) entering += totals.count;
    if (meshed.has(source.id) && meshed.has(target.id)) {
      mutual += totals.mutual;
      known += totals.mutual + totals.plain;
    }
  }
  // Where everybody is called by somebody, nothing enters from a source that could be seen.
  if (entering === 0) entering = all;
  return {
    workloads: workloads.size,
    services: services.size,
    requests: seconds > 0 ? round(entering / seconds) : 0,
    errorShare: all > 0 ? round(errors / all) : 0,
    mutualTlsShare: known > 0 ? round(mutual / known) : 0,
  };
}

/** What a reader should know before he trusts the picture. */
export function warningsOf(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[]): string[] {
  const labels = new Map(nodes.map(({ id, label, app }) => [id, app ?? label]));
  return nodes
    .filter(({ kind }) => kind === 'unknown')
    .flatMap((unknown) => {
      const calls = edges.filter(({ source, traffic }) => source === unknown.id && traffic.requests > 0);
      if (calls.length === 0) return [];
      const rate = calls.reduce((sum, { traffic }) => sum + traffic.requests, 0);
      const targets = [...new Set(calls.map(({ target }) => labels.get(target) ?? target))].sort();
      const shown =
        targets.length > 3 ? `${targets.slice(0, 3).join(', ')} and ${targets.length - 3} more` : targets.join(', ');
      return [`${perSecond(rate)} to ${shown} come from callers without a sidecar.`];
    });
}

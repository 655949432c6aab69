import { compareIds } from '../../shared/topology-delta.ts';
import type { TopologyBox, TopologyEdge, TopologyGraph, TopologyNode } from '../../shared/topology.ts';
import { boxesOf } from './boxes.ts';
import type { DeclaredWorkload } from './declarations.ts';
import { declaredEdge, plannedEdges, type PlannedEdge } from './declared-edges.ts';
import { instanceHealth, nodeHealth, requestHealth, worstHealth } from './health.ts';
import { hopsOf, totalsOf, type Hop } from './hops.ts';
import { DeclaredMesh, NodeNaming, nodeKind, nodeLabel, peerOf, type NodeIdentity } from './node-identity.ts';
import { groupBy, placeHops, type PlacedHop } from './placed-hops.ts';
import { shareKey, sharesOf, targetOf, type Shares } from './shares.ts';
import { summaryOf, warningsOf } from './summary.ts';
import type { InfluenceTarget, TopologyInput } from './topology-input.ts';
import { addTotals, mutualTlsShare, ratesOf, type Totals } from './totals.ts';

interface DraftNode {
  readonly identity: NodeIdentity;
  readonly declared: DeclaredWorkload[];
  readonly inbound: Hop[];
  readonly outbound: Hop[];
}

/**
 * The graph of a window of traffic over what is declared. Pure: the same input gives the same graph, lists sorted by id.
 * `version` is 0; who sends deltas numbers them.
 */
export function buildTopology(input: TopologyInput): TopologyGraph {
  const declared = new DeclaredMesh(input.mesh);
  const hops = hopsOf(input.traffic, input.cluster, (call) => declared.onlyWorkload(call));
  const naming = new NodeNaming(
    input.graphType,
    declared,
    hops.map(({ call }) => call),
  );
  const placed = placeHops(hops, naming);
  const planned = plannedEdges(input.mesh.calls, declared, naming, placed, input.cluster);
  const drafts = draftNodes(input, declared, naming, placed, planned);
  const visible = visibleNodes(drafts, [...placed, ...planned], input.namespaces);
  const shown = placed.filter(({ source, target }) => visible.edge(source, target));

  // Rates are taken over the exact time; people are told whole seconds.
  const window = input.traffic.seconds > 0 ? Math.max(1, Math.round(input.traffic.seconds)) : input.window;
  const shares = sharesOf(placed, declared, naming, input.routesSince);
  const identities = [...drafts.values()]
    .filter(({ identity }) => visible.node(identity))
    .map(({ identity }) => identity);
  const { boxes, parents } = boxesOf(identities, input.graphType);
  const nodes = identities
    .flatMap((identity) => drafts.get(identity.id) ?? [])
    .map((draft) => finishNode(draft, input, window, parents, declared))
    .sort(compareIds);
  const edges = [...groupBy(shown, ({ edgeId }) => edgeId).entries()]
    .map(([id, members]) => finishEdge(id, members, input, window, shares))
    .concat(
      planned
        .filter(({ source, target }) => visible.edge(source, target))
        .map((edge) => declaredEdge(edge, window, isMeasured(edge.source.cluster, input))),
    )
    .sort(compareIds);
  return {
    version: 0,
    nodes,
    edges,
    boxes: sortedBoxes(boxes),
    summary: summaryOf({
      hops: shown,
      nodes,
      edges,
      declared,
      cluster: input.cluster,
      namespaces: input.namespaces,
      seconds: input.traffic.seconds,
    }),
    asOf: new Date(input.now).toISOString(),
    window,
    warnings: [...input.warnings, ...warningsOf(nodes, edges)],
  };
}

/** Nodes with traffic, and what is declared without any. */
function draftNodes(
  input: TopologyInput,
  declared: DeclaredMesh,
  naming: NodeNaming,
  placed: readonly PlacedHop[],
  planned: readonly PlannedEdge[],
): Map<string, DraftNode> {
  const drafts = new Map<string, DraftNode>();
  const draft = (identity: NodeIdentity): DraftNode => {
    let node = drafts.get(identity.id);
    if (!node) drafts.set(identity.id, (node = { identity, declared: [], inbound: [], outbound: [] }));
    return node;
  };
  // Declared ones first: what a file says of a workload is more than metrics tell.
  for (const workload of declared.workloads) {
    draft(naming.workload(peerOf(workload, input.cluster))).declared.push(workload);
  }
  if (input.graphType === 'service') {
    for (const { host, name, namespace, cluster = input.cluster, external } of declared.services) {
      // Hosts outside are shown once somebody calls them.
      if (external !== true) draft(naming.service({ host, name, namespace }, { cluster, namespace }));
    }
  }
  for (const { hop, source, target } of placed) {
    draft(source).outbound.push(hop);
    draft(target).inbound.push(hop);
  }
  for (const { source, target } of planned) {
    draft(source);
    draft(target);
  }
  return drafts;
}

/** Nodes of the asked namespaces and their neighbours, and the edges that touch one of those namespaces. */
function visibleNodes(
  drafts: ReadonlyMap<string, DraftNode>,
  placed: readonly Pick<PlacedHop, 'source' | 'target'>[],
  namespaces: readonly string[],
): { node(identity: NodeIdentity): boolean; edge(source: NodeIdentity, target: NodeIdentity): boolean } {
  if (namespaces.length === 0) return { node: () => true, edge: () => true };
  const asked = new Set(namespaces);
  const inside = (identity: NodeIdentity): boolean => asked.has(identity.namespace);
  const ids = new Set(
    [...drafts.values()].filter(({ identity }) => inside(identity)).map(({ identity }) => identity.id),
  );
  for (const { source, target } of placed) {
    if (inside(source) || inside(target)) ids.add(source.id).add(target.id);
  }
  return { node: ({ id }) => ids.has(id), edge: (source, target) => inside(source) || inside(target) };
}

function finishNode(
  draft: DraftNode,
  input: TopologyInput,
  window: number,
  parents: ReadonlyMap<string, { readonly box: string; readonly framed: boolean }>,
  mesh: DeclaredMesh,
): TopologyNode {
  const { identity, declared, inbound, outbound } = draft;
  const instances = declared.flatMap((workload) => workload.instances);
  const [only] = declared;
  const parent = parents.get(identity.id);
  const totals = { inbound: totalsOf(inbound), outbound: totalsOf(outbound) };
  const principal = (only?.principal ?? '') || principalOf(draft);
  const target: InfluenceTarget = targetOf({ ...identity, principal }, identity.service);
  return {
    id: identity.id,
    // A cluster has workloads that neither serve nor call; what a file of the local mesh declares so, calls.
    kind: nodeKind(identity, inbound.length === 0 && (outbound.length > 0 || only?.cluster === undefined)),
    label: nodeLabel(identity, input.graphType, parent?.framed ?? false),
    namespace: identity.namespace,
    cluster: identity.cluster,
    ...(identity.app === '' ? {} : { app: identity.app }),
    ...(identity.workload === '' ? {} : { workload: identity.workload }),
    ...(identity.version === '' ? {} : { version: identity.version }),
    ...(identity.service === '' ? {} : { service: identity.service }),
    ...(parent ? { parent: parent.box } : {}),
    health: worstHealth([
      ...declared.flatMap(({ health }) => health ?? []),
      // What flows from this machine is known, also into a cluster that nobody measures.
      inbound.length > 0 || outbound.length > 0 || isMeasured(identity.cluster, input)
        ? nodeHealth(instances, totals.inbound, totals.outbound, window)
        : (instanceHealth(instances) ?? { health: 'unknown', reason: 'Its traffic is not known' }),
    ]),
    inbound: ratesOf(totals.inbound, input.traffic.seconds),
    outbound: ratesOf(totals.outbound, input.traffic.seconds),
    instances,
    meshed:
      declared.some(({ membership }) => membership !== 'none') ||
      inbound.some((hop) => hop.targetMeshed) ||
      outbound.some((hop) => hop.sourceMeshed),
    ...membershipOf(declared),
    ...(principal === '' ? {} : { principal }),
    shapedBy: input.influences.ofNode(target),
    ...declaredAtOf(draft, mesh),
  };
}

/** The object of its only workload, or that of the service that it is; of several none speaks for all. */
function declaredAtOf({ identity, declared }: DraftNode, mesh: DeclaredMesh): Pick<TopologyNode, 'declaredAt'> {
  const { kind, namespace, service: name, cluster } = identity;
  const isService = kind === 'service' || kind === 'external';
  const [only, ...others] = isService ? [mesh.service({ host: name, namespace, name }, cluster)] : declared;
  return only?.declaredAt && others.length === 0 ? { declaredAt: only.declaredAt } : {};
}

/** Where nobody measures a cluster, nothing is known of its requests, and its pods say all there is. */
function isMeasured(cluster: string, { traffic, mesh, measured }: TopologyInput): boolean {
  const isOfCluster = mesh.workloads[0]?.cluster !== undefined;
  return !(traffic.seconds === 0 && isOfCluster) && (measured?.(cluster) ?? true);
}

/** Of several workloads in one node the one way they all take part. */
function membershipOf(declared: readonly DeclaredWorkload[]): Pick<TopologyNode, 'membership'> {
  const [membership, ...others] = new Set(declared.map((workload) => workload.membership));
  return membership === undefined || others.length > 0 ? {} : { membership };
}

function principalOf({ inbound, outbound }: DraftNode): string {
  const called = inbound.find(({ destinationPrincipal }) => destinationPrincipal !== '')?.destinationPrincipal;
  return called ?? outbound.find(({ sourcePrincipal }) => sourcePrincipal !== '')?.sourcePrincipal ?? '';
}

function finishEdge(
  id: string,
  members: readonly PlacedHop[],
  input: TopologyInput,
  window: number,
  shares: Shares,
): TopologyEdge {
  // The service that most of the traffic goes through speaks for the edge.
  const amount = ({ hop }: PlacedHop): number => hop.totals.count || hop.totals.bytes;
  const main = members.reduce((most, member) => (amount(member) > amount(most) ? member : most));
  const { call } = main.hop;
  const { host } = call.service;
  const totals: Totals = addTotals(members.map(({ hop }) => hop.totals));
  const share = shares.get(shareKey(id, host));
  const sourcePrincipal = members.find(({ hop }) => hop.sourcePrincipal !== '')?.hop.sourcePrincipal;
  const destinationPrincipal = members.find(({ hop }) => hop.destinationPrincipal !== '')?.hop.destinationPrincipal;
  const edge: { -readonly [K in keyof TopologyEdge]: TopologyEdge[K] } = {
    id,
    source: main.source.id,
    target: main.target.id,
    protocol: call.protocol,
    traffic: ratesOf(totals, input.traffic.seconds),
    host,
    mutualTls: mutualTlsShare(totals),
    health: requestHealth({ totals, window, what: 'requests' }),
    layer: 'live',
    shapedBy: input.influences.ofEdge(targetOf(call.source, ''), targetOf(call.target, call.service.name), host),
  };
  if (share !== undefined) edge.share = share.share;
  if (share?.requests !== undefined) edge.shareRequests = share.requests;
  if (sourcePrincipal !== undefined) edge.sourcePrincipal = sourcePrincipal;
  if (destinationPrincipal !== undefined) edge.destinationPrincipal = destinationPrincipal;
  return edge;
}

function sortedBoxes(boxes: readonly TopologyBox[]): TopologyBox[] {
  return [...boxes].sort(compareIds);
}

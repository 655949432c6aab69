import type { GraphType, NodeKind } from '../../shared/topology.ts';
import type { Declarations, DeclaredService, DeclaredWorkload } from './declarations.ts';
import { createPeer, type Call, type Peer, type ServiceName } from './peer.ts';

/** Everything of a node that names decide; traffic is added later. */
export interface NodeIdentity {
  readonly id: string;
  readonly kind: 'workload' | 'service' | 'gateway' | 'outside' | 'external' | 'unknown';
  readonly cluster: string;
  readonly namespace: string;
  readonly app: string;
  readonly workload: string;
  readonly version: string;
  readonly service: string;
}

/** What is declared, found by name. Where a cluster is not named, or has none of that name, any other's is found. */
export class DeclaredMesh {
  readonly workloads: readonly DeclaredWorkload[];
  readonly services: readonly DeclaredService[];
  readonly #workloads = new Map<string, DeclaredWorkload>();
  readonly #services = new Map<string, DeclaredService>();

  constructor(mesh: Pick<Declarations, 'services' | 'workloads'>) {
    this.workloads = mesh.workloads;
    this.services = mesh.services;
    for (const workload of mesh.workloads) {
      setBoth(this.#workloads, workload.cluster, `${workload.namespace}/${workload.name}`, workload);
    }
    for (const service of mesh.services) {
      setBoth(this.#services, service.cluster, service.host, service);
      setBoth(this.#services, service.cluster, `${service.namespace}/${service.name}`, service);
    }
  }

  workload(namespace: string, name: string, cluster?: string): DeclaredWorkload | undefined {
    return getNearest(this.#workloads, cluster, `${namespace}/${name}`);
  }

  service({ host, namespace, name }: ServiceName, cluster?: string): DeclaredService | undefined {
    return getNearest(this.#services, cluster, host) ?? getNearest(this.#services, cluster, `${namespace}/${name}`);
  }

  /** The workload that a service consists of, if it is one: requests that reached none were meant for it. */
  onlyWorkload(call: Call): Peer | undefined {
    const { cluster } = call.target;
    const service = this.service(call.service, cluster);
    const [name, ...others] = service?.workloads ?? [];
    if (!service || name === undefined || others.length > 0) return undefined;
    const workload = this.workload(service.namespace, name, cluster);
    return workload && peerOf(workload, cluster);
  }
}

/** The first without its cluster as well. */
function setBoth<T>(map: Map<string, T>, cluster: string | undefined, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
  if (cluster !== undefined) map.set(`${cluster}\u0000${key}`, value);
}

function getNearest<T>(map: ReadonlyMap<string, T>, cluster: string | undefined, key: string): T | undefined {
  return (cluster === undefined ? undefined : map.get(`${cluster}\u0000${key}`)) ?? map.get(key);
}

/** `cluster`: that of the graph, for workloads that name none. */
export function peerOf(workload: DeclaredWorkload, cluster: string): Peer {
  return createPeer({
    cluster: workload.cluster ?? cluster,
    namespace: workload.namespace,
    workload: workload.name,
    app: workload.app,
    version: workload.version,
    principal: workload.principal,
  });
}

/** Clusters of Envoy for hosts that no service knows; every host through them is one node. */
const egressClusters = new Set(['PassthroughCluster', 'BlackHoleCluster', 'InboundPassthroughCluster']);

/**
 * Names nodes as Kiali does, by (kind, cluster, namespace, name) only: `vapp_…` for a workload among the versions of an app,
 * `app_…`, `wl_…`, `svc_…`, and one source without a name a cluster.
 */
export class NodeNaming {
  readonly #graphType: GraphType;
  readonly #declared: DeclaredMesh;
  /** Service of a workload that declares none, by what it was called as. Only the service graph needs it. */
  readonly #servedAs = new Map<string, ServiceName>();
  /** Many hops share their ends. */
  readonly #named = new Map<string, NodeIdentity>();

  constructor(graphType: GraphType, declared: DeclaredMesh, calls: readonly Call[]) {
    this.#graphType = graphType;
    this.#declared = declared;
    for (const { target, service } of calls) {
      if (target.workload === '' || service.name === '' || egressClusters.has(service.name)) continue;
      const key = `${target.namespace}/${target.workload}`;
      const known = this.#servedAs.get(key);
      // The first by name, so that the choice does not depend on the order of records.
      if (!known || service.host < known.host) this.#servedAs.set(key, service);
    }
  }

  /** The node that calls. Callers without a name come from outside where a gateway takes them, else they are unknown. */
  source(call: Call): NodeIdentity {
    const { source } = call;
    if (source.workload === '' && source.app === '') {
      const gateway =
        this.#declared.workload(call.target.namespace, call.target.workload, call.target.cluster)?.kind === 'gateway';
      const id = gateway ? `${source.cluster}_outside` : `${source.cluster}_unknown_source`;
      return { ...nameless(source.cluster), id, kind: gateway ? 'outside' : 'unknown' };
    }
    return this.workload(source);
  }

  /** The node that is called: a workload, or the service where no workload was reached. */
  target(call: Call): NodeIdentity {
    const { target, service } = call;
    const reached = target.workload !== '' || target.app !== '';
    const gateway = this.#declared.workload(target.namespace, target.workload, target.cluster)?.kind === 'gateway';
    const asService = !reached || (this.#graphType === 'service' && service.name !== '' && !gateway);
    return asService ? this.service(service, target) : this.workload(target);
  }

  /** The node of a workload in this type of graph. */
  workload(peer: Peer): NodeIdentity {
    let identity = this.#named.get(peer.key);
    if (!identity) this.#named.set(peer.key, (identity = this.#nameWorkload(peer)));
    return identity;
  }

  #nameWorkload(peer: Peer): NodeIdentity {
    const declared = this.#declared.workload(peer.namespace, peer.workload, peer.cluster);
    const gateway = declared?.kind === 'gateway' || declared?.kind === 'waypoint';
    if (this.#graphType === 'service' && !gateway) {
      const own = declared?.service;
      const service = own === undefined ? this.#servedAs.get(`${peer.namespace}/${peer.workload}`) : undefined;
      if (own !== undefined) return this.service({ host: '', name: own, namespace: peer.namespace }, peer);
      if (service) return this.service(service, peer);
    }
    const place = `${peer.cluster}_${peer.namespace}`;
    const kind = gateway ? 'gateway' : 'workload';
    const base = {
      kind,
      cluster: peer.cluster,
      namespace: peer.namespace,
      app: peer.app || (declared?.app ?? ''),
      service: declared?.service ?? '',
    } as const;
    if (this.#graphType === 'app' && base.app !== '') {
      return { ...base, id: `app_${place}_${base.app}`, workload: '', version: '' };
    }
    const version = peer.version || (declared?.version ?? '');
    const whole = { ...base, workload: peer.workload, version };
    if (this.#graphType !== 'versionedApp') return { ...whole, id: `wl_${place}_${peer.workload || peer.app}` };
    if (peer.workload !== '') return { ...whole, id: `vapp_${place}_${peer.workload}` };
    return { ...whole, id: version === '' ? `app_${place}_${peer.app}` : `vapp_${place}_${peer.app}_${version}` };
  }

  service(service: ServiceName, target: Pick<Peer, 'cluster' | 'namespace'>): NodeIdentity {
    const declared = this.#declared.service(service, target.cluster);
    const egress = egressClusters.has(service.name);
    const inCluster = declared ? declared.external !== true : /\.svc(\.|$)/.test(service.host);
    const namespace = egress ? '' : service.namespace || declared?.namespace || target.namespace;
    const name = service.name || service.host || 'unknown';
    return {
      ...nameless(target.cluster),
      id: `svc_${target.cluster}_${namespace || 'unknown'}_${name}`,
      kind: egress || (!inCluster && service.host !== '') ? 'external' : 'service',
      namespace,
      service: name,
    };
  }
}

function nameless(cluster: string): Omit<NodeIdentity, 'id' | 'kind'> {
  return { cluster, namespace: '', app: '', workload: '', version: '', service: '' };
}

/** What the graph calls it. A workload that only calls, and that nothing declares as a service, is a source of traffic. */
export function nodeKind(identity: NodeIdentity, onlyCalls: boolean): NodeKind {
  if (identity.kind === 'outside') return 'traffic-source';
  if (identity.kind === 'workload' && identity.service === '' && onlyCalls) return 'traffic-source';
  return identity.kind;
}

/** What a card says in bold. */
export function nodeLabel(identity: NodeIdentity, graphType: GraphType, inFrame: boolean): string {
  if (identity.kind === 'outside') return 'outside';
  if (identity.kind === 'unknown') return 'unknown';
  if (identity.kind === 'service' || identity.kind === 'external') return identity.service;
  if (inFrame) return identity.version || identity.workload;
  return (graphType === 'workload' ? identity.workload : identity.app) || identity.workload || identity.app;
}

/** What a Sidecar resource lets its workloads see, and what they do with hosts nobody declared. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { hostCovers, hostsOverlap, selectorMatches } from '../hosts.ts';
import { byAge } from '../object-order.ts';
import type { ServiceModel } from '../services.ts';
import { SpecNode } from '../spec-node.ts';
import type { ProxyNode } from './proxy-node.ts';
import type { VirtualServiceModel } from './virtual-service.ts';

interface HostImport {
  /** A namespace, or `*`. */
  readonly namespace: string;
  readonly host: string;
}

interface EgressListener {
  readonly imports: readonly HostImport[];
  readonly excluded: readonly HostImport[];
  /** Services without this port are not served. */
  readonly port?: number;
}

export interface SidecarModel {
  readonly object: MeshObject;
  /** Absent: for the whole namespace. */
  readonly selector?: Labels;
  readonly listeners: readonly EgressListener[];
  readonly unknownHosts?: 'passthrough' | 'refuse';
}

function readListener(node: SpecNode, namespace: string): EgressListener {
  const imports: HostImport[] = [];
  const excluded: HostImport[] = [];
  for (const text of node.child('hosts').strings()) {
    const slash = text.indexOf('/');
    if (slash < 0) continue;
    const isExcluded = text.startsWith('~');
    const scope = isExcluded ? text.slice(1, slash) : text.slice(0, slash);
    // `~/*` alone excludes everything: nothing is imported then, as nothing else is listed.
    const entry = {
      namespace: scope === '.' ? namespace : scope === '' ? '*' : scope,
      host: text.slice(slash + 1).toLowerCase(),
    };
    (isExcluded ? excluded : imports).push(entry);
  }
  const protocol = node.child('port').child('protocol').string();
  const port = protocol === 'HTTP_PROXY' ? undefined : node.child('port').child('number').integer();
  return { imports, excluded, ...(port !== undefined && port > 0 && { port }) };
}

function readUnknownHosts(node: SpecNode): 'passthrough' | 'refuse' | undefined {
  if (!node.present) return undefined;
  // The first value of Istio's enumeration is REGISTRY_ONLY, which is what an empty policy means.
  return node.child('mode').string() === 'ALLOW_ANY' ? 'passthrough' : 'refuse';
}

/** Sidecars of a snapshot: with selector first, oldest first. */
export function readSidecars(snapshot: Snapshot): readonly SidecarModel[] {
  const models = [...snapshot.ofKind(Kinds.sidecar)].sort(byAge).map((object): SidecarModel => {
    const spec = new SpecNode(object.spec, ['spec'], () => undefined);
    const selector = spec.child('workloadSelector');
    const unknownHosts = readUnknownHosts(spec.child('outboundTrafficPolicy'));
    return {
      object,
      listeners: spec
        .child('egress')
        .items()
        .map((item) => readListener(item, object.namespace)),
      ...(selector.present && { selector: selector.child('labels').stringMap() }),
      ...(unknownHosts && { unknownHosts }),
    };
  });
  return [...models.filter(({ selector }) => selector), ...models.filter(({ selector }) => !selector)];
}

/** The Sidecar a workload obeys: of its namespace by selector, of its namespace, of the root namespace, or none. */
export function sidecarFor(
  sidecars: readonly SidecarModel[],
  node: ProxyNode,
  settings: ResolvedMeshSettings,
): SidecarModel | undefined {
  if (node.kind === 'gateway') return undefined;
  const own = sidecars.find(
    ({ object, selector }) =>
      object.namespace === node.namespace && (!selector || selectorMatches(selector, node.labels)),
  );
  return own ?? sidecars.find(({ object, selector }) => object.namespace === settings.rootNamespace && !selector);
}

const inNamespace = (entry: HostImport, namespace: string): boolean =>
  entry.namespace === '*' || entry.namespace === namespace;

export function importsService(sidecar: SidecarModel | undefined, service: ServiceModel): boolean {
  if (!sidecar || sidecar.listeners.length === 0) return true;
  const covers = (entry: HostImport): boolean =>
    inNamespace(entry, service.namespace) && hostCovers(entry.host, service.host);
  return sidecar.listeners.some(
    ({ imports, excluded, port }) =>
      imports.some(covers) &&
      !excluded.some(covers) &&
      (port === undefined || service.ports.some(({ number }) => number === port)),
  );
}

/** A VirtualService is in if any of its hosts is; its other hosts come along. */
export function importsVirtualService(sidecar: SidecarModel | undefined, model: VirtualServiceModel): boolean {
  if (!sidecar || sidecar.listeners.length === 0) return true;
  const { namespace } = model.object;
  return sidecar.listeners.some(({ imports, excluded }) =>
    model.hosts.some(
      (host) =>
        imports.some((entry) => inNamespace(entry, namespace) && hostsOverlap(entry.host, host)) &&
        !excluded.some((entry) => inNamespace(entry, namespace) && hostCovers(entry.host, host)),
    ),
  );
}

/** What happens to hosts nobody declared, as the Sidecar or the mesh says. */
export function unknownHostsOf(
  sidecar: SidecarModel | undefined,
  settings: ResolvedMeshSettings,
): 'passthrough' | 'refuse' {
  if (sidecar?.unknownHosts) return sidecar.unknownHosts;
  const policy = new SpecNode(settings.meshConfig['outboundTrafficPolicy'], [], () => undefined);
  return policy.child('mode').string() === 'REGISTRY_ONLY' ? 'refuse' : 'passthrough';
}

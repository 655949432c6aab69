/** What the inbound side of a workload takes, as PeerAuthentication says. */
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { SourceRef } from '../../../shared/resource.ts';
import { Kinds } from '../../model/kinds.ts';
import { refOf, type Labels, type MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { selectorMatches } from './hosts.ts';
import { byAge } from './object-order.ts';
import { SpecNode } from './spec-node.ts';

type ServerMtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

export interface ServerMtls {
  readonly mode: ServerMtlsMode;
  /** The field that decided; absent where nothing did and the default holds. */
  readonly source?: SourceRef;
}

interface PeerAuthentication {
  readonly object: MeshObject;
  /** Absent: for the whole namespace, or mesh. An empty selector is none. */
  readonly selector?: Labels;
  readonly mode?: ServerMtlsMode;
  readonly ports: ReadonlyMap<number, ServerMtlsMode | undefined>;
}

/** PeerAuthentications by namespace, oldest first. */
export type PeerAuthenticationIndex = ReadonlyMap<string, readonly PeerAuthentication[]>;

function readMode(node: SpecNode): ServerMtlsMode | undefined {
  const mode = node.child('mode').string();
  return mode === 'STRICT' || mode === 'PERMISSIVE' || mode === 'DISABLE' ? mode : undefined;
}

function read(object: MeshObject): PeerAuthentication {
  const spec = new SpecNode(object.spec, ['spec'], () => undefined);
  const selector = spec.child('selector').child('matchLabels').stringMap();
  const mode = readMode(spec.child('mtls'));
  return {
    object,
    ...(Object.keys(selector).length > 0 && { selector }),
    ...(mode && { mode }),
    ports: new Map(
      spec
        .child('portLevelMtls')
        .entries()
        .map(([port, node]) => [Number(port), readMode(node)] as const),
    ),
  };
}

/** Reads PeerAuthentications, whatever their order. */
export function readPeerAuthentications(objects: readonly MeshObject[]): PeerAuthenticationIndex {
  const index = new Map<string, PeerAuthentication[]>();
  for (const object of [...objects].sort(byAge)) {
    const list = index.get(object.namespace);
    if (list) list.push(read(object));
    else index.set(object.namespace, [read(object)]);
  }
  return index;
}

const indexes = new WeakMap<Snapshot, PeerAuthenticationIndex>();

/** The PeerAuthentications of a snapshot, read once for as long as it lives. */
export function indexPeerAuthentications(snapshot: Snapshot): PeerAuthenticationIndex {
  let index = indexes.get(snapshot);
  if (!index) indexes.set(snapshot, (index = readPeerAuthentications(snapshot.ofKind(Kinds.peerAuthentication))));
  return index;
}

const fromPolicy = (
  policy: PeerAuthentication,
  mode: ServerMtlsMode,
  path: readonly (string | number)[],
): ServerMtls => ({
  mode,
  source: { resource: refOf(policy.object), path },
});

/** The question of `serverMtlsMode` asked of a prepared index. */
export function serverMtlsOf(
  index: PeerAuthenticationIndex,
  settings: ResolvedMeshSettings,
  namespace: string,
  labels: Labels,
  port?: number,
): ServerMtls {
  const wholeNamespace = (name: string): PeerAuthentication | undefined =>
    index.get(name)?.find((policy) => policy.selector === undefined);
  const root = wholeNamespace(settings.rootNamespace);
  // A selector in the root namespace selects nothing: istiod takes workload policies from other namespaces only.
  const isRoot = namespace === settings.rootNamespace;
  const own = isRoot ? undefined : wholeNamespace(namespace);
  const workload = isRoot
    ? undefined
    : index.get(namespace)?.find((policy) => policy.selector && selectorMatches(policy.selector, labels));
  if (workload && port !== undefined) {
    const mode = workload.ports.get(port);
    if (mode) return fromPolicy(workload, mode, ['spec', 'portLevelMtls', String(port), 'mode']);
  }
  for (const policy of [workload, own, root]) {
    if (policy?.mode) return fromPolicy(policy, policy.mode, ['spec', 'mtls', 'mode']);
  }
  return { mode: 'PERMISSIVE' };
}

/**
 * Mode of a workload's server side: the oldest policy that selects it, then the oldest of its namespace, then of the root
 * namespace, else PERMISSIVE; an unset mode inherits. `port` is the workload's own port, for `portLevelMtls`.
 */
export function serverMtlsMode(input: {
  readonly snapshot: Snapshot;
  readonly settings: ResolvedMeshSettings;
  readonly namespace: string;
  readonly labels: Labels;
  readonly port?: number;
}): ServerMtls {
  const index = indexPeerAuthentications(input.snapshot);
  return serverMtlsOf(index, input.settings, input.namespace, input.labels, input.port);
}

/** Modes of a workload's server side over its ports: those with one of their own, and the rest. */
export function serverModesOf(
  index: PeerAuthenticationIndex,
  settings: ResolvedMeshSettings,
  { namespace, labels }: { readonly namespace: string; readonly labels: Labels },
): readonly ServerMtls[] {
  const special = (index.get(namespace) ?? []).flatMap(({ selector, ports }) =>
    selector && selectorMatches(selector, labels) ? [...ports.keys()] : [],
  );
  return [undefined, ...special].map((port) => serverMtlsOf(index, settings, namespace, labels, port));
}

/** Whether clients choose mutual TLS by themselves wherever the server takes it. */
export function isAutoMtls(settings: ResolvedMeshSettings): boolean {
  return settings.meshConfig['enableAutoMtls'] !== false;
}

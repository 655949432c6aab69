/** Everything about a snapshot that routes of all proxies share, read once. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { isExportedTo } from '../export-to.ts';
import { indexPeerAuthentications, type PeerAuthenticationIndex } from '../mutual-tls.ts';
import { byAge } from '../object-order.ts';
import { readServices, visibleServices, type ServiceModel } from '../services.ts';
import { SpecNode } from '../spec-node.ts';
import type { CompileProblem, ConnectionPool, OutlierDetection } from './compiled.ts';
import { resolveDelegates } from './delegates.ts';
import { indexDestinationRules, type DestinationRuleIndex } from './destination-rules.ts';
import { readGateways, type GatewayModel } from './gateways.ts';
import { referenceProblems } from './reference-problems.ts';
import type { PathNormalization } from './request-path.ts';
import { readRetry, type RetrySettings } from './route-settings.ts';
import { readSidecars, type SidecarModel } from './sidecar-scope.ts';
import { defaultConnectionPool, readConnectionPool, readOutlierDetection } from './traffic-policy.ts';
import { readVirtualService, type VirtualServiceModel } from './virtual-service.ts';

/** What the mesh configuration sets for every route. */
interface MeshDefaults {
  readonly retry?: RetrySettings;
  readonly pool: ConnectionPool;
  readonly outlier?: OutlierDetection;
  readonly autoMtls: boolean;
  readonly pathNormalization: PathNormalization;
}

/** What one namespace sees. */
export interface NamespaceView {
  readonly services: ReadonlyMap<string, ServiceModel>;
  /** In the order istiod looks at them: private ones of the namespace, those exported to it by name, public ones. */
  readonly virtualServices: readonly VirtualServiceModel[];
}

export interface PreparedRouting {
  readonly snapshot: Snapshot;
  readonly settings: ResolvedMeshSettings;
  readonly services: readonly ServiceModel[];
  /** With hosts; delegates are merged into the ones that name them. Oldest first. */
  readonly virtualServices: readonly VirtualServiceModel[];
  readonly destinationRules: DestinationRuleIndex;
  readonly gateways: readonly GatewayModel[];
  readonly sidecars: readonly SidecarModel[];
  readonly peerAuthentications: PeerAuthenticationIndex;
  readonly defaults: MeshDefaults;
  readonly problems: readonly CompileProblem[];
  view(namespace: string): NamespaceView;
}

const normalizations: Readonly<Record<string, PathNormalization>> = {
  NONE: 'NONE',
  BASE: 'BASE',
  MERGE_SLASHES: 'MERGE_SLASHES',
  DECODE_AND_MERGE_SLASHES: 'DECODE_AND_MERGE_SLASHES',
};

function readDefaults(settings: ResolvedMeshSettings): MeshDefaults {
  const mesh = new SpecNode(settings.meshConfig, [], () => undefined);
  const retry = readRetry(mesh.child('defaultHttpRetryPolicy'));
  const policy = mesh.child('defaultTrafficPolicy');
  const connectTimeout = readConnectionPool(
    new SpecNode({ tcp: { connectTimeout: mesh.child('connectTimeout').value ?? '10s' } }, [], () => undefined),
  );
  const base = connectTimeout ?? defaultConnectionPool;
  const outlier = readOutlierDetection(policy.child('outlierDetection'));
  const normalization = mesh.child('pathNormalization').child('normalization').string() ?? 'BASE';
  return {
    pool: readConnectionPool(policy.child('connectionPool'), base) ?? base,
    autoMtls: mesh.child('enableAutoMtls').boolean() ?? true,
    pathNormalization: (Object.hasOwn(normalizations, normalization) && normalizations[normalization]) || 'BASE',
    ...(retry && { retry }),
    ...(outlier && { outlier }),
  };
}

function orderFor(virtualServices: readonly VirtualServiceModel[], namespace: string): readonly VirtualServiceModel[] {
  const rank = ({ exportTo, object }: VirtualServiceModel): number =>
    exportTo.has('*') ? 2 : object.namespace === namespace ? 0 : 1;
  const visible = virtualServices.filter(({ exportTo }) => isExportedTo(exportTo, namespace));
  return [0, 1, 2].flatMap((wanted) => visible.filter((model) => rank(model) === wanted));
}

function prepare(snapshot: Snapshot, settings: ResolvedMeshSettings): PreparedRouting {
  const services = readServices(snapshot, settings);
  const read = [...snapshot.ofKind(Kinds.virtualService)]
    .sort(byAge)
    .map((object) => readVirtualService(object, settings));
  const { virtualServices, problems: delegation } = resolveDelegates(read);
  const destinationRules = indexDestinationRules(snapshot, settings);
  const gateways = readGateways(snapshot);
  const views = new Map<string, NamespaceView>();
  return {
    snapshot,
    settings,
    services,
    virtualServices,
    destinationRules,
    gateways,
    sidecars: readSidecars(snapshot),
    peerAuthentications: indexPeerAuthentications(snapshot),
    defaults: readDefaults(settings),
    problems: [
      ...[...read, ...destinationRules.rules, ...gateways].flatMap(({ problems }) => problems),
      ...delegation,
      ...referenceProblems({ services, virtualServices: read, rules: destinationRules.rules, gateways, settings }),
    ],
    view: (namespace) => {
      let view = views.get(namespace);
      if (!view) {
        view = {
          services: visibleServices(services, namespace),
          virtualServices: orderFor(virtualServices, namespace),
        };
        views.set(namespace, view);
      }
      return view;
    },
  };
}

const prepared = new WeakMap<Snapshot, Map<string, PreparedRouting>>();

/**
 * The prepared form of a snapshot. Kept as long as the snapshot lives, so that twenty proxies compiled after one change
 * read the objects once.
 */
export function prepareRouting(snapshot: Snapshot, settings: ResolvedMeshSettings): PreparedRouting {
  let bySettings = prepared.get(snapshot);
  if (!bySettings) prepared.set(snapshot, (bySettings = new Map<string, PreparedRouting>()));
  const key = JSON.stringify(settings);
  let result = bySettings.get(key);
  if (!result) bySettings.set(key, (result = prepare(snapshot, settings)));
  return result;
}

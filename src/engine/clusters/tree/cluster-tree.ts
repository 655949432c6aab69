import type { ClusterTreeItem, ClusterTreeNamespace, ProxyStatus } from '../../../shared/cluster.ts';
import type { Health, HealthState } from '../../../shared/health.ts';
import { controlPlaneIn } from '../../discovery/kubernetes/meshes/control-plane-namespace.ts';
import { membershipText, namespaceMembership } from '../../discovery/kubernetes/meshes/namespace-membership.ts';
import { Kinds } from '../../model/kinds.ts';
import { displayName } from '../../model/mesh-object.ts';
import { gatewayItems, isGatewayWorkload } from './gateway-items.ts';
import { policyItems } from './policy-items.ts';
import { serviceItems } from './service-items.ts';
import type { NamespaceInput, TreeInput } from './tree-input.ts';
import { workloadItem, workloadsOf } from './workload-items.ts';

/** Makes the namespaces of a tree one by one. The same objects give the same. */
export function treeBuilder(input: TreeInput): {
  readonly names: readonly string[];
  readonly build: (namespace: string) => ClusterTreeNamespace;
} {
  const proxies = new Map<string, ProxyStatus>(
    input.proxies.map((proxy) => [`${proxy.namespace}/${proxy.pod}`, proxy]),
  );
  const proxyOf = (namespace: string, pod: string): ProxyStatus | undefined => proxies.get(`${namespace}/${pod}`);
  return { names: namespacesOf(input), build: (namespace) => treeNamespace({ ...input, namespace, proxyOf }) };
}

/** Chosen ones; all that are known otherwise. Who may not list namespaces knows those that hold something. */
function namespacesOf({ snapshot, namespaces }: TreeInput): readonly string[] {
  if (namespaces.length > 0) return [...new Set(namespaces)].sort();
  const listed = snapshot.ofKind(Kinds.namespace).map(({ name }) => name);
  const used = snapshot.kinds.flatMap((kind) => [...snapshot.objectsOf(kind).namespaces]).filter((name) => name !== '');
  return [...new Set([...listed, ...(listed.length > 0 ? [] : used)])].sort();
}

function treeNamespace(input: NamespaceInput): ClusterTreeNamespace {
  const { namespace } = input;
  const workloads = workloadsOf(input).map((workload) => ({
    isGateway: isGatewayWorkload(workload),
    item: workloadItem(input, workload),
  }));
  const services = serviceItems(input);
  const gateways = [...gatewayItems(input), ...workloads.flatMap(({ isGateway, item }) => (isGateway ? [item] : []))];
  const others = workloads.flatMap(({ isGateway, item }) => (isGateway ? [] : [item]));
  const policies = policyItems(input);
  return {
    name: namespace,
    health: worst([...others, ...gateways, ...services, ...policies]),
    membership: membershipOf(input, others),
    services,
    workloads: others,
    gateways,
    policies,
  };
}

/** What its labels wish; a control plane takes part in no mesh and is none the less of one. */
function membershipOf({ snapshot, namespace }: NamespaceInput, workloads: readonly ClusterTreeItem[]): string {
  const object = snapshot.find(Kinds.namespace, '', namespace);
  const wished = object && namespaceMembership(object);
  const mesh = wished === undefined || wished.mode === 'none' ? controlPlaneIn(snapshot, namespace) : undefined;
  if (mesh !== undefined) return `control plane of ${mesh}`;
  return wished ? membershipText(wished) : membershipByWorkloads(workloads);
}

/** Where the namespace itself may not be read, what runs in it tells; where nothing does, nobody. */
function membershipByWorkloads(items: readonly ClusterTreeItem[]): string {
  const members = new Set(items.map(({ membership }) => membership));
  if (members.has('sidecar')) return 'sidecars';
  if (members.has('ambient')) return 'ambient';
  if (members.has('linkerd-proxy')) return 'linkerd';
  return items.length === 0 ? '' : 'not in a mesh';
}

const order: readonly Health[] = ['unknown', 'idle', 'healthy', 'degraded', 'failing'];

function worst(items: readonly ClusterTreeItem[]): HealthState {
  const [first] = items;
  if (!first) return { health: 'idle', reason: 'Nothing of a mesh is in it' };
  const item = items.reduce(
    (bad, one) => (order.indexOf(one.health.health) > order.indexOf(bad.health.health) ? one : bad),
    first,
  );
  const { health } = item.health;
  if (health !== 'degraded' && health !== 'failing') return { health, reason: 'Nothing is wrong' };
  const more = items.filter((one) => one.health.health === 'degraded' || one.health.health === 'failing').length - 1;
  const name = displayName({ ...item.ref, namespace: '' });
  return { health, reason: `${name}: ${item.health.reason}${more > 0 ? ` (and ${more} more)` : ''}` };
}

/** Whether a workload is, or will be, in Istio's mesh: what the injector and the node agent go by. */
import type { MeshMembership } from '../../../shared/cluster.ts';
import { Kinds } from '../../model/kinds.ts';
import { podMembership } from '../../model/membership.ts';
import type { Labels } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';
import type { WorkloadView } from './workloads.ts';

/** `unknown`: it depends on the labels of a namespace that nothing declares. */
export type Membership = Exclude<MeshMembership, 'linkerd-proxy'> | 'unknown';

/** Whether the labels of a namespace ask for sidecars. */
function isInjectingNamespace(labels: Labels): boolean {
  const injection = labels['istio-injection'];
  return injection === undefined ? labels['istio.io/rev'] !== undefined : injection === 'enabled';
}

/** Pods of the namespace are in the ambient mesh unless they say otherwise; sidecars count before it. */
export function isAmbientNamespace(labels: Labels): boolean {
  return labels['istio.io/dataplane-mode'] === 'ambient' && !isInjectingNamespace(labels);
}

/** Whether the labels of a namespace bring its pods into the mesh. */
export function isMeshNamespace(labels: Labels): boolean {
  return isInjectingNamespace(labels) || isAmbientNamespace(labels);
}

/** Never injected, whatever their labels say. */
export const neverInjected: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

/** What labels of a pod say for themselves; undefined where they leave it to the namespace. */
function ownWish({ labels, annotations }: WorkloadView): boolean | undefined {
  const text = labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject'];
  if (text === undefined) return undefined;
  return ['true', 'yes', 'y', 'on'].includes(text.toLowerCase());
}

/** A gateway: its pods are proxies and nothing else. */
export function isProxyOnly({ containers }: WorkloadView): boolean {
  return containers.length > 0 && containers.every(({ name, isInit }) => isInit || name === 'istio-proxy');
}

/** Whether the webhooks Istio installs send a pod of the namespace to the injector. */
function isSentToInjector(workload: WorkloadView, namespace: Labels): boolean {
  const inject = workload.labels['sidecar.istio.io/inject'];
  if (inject === 'false') return false;
  const injection = namespace['istio-injection'];
  if (injection !== undefined) return injection === 'enabled';
  if (namespace['istio.io/rev'] !== undefined) return true;
  return workload.labels['istio.io/rev'] !== undefined || inject === 'true';
}

/**
 * Whether the injector adds a sidecar when a pod is made; undefined where the labels of the namespace decide and are not
 * known.
 */
export function isInjected(workload: WorkloadView, namespace: Labels | undefined): boolean | undefined {
  if (workload.hostNetwork || neverInjected.has(workload.namespace)) return false;
  const wish = ownWish(workload);
  if (wish === false) return false;
  if (namespace === undefined) {
    const isExplicit = wish === true && workload.labels['sidecar.istio.io/inject'] !== undefined;
    return isExplicit ? true : undefined;
  }
  return isSentToInjector(workload, namespace);
}

function isAmbient(workload: WorkloadView, namespace: Labels | undefined): boolean | undefined {
  if (workload.hostNetwork || neverInjected.has(workload.namespace)) return false;
  const own = workload.labels['istio.io/dataplane-mode'];
  if (own !== undefined) return own === 'ambient';
  return namespace && namespace['istio.io/dataplane-mode'] === 'ambient';
}

/**
 * How a workload takes part, from what it contains, its labels and those of its namespace (undefined where they are not
 * known). Machines outside the cluster have no labels that would tell.
 */
export function membershipOf(workload: WorkloadView, namespace: Labels | undefined): Membership {
  const kind = kindKey(workload.object);
  if (kind === Kinds.workloadEntry || kind === Kinds.workloadGroup) return 'unknown';
  const present = podMembership(workload.object);
  if (present === 'sidecar' || present === 'ambient') return present;
  const sidecar = isInjected(workload, namespace);
  if (sidecar === true) return 'sidecar';
  const ambient = isAmbient(workload, namespace);
  if (ambient === true) return sidecar === undefined && namespace === undefined ? 'unknown' : 'ambient';
  return sidecar === undefined || ambient === undefined ? 'unknown' : 'none';
}

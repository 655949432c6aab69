import type { ClusterTreeItem, ProxyStatus, SyncState } from '../../../shared/cluster.ts';
import { compareText } from '../../../shared/compare.ts';
import type { HealthState } from '../../../shared/health.ts';
import type { ResourceRef } from '../../../shared/resource.ts';
import { fieldOf, numberOf } from '../../../shared/untrusted.ts';
import { namespaceMembership } from '../../discovery/kubernetes/meshes/namespace-membership.ts';
import { podsOf, workloadOf } from '../../model/indexes/owners.ts';
import { Kinds } from '../../model/kinds.ts';
import { workloadMembership } from '../../model/membership.ts';
import { groupOf, refOf, type MeshObject } from '../../model/mesh-object.ts';
import { isCompleted, isReady, troubleOf } from './pod-state.ts';
import { replicaHealth, startingHealth } from './replica-health.ts';
import { isStarting } from './rollout.ts';
import { membershipWord, treeItem } from './tree-item.ts';
import type { NamespaceInput } from './tree-input.ts';

const controllers = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet] as const;

/** A workload of a namespace with its pods; `object` is absent for owners the model does not hold. */
export interface Workload {
  readonly ref: ResourceRef;
  readonly object: MeshObject | undefined;
  readonly pods: readonly MeshObject[];
}

/** Controllers, and whatever else owns pods: jobs, foreign controllers, pods that nobody owns. By name, then kind. */
export function workloadsOf({ snapshot, namespace }: NamespaceInput): readonly Workload[] {
  const found = new Map<string, Workload>();
  const idOf = ({ apiVersion, kind, name }: ResourceRef): string => `${name}/${kind}/${groupOf(apiVersion)}`;
  for (const kind of controllers)
    for (const object of snapshot.inNamespace(kind, namespace)) {
      const ref = refOf(object);
      found.set(idOf(ref), { ref, object, pods: podsOf(snapshot, ref) });
    }
  for (const pod of snapshot.inNamespace(Kinds.pod, namespace)) {
    const ref = workloadOf(snapshot, pod);
    if (!found.has(idOf(ref))) found.set(idOf(ref), { ref, object: undefined, pods: podsOf(snapshot, ref) });
  }
  return [...found].sort(([a], [b]) => compareText(a, b)).map(([, workload]) => workload);
}

export function workloadItem(input: NamespaceInput, workload: Workload): ClusterTreeItem {
  const { ref, object, pods } = workload;
  const proxies = pods.flatMap((pod) => input.proxyOf(pod.namespace, pod.name) ?? []);
  const membership = workloadMembership(object, pods);
  const { desired, ready, health } = object
    ? controllerState(object, pods, syncedOf(pods, proxies, input))
    : ownerState(pods);
  const sync = worstSync(proxies);
  const missing = membership === 'none' ? missingSidecar(input, object, pods) : undefined;
  const words = [
    ref.kind === 'Deployment' ? '' : ref.kind,
    health.health === 'idle' ? health.reason.toLowerCase() : `${ready}/${desired} ready`,
    missing === undefined ? membershipWord(membership) : 'sidecar missing',
    sync === undefined || sync === 'synced' ? '' : `proxy ${sync}`,
  ];
  return treeItem(input, { ref, health, words, membership, sync, hint: missing });
}

/** Why a workload is without the sidecar that its namespace asks for, with the way to it; undefined where none is due. */
function missingSidecar(
  { snapshot, namespace }: NamespaceInput,
  object: MeshObject | undefined,
  pods: readonly MeshObject[],
): string | undefined {
  const place = snapshot.find(Kinds.namespace, '', namespace);
  if (!place || namespaceMembership(place).mode !== 'sidecar') return undefined;
  const running = pods.filter((pod) => !isCompleted(pod));
  if (running.length === 0 || running.some(declinesSidecar)) return undefined;
  return object === undefined
    ? 'Its namespace asks for sidecars, and it has none: it gets one when it is created anew.'
    : 'Its namespace asks for sidecars, and its pods have none: they get one when the workload is restarted.';
}

/** Istio's injector leaves out pods that say so, and those in the network of their node. */
const declinesSidecar = ({ labels, annotations, spec }: MeshObject): boolean =>
  (labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject']) === 'false' ||
  fieldOf(spec, 'hostNetwork') === true;

interface WorkloadState {
  readonly desired: number;
  readonly ready: number;
  readonly health: HealthState;
}

function controllerState(
  controller: MeshObject,
  pods: readonly MeshObject[],
  synced: number | undefined,
): WorkloadState {
  const { kind, spec, status } = controller;
  const count = (field: string): number | undefined => numberOf(fieldOf(status, field));
  const isDaemonSet = kind === 'DaemonSet';
  const desired =
    (isDaemonSet ? count('desiredNumberScheduled') : numberOf(fieldOf(spec, 'replicas'))) ?? (isDaemonSet ? 0 : 1);
  const available = count(isDaemonSet ? 'numberAvailable' : 'availableReplicas') ?? 0;
  const current = isDaemonSet ? desired : (count('replicas') ?? 0);
  const trouble = pods.flatMap((pod) => (isReady(pod) ? [] : (troubleOf(pod) ?? [])))[0];
  const counts = { desired, current, available, ...(synced === undefined ? {} : { synced }) };
  const health = isStarting(controller, pods) ? startingHealth(counts, trouble) : replicaHealth(counts, trouble);
  return { desired, ready: count(isDaemonSet ? 'numberReady' : 'readyReplicas') ?? 0, health };
}

/** Jobs, foreign controllers and lone pods tell by their pods alone; pods that have done their work are well. */
function ownerState(pods: readonly MeshObject[]): WorkloadState {
  const running = pods.filter((pod) => !isCompleted(pod));
  if (running.length === 0) return { desired: pods.length, ready: 0, health: { health: 'idle', reason: 'Completed' } };
  const ready = running.filter(isReady).length;
  const trouble = running.flatMap((pod) => (isReady(pod) ? [] : (troubleOf(pod) ?? [])))[0];
  const health = replicaHealth({ desired: running.length, current: running.length, available: ready }, trouble);
  return { desired: running.length, ready, health };
}

/** Pods of the workload whose proxy is in step; undefined where proxies were not asked or none is of Istio. */
function syncedOf(
  pods: readonly MeshObject[],
  proxies: readonly ProxyStatus[],
  { proxies: all }: NamespaceInput,
): number | undefined {
  if (all.length === 0 || proxies.length === 0) return undefined;
  const behind = proxies.filter(({ state }) => state === 'stale' || state === 'not-sent').length;
  return pods.length - behind;
}

const syncOrder: readonly SyncState[] = ['ignored', 'synced', 'unknown', 'not-sent', 'stale'];

function worstSync(proxies: readonly ProxyStatus[]): SyncState | undefined {
  return proxies.reduce<SyncState | undefined>(
    (worst, { state }) => (worst === undefined || syncOrder.indexOf(state) > syncOrder.indexOf(worst) ? state : worst),
    undefined,
  );
}

import type {
  ClusterAction,
  ClusterExecution,
  ClusterObjectText,
  ClusterPlan,
  ClusterStatus,
  ProxyStatus,
} from '../../../shared/cluster.ts';
import type { ResourceRef } from '../../../shared/resource.ts';
import type { KindKey } from '../../model/mesh-object.ts';
import type { ObjectStore } from '../../model/object-store.ts';
import type { KubeTransport } from './transport/kube-transport.ts';

export interface Disposable {
  dispose(): void;
}

/** One connected context: keeps its layer of the model live, and asks and changes the cluster for a person. */
export interface ClusterSession {
  readonly context: string;
  readonly status: ClusterStatus;
  /** Objects of the cluster, stripped of what the model does not need. */
  readonly store: ObjectStore;
  readonly transport: KubeTransport;
  /** Kinds of which the store has every object that the cluster has: what is not there does not exist. */
  readonly completeKinds: readonly KindKey[];
  onStatus(listener: (status: ClusterStatus) => void): Disposable;
  /** Empty: all namespaces that may be read. */
  setNamespaces(namespaces: readonly string[]): void;
  object(ref: ResourceRef, signal?: AbortSignal): Promise<ClusterObjectText>;
  plan(action: ClusterAction, signal?: AbortSignal): Promise<ClusterPlan>;
  execute(plan: ClusterPlan, options: { readonly force: boolean }, signal?: AbortSignal): Promise<ClusterExecution>;
  proxyStatus(signal?: AbortSignal): Promise<readonly ProxyStatus[]>;
  proxyConfig(target: { readonly namespace: string; readonly pod: string }, signal?: AbortSignal): Promise<string>;
  dispose(): Promise<void>;
}

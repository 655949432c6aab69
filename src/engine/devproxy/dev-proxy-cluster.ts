import type { ClusterStatus } from '../../shared/cluster.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { ObjectStore } from '../model/object-store.ts';

export interface Disposable {
  dispose(): void;
}

/** What the dev proxy needs of a connected cluster. */
export interface DevProxyCluster {
  readonly context: string;
  /** URL of the API server, without credentials. */
  readonly apiServer: string;
  readonly store: ObjectStore;
  readonly status: ClusterStatus;
  /** Those of the cluster's own mesh, and of the person; the same object while they do not change. */
  readonly settings: ResolvedMeshSettings;
  onStatus(listener: () => void): Disposable;
}

/** What keeps the dev proxy from doing what was asked; the message is for people and says what to do. */
export class DevProxyError extends Error {
  override readonly name = 'DevProxyError';
}

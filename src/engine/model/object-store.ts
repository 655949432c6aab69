import type { KindKey, MeshObject } from './mesh-object.ts';
import type { Snapshot } from './snapshot.ts';

/** One object that came, changed (both), or went. */
export interface ObjectChange {
  readonly before?: MeshObject;
  readonly after?: MeshObject;
}

/** What turned one state of a store into the next. */
export interface ModelDelta {
  /** Grows by one with every delta. */
  readonly version: number;
  readonly changes: readonly ObjectChange[];
}

/**
 * The live objects of one layer. Reading is by snapshots: immutable, cheap to take (what did not change is shared), and the
 * same object while nothing changes.
 */
export interface ObjectStore {
  readonly version: number;
  put(...objects: readonly MeshObject[]): void;
  remove(kind: KindKey, namespace: string, name: string): void;
  /**
   * Makes the objects of a kind (of one namespace, or of all where it is undefined) exactly these: after a list, what it does
   * not hold was deleted.
   */
  replace(kind: KindKey, namespace: string | undefined, objects: readonly MeshObject[]): void;
  count(kind: KindKey): number;
  snapshot(): Snapshot;
  onDelta(listener: (delta: ModelDelta) => void): { dispose(): void };
}

import type { FieldPath, Range } from './text.ts';

/** Names one object of the model the way people say it: `VirtualService bookinfo/reviews`. */
export interface ResourceRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The place in text that declares an object or one field of it. `range` is absent for objects that come from no file. */
export interface SourceRef {
  readonly resource: ResourceRef;
  readonly path: FieldPath;
  readonly uri?: string;
  readonly range?: Range;
  /** Only the workspace has it: in the cluster it does nothing yet. */
  readonly isUnapplied?: true;
}

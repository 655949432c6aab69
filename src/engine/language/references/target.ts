import type { FieldPath } from '../../../shared/text.ts';
import type { KindKey, Labels, MeshObject } from '../../model/mesh-object.ts';

/** What a field of an object names. A Service is named by its host, however the field writes it. */
export type Target =
  | { readonly type: 'host'; readonly host: string }
  | { readonly type: 'subset'; readonly host: string; readonly subset: string }
  | ObjectTarget
  /** A named part of an object: a listener of a Gateway. */
  | {
      readonly type: 'part';
      readonly kind: KindKey;
      readonly namespace: string;
      readonly name: string;
      readonly part: string;
    }
  /** Without a namespace: of all of them. */
  | { readonly type: 'workloads'; readonly namespace?: string; readonly selector: Labels };

/** The namespace of cluster-scoped kinds is empty. */
export interface ObjectTarget {
  readonly type: 'object';
  readonly kind: KindKey;
  readonly namespace: string;
  readonly name: string;
}

/** A field that names something, or in which something gets its name. */
export interface ReferenceField {
  readonly object: MeshObject;
  readonly path: FieldPath;
  readonly target: Target;
  /** What to write there when what it names is called otherwise; undefined where the name does not stand there as such. */
  readonly renamed?: (name: string) => string | undefined;
}

export function isSameTarget(a: Target, b: Target): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

import type { FieldPath } from '../../../shared/text.ts';
import type { MeshObject } from '../../model/mesh-object.ts';

/** One change to an object, said in its fields; `text-edits.ts` says it in characters. */
export type Change =
  /** Writes another scalar. */
  | {
      readonly type: 'replace-value';
      readonly object: MeshObject;
      readonly path: FieldPath;
      readonly value: string | number | boolean;
    }
  /** Puts an unquoted scalar in quotes, as it stands. */
  | { readonly type: 'quote'; readonly object: MeshObject; readonly path: FieldPath }
  | { readonly type: 'rename-key'; readonly object: MeshObject; readonly path: FieldPath; readonly key: string }
  /** Takes away a field with its value, or an item of a list. */
  | { readonly type: 'remove'; readonly object: MeshObject; readonly path: FieldPath }
  /** Adds a field to the mapping at the path, below the field `after` if that is there. */
  | {
      readonly type: 'insert-field';
      readonly object: MeshObject;
      readonly path: FieldPath;
      readonly key: string;
      readonly value: unknown;
      readonly after?: string;
    }
  /** Adds an item at the end of the list at the path. */
  | { readonly type: 'append-item'; readonly object: MeshObject; readonly path: FieldPath; readonly value: unknown }
  /** Adds a document at the end of the file that declares the object. */
  | { readonly type: 'append-document'; readonly object: MeshObject; readonly value: unknown };

/** A change that makes a finding go away. */
export interface FixPlan {
  readonly title: string;
  readonly isPreferred?: boolean;
  readonly changes: readonly Change[];
}

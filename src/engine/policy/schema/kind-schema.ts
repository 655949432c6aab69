import type { ObjectSchema } from './schema.ts';

/** What we know of one kind: its served versions and its structure. */
export interface KindSchema {
  readonly group: string;
  readonly kind: string;
  /** The one to write first. */
  readonly versions: readonly string[];
  /** What the kind is for. */
  readonly help: string;
  /** `spec`, or whatever else stands beside `metadata`. */
  readonly fields: ObjectSchema['fields'];
  readonly required: readonly string[];
  /** Validated by a reader of its own; the table serves hover and completion. */
  readonly hasOwnReader?: boolean;
}

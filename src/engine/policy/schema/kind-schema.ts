import type { ObjectSchema } from './schema.ts';
import type { NameForm } from './tables/kubernetes/metadata.ts';

/** Which fields of an API exist: those of its standard channel, or also those it tries out. */
export type ApiChannel = 'standard' | 'experimental';

/** What stands beside `metadata`. */
export interface KindFields {
  readonly fields: ObjectSchema['fields'];
  readonly required: readonly string[];
  /** Of the object as a whole. */
  readonly rules?: ObjectSchema['rules'];
  /** Fields beyond these are nobody's mistake. */
  readonly isOpen?: boolean;
}

/** What we know of one kind: its served versions and its structure. */
export interface KindSchema extends KindFields {
  readonly group: string;
  readonly kind: string;
  /** Served ones; the one to write first. */
  readonly versions: readonly string[];
  /** Further ones that are served where the experimental channel is installed. */
  readonly experimentalVersions?: readonly string[];
  /** Structures of versions that differ from the one above. */
  readonly ofVersion?: Readonly<Record<string, KindFields>>;
  /** What the kind is for. */
  readonly help: string;
  /** Known in the experimental channel only. */
  readonly channel?: 'experimental';
  readonly isClusterScoped?: boolean;
  /** Default `subdomain`, as for all custom resources. */
  readonly nameForm?: NameForm;
  /** Validated by a reader of its own; the table serves hover and completion. */
  readonly hasOwnReader?: boolean;
  /** The name of a file says that it is of this kind: its fields stand alone, without `kind` or `metadata`. */
  readonly isWholeFile?: boolean;
}

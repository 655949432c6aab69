/**
 * Structural tables of the kinds we know: what `openAPIV3Schema` says in a CRD, in the form a person can write and read,
 * with help in our own words. The functions below are the notation.
 */
import type { FieldPath } from '../../../shared/text.ts';
import type { TextFormat } from './text-formats.ts';

/** What a rule finds wrong with a value; the path is relative to it. */
export interface RuleProblem {
  readonly path: FieldPath;
  /** Default `head`. */
  readonly part?: 'key' | 'value' | 'head';
  readonly message: string;
  /** Default `broken-rule`; `undecided-rule` where it could not be evaluated and nothing is known to be wrong. */
  readonly kind?:
    'broken-rule' | 'undecided-rule' | 'invalid-format' | 'out-of-range' | 'missing-field' | 'ignored-namespace';
}

/** What must hold between the fields of a value (`x-kubernetes-validations`). Sees it with defaults filled in. Never throws. */
export type SchemaRule = (value: unknown) => readonly RuleProblem[];

/** Value validations below `oneOf`, `anyOf`, `allOf` and `not`, as CRDs write them. */
export interface Logic {
  readonly oneOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
  readonly not?: Shape;
}

/** One of the alternatives of a `Logic`. A field without limits is no condition. */
export interface Shape extends Logic {
  readonly required?: readonly string[];
  readonly fields?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  /** A schema without help, for limits of the value itself. */
  readonly limits?: Schema;
  readonly values?: readonly unknown[];
}

interface Common {
  readonly help: string;
  /** `null` stands for an absent value. */
  readonly nullable?: boolean;
  /** What to use instead; the field still works. */
  readonly deprecated?: string;
  /** What the API server writes where the field is absent. */
  readonly default?: unknown;
  /** In a table of an API's standard channel: known in its experimental channel only. */
  readonly channel?: 'experimental';
  /** Releases of the API before the present one had it: the release that took it away, and what is in its place. */
  readonly former?: { readonly until: string; readonly instead: string };
  readonly rules?: readonly SchemaRule[];
  readonly logic?: Logic;
}

/** A regular expression that may match anywhere in the text. */
export interface Pattern {
  readonly source: string;
  test(text: string): boolean;
}

export interface TextSchema extends Common {
  readonly type: 'string';
  readonly values?: readonly string[];
  /** Words that only the experimental channel knows. */
  readonly experimentalValues?: readonly string[];
  /** Words that still work, and those that took their place. */
  readonly deprecatedValues?: Readonly<Record<string, string>>;
  readonly format?: TextFormat;
  readonly pattern?: Pattern;
  /** What the pattern demands, to follow "must be". */
  readonly patternHelp?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** One of the words is `off`, which YAML reads as false where it has no quotes. */
  readonly isFalseToo?: boolean;
}

export interface NumberSchema extends Common {
  readonly type: 'integer' | 'number';
  readonly minimum?: number;
  readonly maximum?: number;
  /** The limits themselves are excluded. */
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  /** What the number must fit into; whole numbers always into 64 bits. */
  readonly format?: 'int32' | 'int64' | 'float' | 'double';
  readonly values?: readonly number[];
}

export interface FlagSchema extends Common {
  readonly type: 'boolean';
}

/** A number, or a text such as a port name. */
export interface IntOrTextSchema extends Common {
  readonly type: 'int-or-string';
  /** Of the text. */
  readonly pattern?: Pattern;
  readonly patternHelp?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface ListSchema extends Common {
  readonly type: 'array';
  readonly items: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Fields that together must differ between items (`x-kubernetes-list-map-keys`). */
  readonly keys?: readonly string[];
  /** No item twice (`x-kubernetes-list-type: set`). */
  readonly isSet?: boolean;
}

/** A mapping with keys of the user's choice. */
export interface MapSchema extends Common {
  readonly type: 'map';
  readonly values: Schema;
  readonly minEntries?: number;
  readonly maxEntries?: number;
}

export interface ObjectSchema extends Common {
  readonly type: 'object';
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  /** Groups of fields of which at most one may be set. */
  readonly exclusive: readonly (readonly string[])[];
  /** Groups of fields of which exactly one must be set. */
  readonly exactlyOne?: readonly (readonly string[])[];
  /** Groups of fields of which at least one must be set. */
  readonly atLeastOne?: readonly (readonly string[])[];
  readonly minEntries?: number;
  readonly maxEntries?: number;
  /** Fields beyond the table are nobody's mistake. */
  readonly isOpen?: boolean;
}

export interface AnySchema extends Common {
  readonly type: 'any';
}

export type Schema =
  TextSchema | NumberSchema | FlagSchema | IntOrTextSchema | ListSchema | MapSchema | ObjectSchema | AnySchema;

type Options<S extends Schema> = Omit<Partial<S>, 'type' | 'help'>;

export const text = (help: string, options: Options<TextSchema> = {}): TextSchema => ({
  type: 'string',
  help,
  ...options,
});

/** One of a few words. */
export const choice = (help: string, values: readonly string[], options: Options<TextSchema> = {}): TextSchema => ({
  type: 'string',
  help,
  values,
  ...options,
});

/** Go duration such as `1h30m` or `250ms`; at least 1 ms. */
export const duration = (help: string, options: Options<TextSchema> = {}): TextSchema => ({
  type: 'string',
  help,
  format: 'positive-duration',
  ...options,
});

export const integer = (help: string, options: Options<NumberSchema> = {}): NumberSchema => ({
  type: 'integer',
  help,
  ...options,
});

/** Whole number from 0 to 2³²−1. */
export const unsigned = (help: string, options: Options<NumberSchema> = {}): NumberSchema => ({
  type: 'integer',
  help,
  minimum: 0,
  maximum: 4_294_967_295,
  ...options,
});

export const decimal = (help: string, options: Options<NumberSchema> = {}): NumberSchema => ({
  type: 'number',
  help,
  ...options,
});

export const flag = (help: string, options: Options<FlagSchema> = {}): FlagSchema => ({
  type: 'boolean',
  help,
  ...options,
});

export const intOrText = (help: string, options: Options<IntOrTextSchema> = {}): IntOrTextSchema => ({
  type: 'int-or-string',
  help,
  ...options,
});

export const anything = (help: string, options: Options<AnySchema> = {}): AnySchema => ({
  type: 'any',
  help,
  ...options,
});

export const list = (help: string, items: Schema, options: Omit<Options<ListSchema>, 'items'> = {}): ListSchema => ({
  type: 'array',
  help,
  items,
  ...options,
});

/** A list of texts that need no help of their own. */
export const texts = (help: string, options: Options<TextSchema> = {}): ListSchema => list(help, text(help, options));

export const mapOf = (help: string, values: Schema, options: Omit<Options<MapSchema>, 'values'> = {}): MapSchema => ({
  type: 'map',
  help,
  values,
  ...options,
});

/** A mapping of labels or headers: texts by name. */
export const textMap = (help: string, options: Omit<Options<MapSchema>, 'values'> = {}): MapSchema =>
  mapOf(help, text(help), options);

export const record = (
  help: string,
  fields: Readonly<Record<string, Schema>>,
  options: Omit<Options<ObjectSchema>, 'fields'> = {},
): ObjectSchema => ({ type: 'object', help, fields, required: [], exclusive: [], ...options });

/** The same structure under another explanation. */
export const described = <S extends Schema>(schema: S, help: string): S => ({ ...schema, help });

/** A place in a text document, as the Language Server Protocol counts: zero-based, characters in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Half-open: `end` is the first position outside. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Location {
  readonly uri: string;
  readonly range: Range;
}

/** A step into a YAML value: a key of a mapping or an index of a sequence. */
export type FieldPath = readonly (string | number)[];

/** Replaces the text in `range` by `newText`. */
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

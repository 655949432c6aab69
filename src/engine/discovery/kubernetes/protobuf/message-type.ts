/** Which fields of a protobuf message are read, and how JSON writes them: https://protobuf.dev/programming-guides/json/, as Kubernetes does it. */
export type FieldType =
  | 'text'
  /** A text that many objects have alike. */
  | 'word'
  | 'flag'
  | 'number'
  /** Seconds since 1970, as RFC 3339 in UTC; JSON leaves out the time that is zero. */
  | 'time'
  | TextsType
  | MessageType
  | ChosenType;

export interface FieldOptions {
  /** JSON leaves out what is empty, 0 or false: of a Go field that is no pointer, `omitempty`. */
  readonly omitsZero?: true;
  readonly isList?: true;
  /** Many objects have it alike: what is written alike is read once, and is one value in all of them. Of lists and texts. */
  readonly isShared?: true;
}

/** Texts by text. */
export class TextsType {
  readonly #keeps: ((key: string) => boolean) | undefined;
  readonly #known = new Map<string, boolean>();

  /** `keeps`: entries that are kept; undefined: all. */
  constructor(keeps?: (key: string) => boolean) {
    this.#keeps = keeps;
  }

  keeps(key: string): boolean {
    if (!this.#keeps) return true;
    let kept = this.#known.get(key);
    if (kept === undefined) {
      if (this.#known.size >= 1024) this.#known.clear();
      this.#known.set(key, (kept = this.#keeps(key)));
    }
    return kept;
  }
}

/** A message of which the text of field 1, which comes first, says which fields are read. */
export class ChosenType {
  readonly named: Readonly<Record<string, MessageType>>;
  readonly otherwise: MessageType | undefined;

  /** `otherwise` undefined: messages of other names are left out. */
  constructor(named: Readonly<Record<string, MessageType>>, otherwise: MessageType | undefined) {
    this.named = named;
    this.otherwise = otherwise;
  }

  of(name: string): MessageType | undefined {
    return Object.hasOwn(this.named, name) ? this.named[name] : this.otherwise;
  }
}

export class MessageField {
  readonly name: string;
  readonly type: FieldType;
  readonly omitsZero: boolean;
  readonly isList: boolean;
  /** Values by what is kept of their bytes. */
  readonly known: Map<string, unknown> | undefined;
  readonly wireType: 0 | 2;

  constructor(name: string, type: FieldType, { omitsZero, isList, isShared }: FieldOptions) {
    this.name = name;
    this.type = type;
    this.omitsZero = omitsZero ?? false;
    this.isList = isList ?? false;
    this.known = isShared ? new Map() : undefined;
    this.wireType = type === 'flag' || type === 'number' ? 0 : 2;
  }
}

export type FieldRow = readonly [name: string, type: FieldType, options?: FieldOptions];

export class MessageType {
  /** By number, without holes. */
  readonly fields: readonly (MessageField | undefined)[];
  /** Names of fields that JSON writes as null where there is none. */
  readonly nulls: readonly string[];

  /** Fields by their numbers; all others are passed over. */
  constructor(rows: Readonly<Record<number, FieldRow>>, nulls: readonly string[] = []) {
    const numbers = Object.keys(rows).map(Number);
    this.fields = Array.from({ length: Math.max(0, ...numbers) + 1 }, (_, number) => {
      const row = rows[number];
      return row && new MessageField(row[0], row[1], row[2] ?? {});
    });
    this.nulls = nulls;
  }
}

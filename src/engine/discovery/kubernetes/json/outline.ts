/** Which parts of a JSON value are kept. What is not of the outline's form is kept whole: who reads it decides. */
export type Outline = 'whole' | FieldsOutline | ListOutline | ChoiceOutline;

/** `undefined`: what is left out. */
export type Kept = Outline | undefined;

interface Named {
  readonly text: string;
  /** The same as bytes of UTF-8, without quotes. */
  readonly name: Uint8Array;
  readonly kept: Kept;
}

/** Names of an object's fields, or values of a text, found by their bytes. */
class ByteNames {
  readonly #byLength: (Named[] | undefined)[] = [];

  constructor(names: Iterable<readonly [string, Kept]>) {
    for (const [text, kept] of names) {
      const name = Buffer.from(text);
      (this.#byLength[name.length] ??= []).push({ text, name, kept });
    }
  }

  find(body: Uint8Array, from: number, to: number): Named | undefined {
    const candidates = this.#byLength[to - from];
    if (candidates) for (const named of candidates) if (isAt(named.name, body, from)) return named;
    return undefined;
  }
}

function isAt(name: Uint8Array, body: Uint8Array, from: number): boolean {
  for (let at = name.length - 1; at >= 0; at--) if (name[at] !== body[from + at]) return false;
  return true;
}

const backslash = 0x5c;

function hasEscape(body: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (body[at] === backslash) return true;
  return false;
}

/** Parts of an object. */
export class FieldsOutline {
  readonly #names: ByteNames;
  readonly #others: Kept;

  /** `others`: fields that are not named. */
  constructor(fields: Readonly<Record<string, Kept>>, others?: 'whole') {
    this.#names = new ByteNames(Object.entries(fields));
    this.#others = others;
  }

  /** The field whose name is written there, without its quotes, where it is one of the outline. */
  find(body: Uint8Array, from: number, to: number): { readonly text: string; readonly kept: Kept } | undefined {
    return this.#names.find(body, from, to);
  }

  /** What is kept of the field whose name is written there, without its quotes. */
  of(body: Uint8Array, from: number, to: number): Kept {
    const named = this.#names.find(body, from, to);
    if (named) return named.kept;
    // A name written with escapes may be any.
    return this.#others ?? (hasEscape(body, from, to) ? 'whole' : undefined);
  }
}

/** The same parts of each item; of items of which nothing is kept nothing is left. */
export class ListOutline {
  readonly items: Outline;

  constructor(items: Outline) {
    this.items = items;
  }
}

/**
 * Parts of an object that depend on the text of one of its fields. That field comes first where API servers write it; an
 * object in which another comes first is kept whole.
 */
export class ChoiceOutline {
  readonly field: Uint8Array;
  readonly #values: ByteNames;
  readonly #otherwise: Kept;

  constructor(field: string, values: Readonly<Record<string, Kept>>, otherwise: Kept) {
    this.field = Buffer.from(field);
    this.#values = new ByteNames(Object.entries(values));
    this.#otherwise = otherwise;
  }

  isField(body: Uint8Array, from: number, to: number): boolean {
    return to - from === this.field.length && isAt(this.field, body, from);
  }

  of(body: Uint8Array, from: number, to: number): Kept {
    const named = this.#values.find(body, from, to);
    if (named) return named.kept;
    return hasEscape(body, from, to) ? 'whole' : this.#otherwise;
  }
}

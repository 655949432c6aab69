/** Which parts of a JSON value are kept. What is not of the outline's form is kept whole: who reads it decides. */
export type Outline = 'whole' | FieldsOutline | ListOutline | ChoiceOutline | SharedOutline;

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

/** Whether anything in it is shared. */
const holdsShared = (kept: Kept): kept is Exclude<Outline, 'whole'> =>
  kept !== undefined && kept !== 'whole' && kept.holdsShared;

/** Parts of an object. */
export class FieldsOutline {
  /** Those that hold anything shared. */
  readonly sharing: readonly (readonly [string, Outline])[];
  readonly #names: ByteNames;
  readonly #others: Kept;

  /** `others`: fields that are not named. */
  constructor(fields: Readonly<Record<string, Kept>>, others?: 'whole') {
    this.sharing = Object.entries(fields).flatMap(([name, kept]) => (holdsShared(kept) ? [[name, kept] as const] : []));
    this.#names = new ByteNames(Object.entries(fields));
    this.#others = others;
  }

  get holdsShared(): boolean {
    return this.sharing.length > 0;
  }

  /** The field whose name is written there, without its quotes, where it is one of the outline. */
  find(body: Uint8Array, from: number, to: number): { readonly text: string; readonly kept: Kept } | undefined {
    return this.#names.find(body, from, to);
  }

  /** What is kept of the field whose name is written there, without its quotes. */
  of(body: Uint8Array, from: number, to: number): Kept {
    const named = this.#names.find(body, from, to);
    return named ? named.kept : this.ofOther(body, from, to);
  }

  /** The same, of a field that was not found. */
  ofOther(body: Uint8Array, from: number, to: number): Kept {
    // A name written with escapes may be any.
    return this.#others ?? (hasEscape(body, from, to) ? 'whole' : undefined);
  }
}

/** The same parts of each item; of items of which nothing is kept nothing is left. */
export class ListOutline {
  readonly items: Outline;
  readonly holdsShared: boolean;

  constructor(items: Outline) {
    this.items = items;
    this.holdsShared = holdsShared(items);
  }
}

/** As many texts of a shared part are known at once; then all are forgotten. */
const maximumKnown = 4096;
const maximumKnownLength = 4096;

/**
 * A part that many objects have alike, as replicas have their containers and healthy pods their conditions: what is
 * written alike is parsed once, and is one value in all of them.
 */
export class SharedOutline {
  readonly holdsShared = true;
  readonly part: Exclude<Outline, SharedOutline>;
  readonly #known = new Map<string, unknown>();

  constructor(part: Exclude<Outline, SharedOutline>) {
    // Its text would hold marks that are another value's the next time.
    if (holdsShared(part)) throw new Error('A shared part holds no other shared parts.');
    this.part = part;
  }

  /** The value of a text, which `parse` is asked for where it is not known. */
  valueOf(text: string, parse: (text: string) => unknown): unknown {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const value = parse(text);
    if (text.length <= maximumKnownLength) {
      if (this.#known.size >= maximumKnown) this.#known.clear();
      this.#known.set(text, value);
    }
    return value;
  }
}

/**
 * Parts of an object that depend on the text of one of its fields. That field comes first where API servers write it; an
 * object in which another comes first is kept whole.
 */
export class ChoiceOutline {
  readonly field: Uint8Array;
  /** Those parts that hold anything shared. */
  readonly sharing: readonly Outline[];
  readonly #values: ByteNames;
  readonly #otherwise: Kept;

  constructor(field: string, values: Readonly<Record<string, Kept>>, otherwise: Kept) {
    this.field = Buffer.from(field);
    this.sharing = [...new Set([...Object.values(values), otherwise])].filter(holdsShared);
    this.#values = new ByteNames(Object.entries(values));
    this.#otherwise = otherwise;
  }

  get holdsShared(): boolean {
    return this.sharing.length > 0;
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

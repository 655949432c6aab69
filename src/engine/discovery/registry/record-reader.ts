import { nearestNames } from '../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../shared/text.ts';
import { isRecord } from '../../../shared/untrusted.ts';

/** What is wrong with one field of a file, in a sentence a person can act on. */
export interface FieldProblem {
  readonly path: FieldPath;
  readonly message: string;
}

interface IntegerOptions {
  readonly min: number;
  readonly max: number;
}

/**
 * Reads the fields of one untrusted mapping strictly: every wrong or unknown field becomes a problem with its path, none
 * throws. A field that is absent and one that is wrong both read as undefined.
 */
export class RecordReader {
  readonly path: FieldPath;
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #problems: FieldProblem[];

  /** Reads `value` if it is a mapping; otherwise says so and reads as an empty one. */
  constructor(value: unknown, path: FieldPath, problems: FieldProblem[]) {
    this.path = path;
    this.#problems = problems;
    if (isRecord(value)) {
      this.#fields = new Map(Object.entries(value));
    } else {
      this.#fields = new Map();
      problems.push({ path, message: `${nameOf(path)} must be a mapping, not ${describe(value)}.` });
    }
  }

  /** Every key must be one of these. Call once, with all fields the mapping may have. */
  allow(...known: readonly string[]): void {
    for (const key of this.#fields.keys()) {
      if (known.includes(key)) continue;
      const near = nearestNames(key, known, 1)[0];
      const hint = near === undefined ? `Known fields: ${known.join(', ')}.` : `Did you mean "${near}"?`;
      this.problem(key, `There is no field "${key}" here. ${hint}`);
    }
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  /** The value as it stands; an empty YAML value (null) counts as absent. */
  raw(key: string): unknown {
    return this.#fields.get(key) ?? undefined;
  }

  problem(key: string | number | undefined, message: string): void {
    this.#problems.push({ path: key === undefined ? this.path : [...this.path, key], message });
  }

  /** Passes `value` on; says what is missing where the field is absent. */
  required<T>(key: string, value: T | undefined, what: string): T | undefined {
    if (!this.has(key)) this.problem(undefined, `${nameOf(this.path)} needs "${key}": ${what}.`);
    return value;
  }

  string(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.problem(key, `"${key}" must be a text, not ${describe(value)}.`);
    return undefined;
  }

  oneOf<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.problem(key, `"${key}" must be ${orList(choices)}, not ${describe(value)}.`);
    return found;
  }

  integer(key: string, { min, max }: IntegerOptions): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.problem(key, `"${key}" must be a whole number from ${min} to ${max}, not ${describe(value)}.`);
    return undefined;
  }

  /** A list; each entry with its path. Something else than a list is a problem and reads as empty. */
  list(key: string): readonly { readonly value: unknown; readonly path: FieldPath }[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      return value.map((entry: unknown, index) => ({ value: entry, path: [...this.path, key, index] }));
    }
    this.problem(key, `"${key}" must be a list, not ${describe(value)}.`);
    return [];
  }

  /** A list of mappings, each with a reader of its own. */
  records(key: string): readonly RecordReader[] {
    return this.list(key).map(({ value, path }) => new RecordReader(value, path, this.#problems));
  }

  /** A mapping of texts. Numbers and booleans, which YAML makes of unquoted values, are taken as they are written. */
  texts(key: string): Readonly<Record<string, string>> {
    const value = this.raw(key);
    if (value === undefined) return {};
    if (!isRecord(value)) {
      this.problem(key, `"${key}" must be a mapping of names to texts, not ${describe(value)}.`);
      return {};
    }
    const texts = new Map<string, string>();
    for (const [name, text] of Object.entries(value)) {
      if (typeof text === 'string') texts.set(name, text);
      else if (typeof text === 'number' || typeof text === 'boolean') texts.set(name, String(text));
      else {
        const message = `"${name}" must be a text, not ${describe(text)}.`;
        this.#problems.push({ path: [...this.path, key, name], message });
      }
    }
    return Object.fromEntries(texts);
  }

  /** A nested mapping, or undefined where it is absent. */
  record(key: string): RecordReader | undefined {
    return this.has(key) ? new RecordReader(this.raw(key), [...this.path, key], this.#problems) : undefined;
  }
}

/** What people call the place: `services[0]`, or the document. */
function nameOf(path: FieldPath): string {
  const last = path.at(-1);
  if (last === undefined) return 'The document';
  return typeof last === 'number' ? `${String(path.at(-2) ?? 'list')}[${String(last)}]` : `"${last}"`;
}

export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value.length > 60 ? `"${value.slice(0, 60)}…"` : `"${value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}

function orList(choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} or ${last}`;
}

import type { FieldPath } from '../../../shared/text.ts';

/** Takes a finding about one field. */
export type FieldReport = (severity: 'error' | 'warning', message: string, path: FieldPath) => void;

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}

const hasOwn = (value: object, key: string): boolean => Object.prototype.hasOwnProperty.call(value, key);

/**
 * A field of an untrusted spec with its path. Readers return undefined for what is absent and for what has the wrong type;
 * the latter is reported, so that half-typed YAML leaves the rest of the object usable.
 */
export class SpecNode {
  readonly value: unknown;
  readonly path: FieldPath;
  readonly #report: FieldReport;

  constructor(value: unknown, path: FieldPath, report: FieldReport) {
    this.value = value;
    this.path = path;
    this.#report = report;
  }

  /** Null is absence, as in Kubernetes. */
  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Number of entries of a sequence, without a report; what is present with another type counts as one. */
  get count(): number {
    if (Array.isArray(this.value)) return this.value.length;
    return this.present ? 1 : 0;
  }

  /** The field of a mapping; absent where this is no mapping or has no such own key. */
  child(key: string): SpecNode {
    const { value } = this;
    const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
    const found: unknown = isMapping && hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    return new SpecNode(found, [...this.path, key], this.#report);
  }

  /** The entries of a sequence. */
  items(): readonly SpecNode[] {
    if (!this.present) return [];
    if (!Array.isArray(this.value)) {
      this.#wrongType('a list');
      return [];
    }
    return this.value.map((item: unknown, index) => new SpecNode(item, [...this.path, index], this.#report));
  }

  /** Entries of a mapping in the order written. */
  entries(): readonly (readonly [string, SpecNode])[] {
    const { value } = this;
    if (!this.present) return [];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#wrongType('a mapping');
      return [];
    }
    return Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      new SpecNode(item, [...this.path, key], this.#report),
    ]);
  }

  string(): string | undefined {
    if (!this.present) return undefined;
    if (typeof this.value === 'string') return this.value;
    this.#wrongType('a string');
    return undefined;
  }

  boolean(): boolean | undefined {
    if (!this.present) return undefined;
    if (typeof this.value === 'boolean') return this.value;
    this.#wrongType('true or false');
    return undefined;
  }

  number(): number | undefined {
    if (!this.present) return undefined;
    if (typeof this.value === 'number' && Number.isFinite(this.value)) return this.value;
    this.#wrongType('a number');
    return undefined;
  }

  integer(): number | undefined {
    const value = this.number();
    if (value === undefined || Number.isSafeInteger(value)) return value;
    this.error('This must be a whole number.');
    return undefined;
  }

  strings(): readonly string[] {
    return this.items().flatMap((item) => item.string() ?? []);
  }

  /** A mapping of strings; entries of another type are reported and left out. */
  stringMap(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.entries().flatMap(([key, node]) => {
        const value = node.string();
        return value === undefined ? [] : [[key, value] as const];
      }),
    );
  }

  error(message: string): void {
    this.#report('error', message, this.path);
  }

  warning(message: string): void {
    this.#report('warning', message, this.path);
  }

  #wrongType(expected: string): void {
    this.error(`This must be ${expected}, not ${typeName(this.value)}.`);
  }
}

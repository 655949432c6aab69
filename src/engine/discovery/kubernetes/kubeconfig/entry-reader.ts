import { fieldOf, isRecord, type UntrustedRecord } from '../../../../shared/untrusted.ts';

/**
 * Reads typed fields of a kubeconfig. The first field of a wrong type is kept as `problem`; what is missing or null reads as
 * empty, as in Go's JSON.
 */
export class EntryReader {
  problem: string | undefined;

  fail(problem: string): void {
    this.problem ??= problem;
  }

  text(record: UntrustedRecord, key: string, where: string): string {
    const value = fieldOf(record, key) ?? '';
    if (typeof value === 'string') return value;
    this.#wrong(where, key, 'a text (put quotes around it)');
    return '';
  }

  flag(record: UntrustedRecord, key: string, where: string): boolean {
    const value = fieldOf(record, key) ?? false;
    if (typeof value === 'boolean') return value;
    // YAML 1.1, which Kubernetes reads, has more words for truth than the parser here.
    if (typeof value === 'string' && /^(y|yes|on|n|no|off)$/i.test(value)) return /^(y|yes|on)$/i.test(value);
    this.#wrong(where, key, 'true or false');
    return false;
  }

  /** Text in base64, without line breaks. */
  base64(record: UntrustedRecord, key: string, where: string): string {
    const text = this.text(record, key, where).replace(/[\r\n]/g, '');
    if (text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)) return text;
    this.#wrong(where, key, 'base64');
    return '';
  }

  list(record: UntrustedRecord, key: string, where: string): readonly unknown[] {
    const value = fieldOf(record, key) ?? [];
    if (Array.isArray(value)) return value;
    this.#wrong(where, key, 'a list');
    return [];
  }

  texts(record: UntrustedRecord, key: string, where: string): readonly string[] {
    return this.list(record, key, where).map((value) => this.#textOf(value, key, where));
  }

  records(record: UntrustedRecord, key: string, where: string): readonly UntrustedRecord[] {
    return this.list(record, key, where).map((value) => this.#recordOf(value, key, where));
  }

  optionalRecord(record: UntrustedRecord, key: string, where: string): UntrustedRecord | undefined {
    const value = fieldOf(record, key) ?? undefined;
    return value === undefined ? undefined : this.#recordOf(value, key, where);
  }

  textMap(record: UntrustedRecord, key: string, where: string): ReadonlyMap<string, string> {
    const map = this.optionalRecord(record, key, where) ?? {};
    return new Map(Object.keys(map).map((name) => [name, this.text(map, name, `${where}.${key}`)]));
  }

  textLists(record: UntrustedRecord, key: string, where: string): ReadonlyMap<string, readonly string[]> {
    const map = this.optionalRecord(record, key, where) ?? {};
    return new Map(Object.keys(map).map((name) => [name, this.texts(map, name, `${where}.${key}`)]));
  }

  /** A list of `{name, <inner>: {…}}` as a map in the order of names. A name given twice is a mistake, as for kubectl. */
  named<T>(
    document: UntrustedRecord,
    key: string,
    inner: string,
    read: (name: string, record: UntrustedRecord, where: string) => T,
  ): ReadonlyMap<string, T> {
    const entries = new Map<string, T>();
    for (const item of this.records(document, key, '')) {
      const name = this.text(item, 'name', key);
      if (entries.has(name)) this.fail(`names “${name}” twice in ${key}`);
      const where = `${key} “${name}”`;
      entries.set(name, read(name, this.optionalRecord(item, inner, where) ?? {}, where));
    }
    return entries;
  }

  #textOf(value: unknown, key: string, where: string): string {
    if (value == null) return '';
    if (typeof value === 'string') return value;
    this.#wrong(where, key, 'a list of texts');
    return '';
  }

  #recordOf(value: unknown, key: string, where: string): UntrustedRecord {
    if (value == null) return {};
    if (isRecord(value)) return value;
    this.#wrong(where, key, 'a mapping');
    return {};
  }

  #wrong(where: string, key: string, expected: string): void {
    this.fail(`cannot be read: ${where === '' ? '' : `${where}: `}“${key}” is not ${expected}`);
  }
}

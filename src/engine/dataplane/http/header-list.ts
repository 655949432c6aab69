/**
 * Header fields in the order they came, names in lower case as Envoy writes them. Flat arrays, because a proxy walks all
 * fields of every message and looks up few.
 */
export class HeaderList {
  readonly names: string[] = [];
  readonly values: string[] = [];
  /** Whole lines with their CRLF, where they are known from a message before. */
  readonly #lines: (string | undefined)[] = [];

  static of(fields: Iterable<readonly [string, string]>): HeaderList {
    const list = new HeaderList();
    for (const [name, value] of fields) list.append(name, value);
    return list;
  }

  get length(): number {
    return this.names.length;
  }

  append(name: string, value: string, line?: string): void {
    this.names.push(name);
    this.values.push(value);
    this.#lines.push(line);
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** Value by lower-case name; repeated fields are joined with a comma (RFC 9110, 5.3). */
  get(name: string): string | undefined {
    const { names, values } = this;
    let found: string | undefined;
    for (let i = 0; i < names.length; i++) {
      if (names[i] === name) found = found === undefined ? values[i] : `${found},${values[i] ?? ''}`;
    }
    return found;
  }

  /** Replaces all fields of this name by one, at the place of the first. */
  set(name: string, value: string): void {
    const at = this.names.indexOf(name);
    if (at < 0) {
      this.append(name, value);
      return;
    }
    this.values[at] = value;
    this.#lines[at] = undefined;
    if (this.names.includes(name, at + 1)) this.#removeFrom(at + 1, name);
  }

  remove(name: string): void {
    const at = this.names.indexOf(name);
    if (at >= 0) this.#removeFrom(at, name);
  }

  clone(): HeaderList {
    const copy = new HeaderList();
    copy.names.push(...this.names);
    copy.values.push(...this.values);
    copy.#lines.push(...this.#lines);
    return copy;
  }

  /** Field lines, each with its CRLF. */
  serialize(): string {
    const { names, values } = this;
    const lines = this.#lines;
    let text = '';
    for (let i = 0; i < names.length; i++) text += lines[i] ?? `${names[i] ?? ''}: ${values[i] ?? ''}\r\n`;
    return text;
  }

  #removeFrom(start: number, name: string): void {
    const { names, values } = this;
    const lines = this.#lines;
    let kept = start;
    for (let i = start; i < names.length; i++) {
      const candidate = names[i] ?? '';
      if (candidate === name) continue;
      names[kept] = candidate;
      values[kept] = values[i] ?? '';
      lines[kept] = lines[i];
      kept++;
    }
    names.length = kept;
    values.length = kept;
    lines.length = kept;
  }
}

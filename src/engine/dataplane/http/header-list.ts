/**
 * Header fields in the order they came, names in lower case as Envoy writes them. Flat arrays, because a proxy walks all
 * fields of every message and looks up few.
 */
export class HeaderList {
  readonly names: string[] = [];
  readonly values: string[] = [];

  static of(fields: Iterable<readonly [string, string]>): HeaderList {
    const list = new HeaderList();
    for (const [name, value] of fields) list.append(name, value);
    return list;
  }

  get length(): number {
    return this.names.length;
  }

  append(name: string, value: string): void {
    this.names.push(name);
    this.values.push(value);
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
    return copy;
  }

  #removeFrom(start: number, name: string): void {
    const { names, values } = this;
    let kept = start;
    for (let i = start; i < names.length; i++) {
      const candidate = names[i] ?? '';
      if (candidate === name) continue;
      names[kept] = candidate;
      values[kept] = values[i] ?? '';
      kept++;
    }
    names.length = kept;
    values.length = kept;
  }
}

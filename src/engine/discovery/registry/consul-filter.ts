/**
 * The `filter` parameter of Consul's read endpoints: comparisons joined by and, or, not and parentheses, over the fields
 * of the answer, as HashiCorp documents them under "Filtering". `matches` is left out: it would run patterns of a caller.
 */

type Token =
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'symbol'; readonly text: string };

/** Whether an entry of the answer is kept. */
export type ConsulFilter = (entry: unknown) => boolean;

/** A filter, or why the text is none. */
export function parseConsulFilter(text: string): { readonly filter: ConsulFilter } | { readonly problem: string } {
  if (text.length > 2048) return { problem: 'the filter is longer than 2048 characters' };
  const tokens = tokenize(text);
  if (!tokens) return { problem: 'a string is not closed, or there is a character that has no meaning' };
  try {
    return { filter: new Parser(tokens).parse() };
  } catch (error) {
    if (error instanceof FilterSyntaxError) return { problem: error.message };
    throw error;
  }
}

/** Ends the parsing of a filter; never leaves this file. */
class FilterSyntaxError extends Error {}

const maxNesting = 64;

function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\["\\])*)"|`([^`]*)`|(==|!=|[()[\]])|([A-Za-z0-9_./:-]+))/y;
  let end = 0;
  while (end < text.length && text.slice(end).trim() !== '') {
    pattern.lastIndex = end;
    const match = pattern.exec(text);
    if (!match) return undefined;
    end = pattern.lastIndex;
    const quoted = match[1]?.replace(/\\(["\\])/g, '$1') ?? match[2];
    if (quoted !== undefined) tokens.push({ type: 'string', text: quoted });
    else if (match[3] !== undefined) tokens.push({ type: 'symbol', text: match[3] });
    else tokens.push({ type: 'word', text: match[4] ?? '' });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): ConsulFilter {
    const filter = this.#or();
    if (this.#next < this.#tokens.length) this.#fail('the end of the filter');
    return filter;
  }

  #or(): ConsulFilter {
    const parts = [this.#and()];
    while (this.#take('or')) parts.push(this.#and());
    return (entry) => parts.some((part) => part(entry));
  }

  #and(): ConsulFilter {
    const parts = [this.#not()];
    while (this.#take('and')) parts.push(this.#not());
    return (entry) => parts.every((part) => part(entry));
  }

  #not(): ConsulFilter {
    let negated = false;
    while (this.#take('not')) negated = !negated;
    const inner = this.#take('(') ? this.#group() : this.#match();
    return negated ? (entry) => !inner(entry) : inner;
  }

  #group(): ConsulFilter {
    this.#nesting += 1;
    if (this.#nesting > maxNesting) throw new FilterSyntaxError(`parentheses are nested deeper than ${maxNesting}`);
    const inner = this.#or();
    this.#expect(')');
    this.#nesting -= 1;
    return inner;
  }

  #match(): ConsulFilter {
    const [first, second, third] = this.#tokens.slice(this.#next, this.#next + 3);
    const isMembership = second?.text === 'in' || (second?.text === 'not' && third?.text === 'in');
    return first && isMembership ? this.#membership() : this.#comparison();
  }

  /** `"primary" in Service.Tags`. */
  #membership(): ConsulFilter {
    const value = this.#value();
    const negated = this.#take('not');
    this.#expect('in');
    const selector = this.#selector();
    return (entry) => select(entry, selector).some((found) => contains(found, value)) !== negated;
  }

  #comparison(): ConsulFilter {
    const selector = this.#selector();
    if (this.#take('is')) {
      const negated = this.#take('not');
      this.#expect('empty');
      return (entry) => select(entry, selector).every(isEmpty) !== negated;
    }
    const negated = this.#take('not');
    if (this.#take('contains')) {
      const value = this.#value();
      return (entry) => select(entry, selector).some((found) => contains(found, value)) !== negated;
    }
    const unequal = this.#take('!=');
    if (negated || (!unequal && !this.#take('=='))) this.#fail('"==", "!=", "is", "in" or "contains"');
    const value = this.#value();
    return (entry) => select(entry, selector).some((found) => isScalar(found) && String(found) === value) !== unequal;
  }

  /** `Service.Meta.version` or `Service.Meta["version"]`. */
  #selector(): readonly string[] {
    const token = this.#tokens[this.#next];
    if (token?.type !== 'word') return this.#fail('the name of a field');
    this.#next += 1;
    const steps = token.text.split('.').filter((step) => step !== '');
    while (this.#take('[')) {
      const key = this.#tokens[this.#next];
      if (key?.type !== 'string') return this.#fail('a key in quotes');
      this.#next += 1;
      steps.push(key.text);
      this.#expect(']');
    }
    return steps;
  }

  #value(): string {
    const token = this.#tokens[this.#next];
    if (!token || token.type === 'symbol') return this.#fail('a value');
    this.#next += 1;
    return token.text;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`"${text}"`);
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#next];
    if (!token || token.type === 'string' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #fail(expected: string): never {
    const found = this.#tokens[this.#next]?.text;
    throw new FilterSyntaxError(`expected ${expected}, found ${found === undefined ? 'the end' : `"${found}"`}`);
  }
}

/** Every value the steps lead to; lists on the way (`Checks.Status`) are searched entry by entry. */
function select(entry: unknown, steps: readonly string[]): readonly unknown[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [entry];
  if (Array.isArray(entry)) return entry.flatMap((one: unknown) => select(one, steps));
  if (typeof entry !== 'object' || entry === null || !Object.hasOwn(entry, step)) return [];
  return select((entry as Readonly<Record<string, unknown>>)[step], rest);
}

function contains(value: unknown, wanted: string): boolean {
  if (typeof value === 'string') return value.includes(wanted);
  if (Array.isArray(value)) return value.some((one: unknown) => isScalar(one) && String(one) === wanted);
  return typeof value === 'object' && value !== null && Object.hasOwn(value, wanted);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

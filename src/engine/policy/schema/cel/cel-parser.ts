/** Reads CEL into syntax trees that the library can evaluate, as the API server and Istio's webhook read it. */
import type { CelExpr } from './cel-expr.ts';
import { ExprBuilder } from './cel-expr.ts';
import { constantOf } from './cel-literals.ts';
import type { MacroSet } from './cel-macros.ts';
import { expandHas, expandMethod } from './cel-macros.ts';
import type { CelToken } from './cel-tokens.ts';
import { CelSyntaxError, celTokens } from './cel-tokens.ts';

const deepest = 250;

const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** Operators from the loosest to the tightest, below `&&`. */
const levels: readonly (readonly string[])[] = [
  ['<', '<=', '>=', '>', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Throws a `CelSyntaxError` for what is no CEL. `kubernetes` knows more macros than the standard, and optional fields. */
export function parseCel(source: string, set: MacroSet): CelExpr {
  return new CelParser(celTokens(source), set).parse();
}

class CelParser {
  readonly #tokens: readonly CelToken[];
  readonly #set: MacroSet;
  readonly #build = new ExprBuilder();
  /** Expressions whose value is optional, so that fields taken from them are, too. */
  readonly #optional = new WeakSet<CelExpr>();
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly CelToken[], set: MacroSet) {
    this.#tokens = tokens;
    this.#set = set;
  }

  parse(): CelExpr {
    const expr = this.#expression();
    if (this.#peek().type !== 'end') this.#fail();
    return expr;
  }

  #expression(): CelExpr {
    if (++this.#depth > deepest)
      throw new CelSyntaxError('an expression that is nested too deeply', this.#peek().start);
    const condition = this.#or();
    let expr = condition;
    if (this.#take('?')) {
      const then = this.#or();
      this.#expect(':');
      expr = this.#build.call('_?_:_', [condition, then, this.#expression()]);
    }
    this.#depth--;
    return expr;
  }

  #or(): CelExpr {
    const terms = [this.#and()];
    while (this.#take('||')) terms.push(this.#and());
    return this.#joined('_||_', terms);
  }

  #and(): CelExpr {
    const terms = [this.#infix(0)];
    while (this.#take('&&')) terms.push(this.#infix(0));
    return this.#joined('_&&_', terms);
  }

  #joined(name: string, terms: CelExpr[]): CelExpr {
    const [first] = terms;
    if (terms.length === 1 && first) return first;
    // As one call of many: the library forgets errors of calls within calls.
    const flat = terms.flatMap((term) => {
      const call = term.exprKind.case === 'callExpr' ? term.exprKind.value : undefined;
      return call?.function === name ? call.args : [term];
    });
    return this.#build.call(name, flat);
  }

  #infix(level: number): CelExpr {
    const operators = levels[level];
    if (!operators) return this.#unary();
    let left = this.#infix(level + 1);
    for (;;) {
      const { type, text } = this.#peek();
      if ((type !== 'sign' && type !== 'keyword') || !operators.includes(text)) return left;
      this.#at++;
      left = this.#build.call(text === 'in' ? '@in' : `_${text}_`, [left, this.#infix(level + 1)]);
    }
  }

  #unary(): CelExpr {
    const { text, type } = this.#peek();
    if (type !== 'sign' || (text !== '!' && text !== '-')) return this.#member();
    let count = 0;
    while (this.#is(text) && !(text === '-' && this.#isNumber(1))) {
      this.#at++;
      count++;
    }
    // A sign before a number belongs to it, whatever stands before.
    const operand = this.#member();
    return count % 2 === 0 ? operand : this.#build.call(text === '!' ? '!_' : '-_', [operand]);
  }

  #isNumber(ahead: number): boolean {
    const { type } = this.#peek(ahead);
    return type === 'int' || type === 'double';
  }

  #member(): CelExpr {
    let expr = this.#primary();
    for (;;) {
      if (this.#take('.')) expr = this.#afterDot(expr);
      else if (this.#is('[')) expr = this.#index(expr);
      else return expr;
    }
  }

  #afterDot(operand: CelExpr): CelExpr {
    const isOptional = this.#optionalMark();
    const token = this.#next();
    if (token.type !== 'identifier' && token.type !== 'quoted') this.#fail(token);
    if (!isOptional && token.type === 'identifier' && this.#is('(')) {
      const args = this.#args();
      const call = { target: operand, name: token.text, args, offset: token.start };
      return expandMethod(this.#build, this.#set, call) ?? this.#build.call(token.text, args, operand);
    }
    if (isOptional || this.#optional.has(operand)) return this.#chosen(operand, this.#build.text(token.text));
    return this.#build.select(operand, token.text);
  }

  #index(operand: CelExpr): CelExpr {
    this.#expect('[');
    const isOptional = this.#optionalMark();
    const key = this.#expression();
    this.#expect(']');
    if (isOptional || this.#optional.has(operand)) return this.#chosen(operand, key);
    return this.#build.call('_[_]', [operand, key]);
  }

  #chosen(operand: CelExpr, key: CelExpr): CelExpr {
    const expr = this.#build.call('@optional', [operand, key]);
    this.#optional.add(expr);
    return expr;
  }

  /** Whether a `?` follows that makes optional what comes after it. */
  #optionalMark(): boolean {
    const { start } = this.#peek();
    if (!this.#take('?')) return false;
    if (this.#set === 'standard') throw new CelSyntaxError('optional fields, which are not known there', start);
    return true;
  }

  #primary(): CelExpr {
    const token = this.#next();
    switch (token.type) {
      case 'string':
      case 'bytes':
      case 'int':
      case 'uint':
      case 'double':
        return this.#build.constant(constantOf(token, ''));
      case 'identifier':
        return this.#named(token, '');
      case 'keyword':
        if (token.text === 'null') return this.#build.constant({ case: 'nullValue', value: 0 });
        return token.text === 'in' ? this.#fail(token) : this.#build.flag(token.text === 'true');
      case 'sign':
        return this.#afterSign(token);
      default:
        return this.#fail(token);
    }
  }

  #afterSign(token: CelToken): CelExpr {
    switch (token.text) {
      case '(': {
        const expr = this.#expression();
        this.#expect(')');
        return expr;
      }
      case '[':
        return this.#list();
      case '{':
        return this.#map();
      case '-':
        return this.#isNumber(0) ? this.#build.constant(constantOf(this.#next(), '-')) : this.#fail(token);
      case '.': {
        const name = this.#next();
        return name.type === 'identifier' ? this.#named(name, '.') : this.#fail(name);
      }
      default:
        return this.#fail(token);
    }
  }

  /** A name, a call of a function, or a message with its fields. */
  #named(token: CelToken, dot: string): CelExpr {
    const message = this.#messageName(token);
    if (message !== undefined) return this.#message(dot + message);
    if (reserved.has(token.text)) throw new CelSyntaxError(`\`${token.text}\`, which is a reserved word`, token.start);
    if (!this.#is('(')) return this.#build.ident(dot + token.text);
    const args = this.#args();
    return token.text === 'has' && dot === '' && args.length === 1
      ? this.#has(args, token.start)
      : this.#build.call(dot + token.text, args);
  }

  #has(args: readonly CelExpr[], offset: number): CelExpr {
    const [field] = args;
    return field && this.#optional.has(field)
      ? this.#build.call('hasValue', [], field)
      : expandHas(this.#build, args, offset);
  }

  /** The name of a message, of which the fields follow in braces; undefined where no message begins. */
  #messageName(first: CelToken): string | undefined {
    let name = first.text;
    let ahead = 0;
    while (this.#peek(ahead).text === '.' && this.#peek(ahead + 1).type === 'identifier') {
      name += `.${this.#peek(ahead + 1).text}`;
      ahead += 2;
    }
    const brace = this.#peek(ahead);
    if (brace.type !== 'sign' || brace.text !== '{') return undefined;
    this.#at += ahead + 1;
    return name;
  }

  #message(name: string): CelExpr {
    const fields: { name: string; value: CelExpr }[] = [];
    this.#separated('}', () => {
      this.#optionalMark();
      const token = this.#next();
      if (token.type !== 'identifier' && token.type !== 'quoted') this.#fail(token);
      this.#expect(':');
      fields.push({ name: token.text, value: this.#expression() });
    });
    return this.#build.message(name, fields);
  }

  #list(): CelExpr {
    let whole: CelExpr | undefined;
    let plain: CelExpr[] = [];
    const add = (part: CelExpr): void => {
      whole = whole ? this.#build.call('_+_', [whole, part]) : part;
    };
    this.#separated(']', () => {
      if (this.#optionalMark()) {
        if (plain.length > 0) add(this.#build.list(plain));
        plain = [];
        add(this.#build.call('@listOf', [this.#expression()]));
      } else {
        plain.push(this.#expression());
      }
    });
    if (plain.length > 0 || !whole) add(this.#build.list(plain));
    return whole as CelExpr;
  }

  #map(): CelExpr {
    const entries: { key: CelExpr; value: CelExpr; isOptional: boolean }[] = [];
    this.#separated('}', () => {
      const isOptional = this.#optionalMark();
      const key = this.#expression();
      this.#expect(':');
      entries.push({ key, value: this.#expression(), isOptional });
    });
    const certain = this.#build.map(entries.filter(({ isOptional }) => !isOptional));
    return entries
      .filter(({ isOptional }) => isOptional)
      .reduce((map, { key, value }) => this.#build.call('@withOptional', [map, key, value]), certain);
  }

  /** Parts with commas between them, and perhaps one behind the last, up to the closing sign. */
  #separated(close: string, part: () => void): void {
    if (this.#take(',')) {
      this.#expect(close);
      return;
    }
    while (!this.#take(close)) {
      part();
      if (!this.#take(',')) {
        this.#expect(close);
        return;
      }
    }
  }

  #args(): CelExpr[] {
    this.#expect('(');
    if (this.#take(')')) return [];
    const args = [this.#expression()];
    while (this.#take(',')) args.push(this.#expression());
    this.#expect(')');
    return args;
  }

  #peek(ahead = 0): CelToken {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as CelToken;
  }

  #next(): CelToken {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return token.type === 'sign' && token.text === text;
  }

  #take(text: string): boolean {
    const isThere = this.#is(text);
    if (isThere) this.#at++;
    return isThere;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail();
  }

  #fail(token = this.#peek()): never {
    const found = token.type === 'end' ? 'the end of the expression' : `\`${token.text}\``;
    throw new CelSyntaxError(found, token.start);
  }
}

/**
 * Holds a value against its table, as an API server does, and says what is wrong at which field. One walk finds the
 * problems of all structural rules.
 */
import { parseGoDuration } from '../../../shared/go-duration.ts';
import { didYouMean, nearestNames } from '../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { UntrustedRecord } from '../../../shared/untrusted.ts';
import { isRecord } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { FixPlan } from '../fixes/fix-plan.ts';
import { typeName } from './schema-at.ts';
import type { ListSchema, NumberSchema, ObjectSchema, Schema, TextSchema } from './schema.ts';

export type StructureProblemKind =
  | 'unknown-field'
  | 'wrong-type'
  | 'missing-field'
  | 'unknown-value'
  | 'out-of-range'
  | 'invalid-format'
  | 'exclusive-fields'
  | 'duplicate-item'
  | 'deprecated-field';

export interface StructureProblem {
  readonly kind: StructureProblemKind;
  readonly path: FieldPath;
  readonly part: 'key' | 'value' | 'head';
  readonly message: string;
  readonly fixes: readonly FixPlan[];
}

const deepest = 100;

/** Checks `value`, which stands for `object`, against the table. Never throws. */
export function checkStructure(object: MeshObject, value: unknown, schema: Schema): readonly StructureProblem[] {
  const walker = new StructureWalker(object);
  walker.check(value, schema, []);
  return walker.problems;
}

class StructureWalker {
  readonly problems: StructureProblem[] = [];
  readonly #object: MeshObject;

  constructor(object: MeshObject) {
    this.#object = object;
  }

  check(value: unknown, schema: Schema, path: FieldPath): void {
    if (path.length > deepest || schema.type === 'any') return;
    if (value === null) {
      if (schema.nullable !== true) this.#empty(schema, path);
      return;
    }
    switch (schema.type) {
      case 'object':
        if (isRecord(value)) this.#fields(value, schema, path);
        else this.#wrongType(value, schema, path);
        return;
      case 'map':
        if (!isRecord(value)) this.#wrongType(value, schema, path);
        else {
          const count = Object.keys(value).length;
          this.#count(count, schema.minEntries, schema.maxEntries, 'entries', path);
          for (const key of Object.keys(value)) this.check(value[key], schema.values, [...path, key]);
        }
        return;
      case 'array':
        if (!Array.isArray(value)) this.#wrongType(value, schema, path);
        else this.#list(value, schema, path);
        return;
      case 'string':
        if (typeof value !== 'string') this.#wrongType(value, schema, path);
        else this.#text(value, schema, path);
        return;
      case 'integer':
      case 'number':
        if (typeof value !== 'number' || (schema.type === 'integer' && !Number.isInteger(value))) {
          this.#wrongType(value, schema, path);
        } else this.#number(value, schema, path);
        return;
      case 'boolean':
        if (typeof value !== 'boolean') this.#wrongType(value, schema, path);
        return;
      case 'int-or-string':
        if (typeof value !== 'string' && !Number.isInteger(value)) this.#wrongType(value, schema, path);
    }
  }

  #fields(value: UntrustedRecord, schema: ObjectSchema, path: FieldPath): void {
    for (const key of Object.keys(value)) {
      const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
      if (!field) {
        if (schema.isOpen !== true) this.#unknownField(key, value, schema, path);
        continue;
      }
      if (field.deprecated !== undefined && value[key] !== null) {
        const message = `\`${key}\` is deprecated; use ${field.deprecated}.`;
        this.#add({ kind: 'deprecated-field', path: [...path, key], part: 'key', message });
      }
      this.check(value[key], field, [...path, key]);
    }
    for (const key of schema.required) {
      if (Object.hasOwn(value, key)) continue;
      const owner = path.length === 0 ? 'This object' : nameOf(path);
      this.#add({ kind: 'missing-field', path, part: 'head', message: `${owner} needs the field \`${key}\`.` });
    }
    for (const group of schema.exclusive) {
      const [first, ...others] = group.filter((key) => Object.hasOwn(value, key));
      for (const key of others) {
        const message = `Only one of ${group.map((each) => `\`${each}\``).join(', ')} may be set; \`${first ?? ''}\` is set already.`;
        const fixes = [this.#removal(`Remove \`${key}\``, [...path, key])];
        this.#add({ kind: 'exclusive-fields', path: [...path, key], part: 'key', message, fixes });
      }
    }
  }

  #list(value: readonly unknown[], schema: ListSchema, path: FieldPath): void {
    this.#count(value.length, schema.minItems, schema.maxItems, 'items', path);
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      this.check(item, schema.items, [...path, index]);
      if (!schema.keys || !isRecord(item)) continue;
      const identity = JSON.stringify(schema.keys.map((key) => item[key] ?? null));
      if (seen.has(identity)) {
        const key = schema.keys[0] ?? '';
        const message = `Another item of \`${String(path.at(-1))}\` has the same \`${schema.keys.join('`, `')}\`.`;
        this.#add({ kind: 'duplicate-item', path: [...path, index, key], part: 'head', message });
      }
      seen.add(identity);
    }
  }

  #text(value: string, schema: TextSchema, path: FieldPath): void {
    const name = nameOf(path);
    if (schema.values && !schema.values.includes(value)) {
      const near = nearestNames(value, schema.values);
      const hint =
        near.length > 0 ? didYouMean(near) : ` It can be ${schema.values.map((each) => `\`${each}\``).join(', ')}.`;
      const choices = near.length > 0 || schema.values.length > 6 ? near : schema.values;
      const fixes = choices.map((choice, index) => this.#replacement(path, choice, near.length > 0 && index === 0));
      this.#add({
        kind: 'unknown-value',
        path,
        part: 'value',
        message: `${name} cannot be \`${shorten(value)}\`.${hint}`,
        fixes,
      });
    }
    if (schema.maxLength !== undefined && value.length > schema.maxLength) {
      const message = `${name} may be at most ${String(schema.maxLength)} characters long.`;
      this.#add({ kind: 'out-of-range', path, part: 'value', message });
    } else if (schema.pattern && !schema.pattern.test(value)) {
      const message = `${name} must be ${schema.patternHelp ?? 'in another form'}.`;
      this.#add({ kind: 'invalid-format', path, part: 'value', message });
    }
    if (schema.format) this.#duration(value, schema, path);
  }

  #duration(value: string, schema: TextSchema, path: FieldPath): void {
    const ms = parseGoDuration(value);
    if (ms === undefined) {
      const guess = /^\d+(?:\.\d+)?$/.test(value) ? `${value}s` : undefined;
      const message = `\`${shorten(value)}\` is no duration. Write a number and a unit, such as \`500ms\`, \`2s\` or \`1h30m\`.`;
      const fixes = guess === undefined ? [] : [this.#replacement(path, guess, true)];
      this.#add({ kind: 'invalid-format', path, part: 'value', message, fixes });
    } else if (ms < (schema.format === 'positive-duration' ? 1 : 0)) {
      const least = schema.format === 'positive-duration' ? 'at least 1ms' : 'not negative';
      this.#add({ kind: 'out-of-range', path, part: 'value', message: `${nameOf(path)} must be ${least}.` });
    }
  }

  #number(value: number, schema: NumberSchema, path: FieldPath): void {
    const { minimum, maximum } = schema;
    if ((minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum)) return;
    const range =
      minimum !== undefined && maximum !== undefined
        ? `from ${String(minimum)} to ${String(maximum)}`
        : minimum !== undefined
          ? `at least ${String(minimum)}`
          : `at most ${String(maximum)}`;
    this.#add({ kind: 'out-of-range', path, part: 'value', message: `${nameOf(path)} must be ${range}.` });
  }

  #count(count: number, least: number | undefined, most: number | undefined, what: string, path: FieldPath): void {
    if (least !== undefined && count < least) {
      const message = `${nameOf(path)} needs at least ${String(least)} ${what}.`;
      this.#add({ kind: 'out-of-range', path, part: 'key', message });
    } else if (most !== undefined && count > most) {
      const message = `${nameOf(path)} may have at most ${String(most)} ${what}.`;
      this.#add({ kind: 'out-of-range', path, part: 'key', message });
    }
  }

  #unknownField(key: string, value: UntrustedRecord, schema: ObjectSchema, path: FieldPath): void {
    const free = Object.keys(schema.fields).filter((field) => !Object.hasOwn(value, field));
    const near = nearestNames(key, free);
    const owner = path.length === 0 ? 'this kind' : nameOf(path).replace(/^Item/, 'item');
    const fixes = near.map((name, index): FixPlan => ({
      title: `Rename to \`${name}\``,
      isPreferred: index === 0,
      changes: [{ type: 'rename-key', object: this.#object, path: [...path, key], key: name }],
    }));
    fixes.push(this.#removal(`Remove \`${shorten(key)}\``, [...path, key]));
    const message = `There is no field \`${shorten(key)}\` in ${owner}.${didYouMean(near)}`;
    this.#add({ kind: 'unknown-field', path: [...path, key], part: 'key', message, fixes });
  }

  #wrongType(value: unknown, schema: Schema, path: FieldPath): void {
    const fixes: FixPlan[] = [];
    const isScalar = typeof value === 'number' || typeof value === 'boolean';
    if (schema.type === 'string' && schema.format !== undefined && typeof value === 'number') {
      if (value > 0) fixes.push(this.#replacement(path, `${String(value)}s`, true));
    } else if (schema.type === 'string' && isScalar) {
      const changes = [{ type: 'quote', object: this.#object, path } as const];
      fixes.push({ title: 'Put it in quotes', isPreferred: true, changes });
    } else if ((schema.type === 'integer' || schema.type === 'number') && typeof value === 'string') {
      if (/^-?\d{1,15}$/.test(value)) fixes.push(this.#replacement(path, Number(value), true));
    } else if (schema.type === 'boolean' && typeof value === 'string' && /^(?:true|false)$/i.test(value)) {
      fixes.push(this.#replacement(path, value.toLowerCase() === 'true', true));
    }
    const message = `${nameOf(path)} must be ${article(typeName(schema))}, not ${describeValue(value)}.`;
    this.#add({ kind: 'wrong-type', path, part: 'head', message, fixes });
  }

  #empty(schema: Schema, path: FieldPath): void {
    const message = `${nameOf(path)} is empty; it must be ${article(typeName(schema))}.`;
    this.#add({ kind: 'wrong-type', path, part: 'head', message });
  }

  #replacement(path: FieldPath, value: string | number | boolean, isPreferred: boolean): FixPlan {
    const changes = [{ type: 'replace-value', object: this.#object, path, value } as const];
    return { title: `Replace by \`${String(value)}\``, isPreferred, changes };
  }

  #removal(title: string, path: FieldPath): FixPlan {
    return { title, changes: [{ type: 'remove', object: this.#object, path }] };
  }

  #add(problem: Omit<StructureProblem, 'fixes'> & { fixes?: readonly FixPlan[] }): void {
    this.problems.push({ fixes: [], ...problem });
  }
}

/** `weight`, or for an item `item 2 of \`route\``. */
function nameOf(path: FieldPath): string {
  const last = path.at(-1);
  if (typeof last === 'string') return `\`${shorten(last)}\``;
  return last === undefined ? 'This object' : `Item ${String(last + 1)} of \`${String(path.at(-2) ?? 'the list')}\``;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function article(type: string): string {
  return /^(?:true|anything|one)/.test(type) ? type : `a ${type}`;
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return `the text \`${shorten(value)}\``;
    case 'number':
      return `the number ${String(value)}`;
    case 'boolean':
      return `the boolean ${String(value)}`;
    default:
      return 'a mapping';
  }
}

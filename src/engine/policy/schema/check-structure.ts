/**
 * Holds a value against its table, as an API server does, and says what is wrong at which field. One walk finds the
 * problems of all structural rules.
 */
import { isDeepStrictEqual } from 'node:util';
import { configurationKind } from '../../../shared/configuration-file.ts';
import { didYouMean, nearestWords } from '../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { UntrustedRecord } from '../../../shared/untrusted.ts';
import { isRecord } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { FixPlan } from '../fixes/fix-plan.ts';
import { logicProblem } from './check-logic.ts';
import { ruleProblems } from './check-rules.ts';
import { checkNumber, checkPattern, checkText } from './check-scalar.ts';
import { typeName } from './schema-at.ts';
import type { Owner } from './field-placement.ts';
import { fieldForValue, fieldsAround, likelyNames, neededField, placeOf } from './field-placement.ts';
import type { ListSchema, MapSchema, ObjectSchema, Schema } from './schema.ts';
import type { StructureProblem } from './structure-problem.ts';
import {
  defaultOf,
  hasLimits,
  hasType,
  isAnyText,
  isDropped,
  isOftenEmpty,
  isSet,
  textOf,
} from './structure-values.ts';
import { article, describeValue, fieldList, nameOf, shorten } from './structure-words.ts';

const deepest = 100;

/** Checks `value`, which stands for `object`, against the table. Never throws. */
export function checkStructure(object: MeshObject, value: unknown, schema: Schema): readonly StructureProblem[] {
  const walker = new StructureWalker(object);
  walker.check(value, schema, []);
  return [...walker.problems, ...ruleProblems(value, schema, walker.problems)];
}

class StructureWalker {
  readonly problems: StructureProblem[] = [];
  readonly #object: MeshObject;
  /** People know it as a file, not as an object. */
  readonly #isFile: boolean;
  /** Mappings around the one that is looked at, the nearest first. */
  #owners: readonly Owner[] = [];

  constructor(object: MeshObject) {
    this.#object = object;
    this.#isFile = object.kind === configurationKind.kind && object.apiVersion === configurationKind.apiVersion;
  }

  check(value: unknown, schema: Schema, path: FieldPath): void {
    if (path.length > deepest) return;
    if (value === null) {
      if (schema.nullable !== true && schema.type !== 'any') this.#wrongType(value, schema, path);
      return;
    }
    if (!hasType(value, schema)) {
      this.#wrongType(value, schema, path);
      return;
    }
    if (schema.logic) {
      const wrong = logicProblem(value, schema.logic, (part, limits) => this.#fits(part, limits));
      if (wrong !== undefined) {
        this.#add({ kind: 'exclusive-fields', path, part: 'head', message: `${nameOf(path)} ${wrong}.` });
      }
    }
    switch (schema.type) {
      case 'object':
        if (isRecord(value)) this.#fields(value, schema, path);
        return;
      case 'map':
        if (isRecord(value)) this.#map(value, schema, path);
        return;
      case 'array':
        if (Array.isArray(value)) this.#list(value, schema, path);
        return;
      case 'string':
        if (typeof value === 'string' && hasLimits(schema)) this.#addAll(checkText(value, schema, this.#place(path)));
        return;
      case 'integer':
      case 'number':
        if (typeof value === 'number') this.#addAll(checkNumber(value, schema, path));
        return;
      case 'int-or-string':
        if (typeof value === 'number') this.#addAll(checkNumber(value, { ...schema, type: 'integer' }, path));
        else if (typeof value === 'string') this.#addAll(checkPattern(value, schema, path));
        return;
      case 'boolean':
      case 'any':
    }
  }

  /** Whether a value keeps limits that are no part of the table itself. */
  #fits(value: unknown, limits: Schema): boolean {
    const walker = new StructureWalker(this.#object);
    walker.check(value, limits, []);
    return walker.problems.length === 0;
  }

  #map(value: UntrustedRecord, schema: MapSchema, path: FieldPath): void {
    if (schema.minEntries !== undefined || schema.maxEntries !== undefined) {
      const kept = Object.keys(value).filter((key) => !isDropped(value[key], schema.values)).length;
      this.#count(kept, schema.minEntries, schema.maxEntries, 'entries', path);
    }
    for (const key of Object.keys(value)) this.#field(key, value[key], schema.values, path);
  }

  #fields(value: UntrustedRecord, schema: ObjectSchema, path: FieldPath): void {
    const around = this.#owners;
    const misspelt = new Set<string>();
    for (const key of Object.keys(value)) {
      const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
      this.#owners = field ? [{ schema, path }, ...around] : around;
      if (!field) {
        if (schema.isOpen === true) continue;
        for (const meant of this.#unknownField(key, value, schema, path)) misspelt.add(meant);
      } else {
        this.#release(key, field, path);
        if (field.deprecated !== undefined && value[key] !== null) {
          const message = `\`${key}\` is deprecated; use ${field.deprecated}.`;
          this.#add({ kind: 'deprecated-field', path: [...path, key], part: 'key', message });
        }
        this.#field(key, value[key], field, path);
      }
    }
    this.#owners = around;
    if (schema.minEntries !== undefined || schema.maxEntries !== undefined) {
      const kept = Object.keys(value).filter((key) => isSet(value, key, schema)).length;
      this.#count(kept, schema.minEntries, schema.maxEntries, 'fields', path);
    }
    this.#required(value, schema, misspelt, path);
    for (const group of schema.exclusive) this.#exclusive(value, group, schema, path);
    for (const group of schema.exactlyOne ?? []) {
      this.#exclusive(value, group, schema, path);
      this.#atLeastOne(value, group, schema, misspelt, path);
    }
    for (const group of schema.atLeastOne ?? []) this.#atLeastOne(value, group, schema, misspelt, path);
  }

  /** An entry of a mapping. What the API server drops is empty. */
  #field(key: string, value: unknown, schema: Schema, path: FieldPath): void {
    // Nearly all there is; it is not worth a path.
    if (isAnyText(value, schema)) return;
    if (!isDropped(value, schema)) {
      this.check(value, schema, [...path, key]);
    } else if (schema.default === undefined && !isOftenEmpty(key, path)) {
      const message = `\`${shorten(key)}\` is empty, which is the same as leaving it out; it would be ${article(typeName(schema))}.`;
      const fixes = [this.#removal(`Remove \`${shorten(key)}\``, [...path, key])];
      this.#add({ kind: 'empty-field', path: [...path, key], part: 'key', message, fixes });
    }
  }

  /** Fields that not every release of the API has. */
  #release(key: string, { channel, former }: Schema, path: FieldPath): void {
    const messages = [
      channel === 'experimental' ? `\`${key}\` is known in the experimental channel of the API only.` : undefined,
      former && `\`${key}\` is known up to ${former.until} only; later releases have ${former.instead}.`,
    ];
    for (const message of messages) {
      if (message !== undefined) this.#add({ kind: 'experimental-field', path: [...path, key], part: 'key', message });
    }
  }

  /** A field that is there under a misspelt name, or a level off, is not said to be missing too. */
  #required(value: UntrustedRecord, schema: ObjectSchema, misspelt: ReadonlySet<string>, path: FieldPath): void {
    for (const key of schema.required) {
      if (misspelt.has(key)) continue;
      if (isSet(value, key, schema) || schema.fields[key]?.default !== undefined) continue;
      const isEmpty = Object.hasOwn(value, key);
      if (isEmpty) this.#forget('empty-field', [...path, key]);
      const owner = path.length === 0 ? 'This object' : nameOf(path);
      const message = isEmpty ? `\`${key}\` is empty, but needed.` : `${owner} needs the field \`${key}\`.`;
      this.#add({ kind: 'missing-field', path: isEmpty ? [...path, key] : path, part: 'head', message });
    }
  }

  #exclusive(value: UntrustedRecord, group: readonly string[], schema: ObjectSchema, path: FieldPath): void {
    let first: string | undefined;
    for (const key of group) {
      if (!isSet(value, key, schema)) continue;
      if (first === undefined) {
        first = key;
        continue;
      }
      const message = `Only one of ${group.map((each) => `\`${each}\``).join(', ')} may be set; \`${first}\` is set already.`;
      const fixes = [this.#removal(`Remove \`${key}\``, [...path, key])];
      this.#add({ kind: 'exclusive-fields', path: [...path, key], part: 'key', message, fixes });
    }
  }

  #atLeastOne(
    value: UntrustedRecord,
    group: readonly string[],
    schema: ObjectSchema,
    misspelt: ReadonlySet<string>,
    path: FieldPath,
  ): void {
    if (group.some((key) => isSet(value, key, schema) || misspelt.has(key))) return;
    const owner = path.length === 0 ? 'This object' : nameOf(path);
    const message = `${owner} needs ${group.length === 2 ? 'either' : 'one of'} ${fieldList(group, 'or')}.`;
    this.#add({ kind: 'missing-field', path, part: 'head', message });
  }

  #list(value: readonly unknown[], schema: ListSchema, path: FieldPath): void {
    this.#count(value.length, schema.minItems, schema.maxItems, 'items', path);
    const { keys, items } = schema;
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      this.check(item, items, [...path, index]);
      if (schema.isSet === true) {
        if (
          isRecord(item) ? value.slice(0, index).some((each) => isDeepStrictEqual(each, item)) : seen.has(textOf(item))
        ) {
          const message = `Another item of \`${String(path.at(-1))}\` is the same.`;
          const fixes = [this.#removal('Remove it', [...path, index])];
          this.#add({ kind: 'duplicate-item', path: [...path, index], part: 'head', message, fixes });
        }
        seen.add(textOf(item));
      }
      if (!keys || !isRecord(item)) continue;
      const identity = textOf(keys.map((key) => item[key] ?? defaultOf(items, key) ?? null));
      if (seen.has(identity)) {
        const key = keys[0] ?? '';
        const message = `Another item of \`${String(path.at(-1))}\` has the same ${fieldList(keys, 'and')}.`;
        this.#add({ kind: 'duplicate-item', path: [...path, index, key], part: 'head', message });
      }
      seen.add(identity);
    }
  }

  #count(count: number, least: number | undefined, most: number | undefined, what: string, path: FieldPath): void {
    const words = (limit: number): string =>
      `${String(limit)} ${limit === 1 ? what.replace(/(?:ie)?s$/, (end) => (end === 'ies' ? 'y' : '')) : what}`;
    if (least !== undefined && count < least) {
      const message = `${nameOf(path)} needs at least ${words(least)}.`;
      this.#add({ kind: 'out-of-range', path, part: 'key', message });
    } else if (most !== undefined && count > most) {
      const message = `${nameOf(path)} may have at most ${words(most)}.`;
      this.#add({ kind: 'out-of-range', path, part: 'key', message });
    }
  }

  /** Answers the fields that may be meant. */
  #unknownField(key: string, value: UntrustedRecord, schema: ObjectSchema, path: FieldPath): readonly string[] {
    // SOPS keeps there how it encrypted the file, and takes it out before the object is applied.
    if (path.length === 0 && key === 'sops') return [];
    const free = Object.keys(schema.fields).filter((field) => !Object.hasOwn(value, field));
    const around = { key, value: value[key], schema, path, owners: this.#owners };
    const near = [...new Set([...neededField(value, around), ...likelyNames(around, nearestWords(key, free))])];
    const owner =
      path.length === 0 ? (this.#isFile ? 'this file' : 'this kind') : nameOf(path).replace(/^Item/, 'item');
    const fixes = near.map((name, index): FixPlan => ({
      title: `Rename to \`${name}\``,
      isPreferred: index === 0,
      changes: [{ type: 'rename-key', object: this.#object, path: [...path, key], key: name }],
    }));
    const place = near.length > 0 ? undefined : placeOf(around);
    // What only stands in the wrong place is not to be thrown away.
    if (place === undefined) fixes.push(this.#removal(`Remove \`${shorten(key)}\``, [...path, key]));
    const hint = place === undefined ? didYouMean(near) : ` ${place}`;
    const message = `There is no field \`${shorten(key)}\` in ${owner}.${hint}`;
    this.#add({ kind: 'unknown-field', path: [...path, key], part: 'key', message, fixes });
    return near.length > 0 ? near : fieldsAround(around);
  }

  #wrongType(value: unknown, schema: Schema, path: FieldPath): void {
    const fixes: FixPlan[] = [];
    const isScalar = typeof value === 'number' || typeof value === 'boolean';
    const { replacement } = this.#place(path);
    const isDuration =
      schema.type === 'string' &&
      (/duration$/.test(schema.format ?? '') || schema.patternHelp?.startsWith('a duration') === true);
    if (isDuration && typeof value === 'number') {
      if (value > 0) fixes.push(replacement(`${String(value)}s`, true));
    } else if (schema.type === 'string' && isScalar) {
      const changes = [{ type: 'quote', object: this.#object, path } as const];
      fixes.push({ title: 'Put it in quotes', isPreferred: true, changes });
    } else if ((schema.type === 'integer' || schema.type === 'number') && typeof value === 'string') {
      if (/^-?\d{1,15}$/.test(value)) fixes.push(replacement(Number(value), true));
    } else if (schema.type === 'boolean' && typeof value === 'string' && /^(?:true|false)$/i.test(value)) {
      fixes.push(replacement(value.toLowerCase() === 'true', true));
    }
    const message =
      value === null
        ? `${nameOf(path)} is empty; it must be ${article(typeName(schema))}.`
        : `${nameOf(path)} must be ${article(typeName(schema))}, not ${describeValue(value)}.${fieldForValue(value, schema)}`;
    this.#add({ kind: 'wrong-type', path, part: 'head', message, fixes });
  }

  /** What the checks of single values need to offer fixes. */
  #place(path: FieldPath): {
    readonly path: FieldPath;
    readonly replacement: (value: string | number | boolean, isPreferred: boolean) => FixPlan;
  } {
    return {
      path,
      replacement: (value, isPreferred) => ({
        title: `Replace with \`${String(value)}\``,
        isPreferred,
        changes: [{ type: 'replace-value', object: this.#object, path, value }],
      }),
    };
  }

  #removal(title: string, path: FieldPath): FixPlan {
    return { title, changes: [{ type: 'remove', object: this.#object, path }] };
  }

  /** What is said better by another problem of the same field. */
  #forget(kind: StructureProblem['kind'], path: FieldPath): void {
    const index = this.problems.findIndex((each) => each.kind === kind && isDeepStrictEqual(each.path, path));
    if (index >= 0) this.problems.splice(index, 1);
  }

  #add(problem: Omit<StructureProblem, 'fixes'> & { fixes?: readonly FixPlan[] }): void {
    this.problems.push({ fixes: [], ...problem });
  }

  #addAll(problems: readonly StructureProblem[]): void {
    this.problems.push(...problems);
  }
}

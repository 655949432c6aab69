/** Values of objects as CEL sees them: typed by the schema, and counted while a rule walks through them. */
import type { CelInput } from '@bufbuild/cel';
import { isRecord } from '../../../../shared/untrusted.ts';
import type { Schema } from '../schema.ts';
import type { StepLimit } from './step-limit.ts';

class CountedList extends Array<CelInput> {
  #limit: StepLimit | undefined;

  static counting(items: readonly CelInput[], limit: StepLimit): CountedList {
    const list = new CountedList();
    for (const item of items) list.push(item);
    list.#limit = limit;
    return list;
  }

  /** Methods that make arrays make plain ones. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  override *values(): ArrayIterator<CelInput> {
    for (let index = 0; index < this.length; index++) {
      this.#limit?.take();
      yield this[index] as CelInput;
    }
    return undefined;
  }

  override [Symbol.iterator](): ArrayIterator<CelInput> {
    return this.values();
  }
}

class CountedMap extends Map<string, CelInput> {
  readonly #limit: StepLimit;

  constructor(limit: StepLimit) {
    super();
    this.#limit = limit;
  }

  override *keys(): MapIterator<string> {
    for (const key of super.keys()) {
      this.#limit.take();
      yield key;
    }
    return undefined;
  }
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** Name by which rules reach a field that CEL could not name (`namespace` → `__namespace__`). */
function escapedName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

export type TextReader = (text: string, format: 'date-time' | 'duration') => CelInput | undefined;

/** Undefined where the value cannot be put into CEL. */
export function celInput(value: unknown, schema: Schema | undefined, limit: StepLimit, read: TextReader): CelInput {
  if (Array.isArray(value)) {
    const items = schema?.type === 'array' ? schema.items : undefined;
    return CountedList.counting(
      value.map((item) => celInput(item, items, limit, read)),
      limit,
    );
  }
  if (isRecord(value)) {
    const map = new CountedMap(limit);
    for (const key of Object.keys(value)) {
      const field = schema?.type === 'map' ? schema.values : fieldOfSchema(schema, key);
      const name = schema?.type === 'object' ? escapedName(key) : key;
      map.set(name, celInput(value[key], field, limit, read));
    }
    return map;
  }
  if (typeof value === 'number') {
    const isWhole = Number.isInteger(value) && schema?.type !== 'number';
    return isWhole && Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  if (typeof value === 'string') {
    const format = schema?.type === 'string' ? schema.format : undefined;
    if (format === 'date-time' || format === 'date') return read(value, 'date-time') ?? value;
    return format === 'go-duration' ? (read(value, 'duration') ?? value) : value;
  }
  return typeof value === 'boolean' ? value : null;
}

function fieldOfSchema(schema: Schema | undefined, key: string): Schema | undefined {
  return schema?.type === 'object' && Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
}

/** Limits of single values: texts and numbers. */
import { parseGoDuration } from '../../../shared/go-duration.ts';
import { didYouMean, nearestWords } from '../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { FixPlan } from '../fixes/fix-plan.ts';
import type { IntOrTextSchema, NumberSchema, TextSchema } from './schema.ts';
import type { StructureProblem } from './structure-problem.ts';
import { fieldList, nameOf, shorten } from './structure-words.ts';
import { formatProblem } from './text-formats.ts';

interface Place {
  readonly path: FieldPath;
  readonly replacement: (value: string, isPreferred: boolean) => FixPlan;
}

export function checkText(value: string, schema: TextSchema, place: Place): readonly StructureProblem[] {
  const { path } = place;
  const problems: StructureProblem[] = [];
  if (schema.values) problems.push(...checkWord(value, schema.values, schema, place));
  const length = schema.minLength === undefined && schema.maxLength === undefined ? 0 : lengthOf(value);
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    const message = `${nameOf(path)} may be at most ${characters(schema.maxLength)} long.`;
    problems.push({ kind: 'out-of-range', path, part: 'value', message, fixes: [] });
  } else if (schema.minLength !== undefined && length < schema.minLength) {
    const message =
      schema.minLength === 1
        ? `${nameOf(path)} may not be empty.`
        : `${nameOf(path)} must be at least ${characters(schema.minLength)} long.`;
    problems.push({ kind: 'out-of-range', path, part: 'value', message, fixes: [] });
  } else problems.push(...checkPattern(value, schema, path));
  if (schema.format === 'duration' || schema.format === 'positive-duration') {
    problems.push(...checkDuration(value, schema, place));
  } else if (schema.format) {
    const demand = formatProblem(value, schema.format);
    if (demand !== undefined) {
      problems.push({
        kind: 'invalid-format',
        path,
        part: 'value',
        message: `${nameOf(path)} must be ${demand}.`,
        fixes: [],
      });
    }
  }
  return problems;
}

export function checkPattern(
  value: string,
  schema: Pick<TextSchema | IntOrTextSchema, 'pattern' | 'patternHelp'>,
  path: FieldPath,
): readonly StructureProblem[] {
  const { pattern, patternHelp } = schema;
  if (!pattern || pattern.test(value)) return [];
  const message = `${nameOf(path)} must be ${patternHelp ?? `of the form \`${shorten(pattern.source)}\``}.`;
  return [{ kind: 'invalid-format', path, part: 'value', message, fixes: [] }];
}

export function checkNumber(
  value: number,
  schema: Pick<
    NumberSchema,
    'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum' | 'multipleOf' | 'format' | 'values'
  > & {
    readonly type: 'integer' | 'number';
  },
  path: FieldPath,
): readonly StructureProblem[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, values } = schema;
  const problem = (message: string): readonly StructureProblem[] => [
    { kind: 'out-of-range', path, part: 'value', message, fixes: [] },
  ];
  if (values && !values.includes(value)) {
    const message = `${nameOf(path)} must be ${fieldList(values.map(String), 'or')}.`;
    return [{ kind: 'unknown-value', path, part: 'value', message, fixes: [] }];
  }
  const isLow = minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum);
  const isHigh = maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum);
  if (isLow || isHigh) return problem(`${nameOf(path)} must be ${rangeWords(schema)}.`);
  if (!fitsFormat(value, schema)) return problem(`${nameOf(path)} is too large for a number of ${sizeWords(schema)}.`);
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) {
    return problem(`${nameOf(path)} must be a multiple of ${String(multipleOf)}.`);
  }
  return [];
}

/** Whether the API server takes it for a number: a whole one may be written with a fraction of zero. */
export function isStructureNumber(value: unknown, type: 'integer' | 'number'): value is number {
  return typeof value === 'number' && (type === 'number' || Number.isInteger(value));
}

function rangeWords({
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
}: Omit<Partial<NumberSchema>, 'type'>): string {
  const isPlain = exclusiveMinimum !== true && exclusiveMaximum !== true;
  if (minimum !== undefined && maximum !== undefined && isPlain) return `from ${String(minimum)} to ${String(maximum)}`;
  const parts = [
    ...(minimum === undefined ? [] : [`${exclusiveMinimum === true ? 'more than' : 'at least'} ${String(minimum)}`]),
    ...(maximum === undefined ? [] : [`${exclusiveMaximum === true ? 'less than' : 'at most'} ${String(maximum)}`]),
  ];
  return parts.join(' and ');
}

const limit32 = 2 ** 31;
const limit64 = 2 ** 63;
const limitFloat = 3.402_823_466_385_288_6e38;

function fitsFormat(
  value: number,
  { type, format }: Pick<NumberSchema, 'format'> & { readonly type: 'integer' | 'number' },
): boolean {
  if (format === 'float') return Math.abs(value) <= limitFloat;
  if (type === 'number') return true;
  const limit = format === 'int32' ? limit32 : limit64;
  return value >= -limit && value < limit;
}

function sizeWords({ format }: Pick<NumberSchema, 'format'>): string {
  return format === 'int32' || format === 'float' ? '32 bits' : '64 bits';
}

function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function checkWord(
  value: string,
  values: readonly string[],
  { experimentalValues = [], deprecatedValues = {} }: TextSchema,
  { path, replacement }: Place,
): readonly StructureProblem[] {
  if (values.includes(value)) {
    const successor = Object.hasOwn(deprecatedValues, value) ? deprecatedValues[value] : undefined;
    if (successor === undefined) return [];
    const message = `\`${value}\` is deprecated; use \`${successor}\`.`;
    return [{ kind: 'deprecated-field', path, part: 'value', message, fixes: [replacement(successor, true)] }];
  }
  const name = nameOf(path);
  if (experimentalValues.includes(value)) {
    const message = `\`${value}\` is known in the experimental channel of the API only.`;
    return [{ kind: 'experimental-field', path, part: 'value', message, fixes: [] }];
  }
  const near = nearestWords(value, values);
  const offered = values.filter((each) => each !== '');
  const hint = near.length > 0 ? didYouMean(near) : ` It can be ${offered.map((each) => `\`${each}\``).join(', ')}.`;
  const choices = near.length > 0 || offered.length > 6 ? near : offered;
  const fixes = choices.map((choice, index) => replacement(choice, near.length > 0 && index === 0));
  return [
    { kind: 'unknown-value', path, part: 'value', message: `${name} cannot be \`${shorten(value)}\`.${hint}`, fixes },
  ];
}

function checkDuration(value: string, schema: TextSchema, { path, replacement }: Place): readonly StructureProblem[] {
  const ms = parseGoDuration(value);
  if (ms === undefined) {
    const guess = /^\d+(?:\.\d+)?$/.test(value) ? `${value}s` : undefined;
    const message = `\`${shorten(value)}\` is no duration. Write a number and a unit, such as \`500ms\`, \`2s\` or \`1h30m\`.`;
    const fixes = guess === undefined ? [] : [replacement(guess, true)];
    return [{ kind: 'invalid-format', path, part: 'value', message, fixes }];
  }
  const isPositive = schema.format === 'positive-duration';
  if (ms >= (isPositive ? 1 : 0)) return [];
  const least = isPositive ? 'at least 1ms' : 'not negative';
  return [{ kind: 'out-of-range', path, part: 'value', message: `${nameOf(path)} must be ${least}.`, fixes: [] }];
}

/** As Go counts: code points. */
function lengthOf(text: string): number {
  let count = 0;
  for (const character of text) count += character === '' ? 0 : 1;
  return count;
}

function characters(count: number): string {
  return `${String(count)} character${count === 1 ? '' : 's'}`;
}

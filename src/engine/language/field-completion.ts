/** Fields that a mapping may have, as they are written when they are chosen. */
import type { FieldPath } from '../../shared/text.ts';
import { isRecord, valueAt } from '../../shared/untrusted.ts';
import type { ObjectSchema, Schema } from '../policy/schema/schema.ts';
import { writeKey } from '../policy/fixes/yaml-writing.ts';
import type { CompletionItemResult } from './completion-item.ts';
import { escapeSnippet, sortKey } from './completion-item.ts';
import type { CompletionSite } from './completion-site.ts';
import { fieldHelp } from './hover.ts';
import type { NameProposal } from './name-proposal.ts';

/** Written by the API server, whatever a file says. */
const serversOwn: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/**
 * The fields that are not there yet. `path` is that of the mapping in its object; `hasNames` tells whether names are known
 * that could stand in a field.
 */
export function fieldItems(
  site: CompletionSite,
  path: FieldPath,
  schema: ObjectSchema,
  hasNames: (field: FieldPath) => boolean,
): readonly CompletionItemResult[] {
  const isOwn = (name: string): boolean =>
    path.length === 0 ? name === 'status' : path.length === 1 && path[0] === 'metadata' && serversOwn.has(name);
  return freeFields(schema, valueAt(site.value, site.path))
    .filter(([name]) => !isOwn(name))
    .map(([name, field], index): CompletionItemResult => {
      const isRequired = schema.required.includes(name);
      const place = [...path, name];
      const isChoice = words(field).length > 0 || hasNames(place) || hasNames([...place, 0]);
      const isScalar = field.type !== 'object' && field.type !== 'map' && field.type !== 'array';
      return {
        label: name,
        type: 'field',
        detail: isRequired ? 'required' : '',
        documentation: fieldHelp(name, field),
        ...(site.hasColon ? { insertText: name } : written(name, field, site)),
        range: site.range,
        sortText: `${isRequired ? '0' : '1'}${sortKey(index)}`,
        ...(!site.hasColon && (isChoice || (!isScalar && !site.isFlow)) && { isFollowed: true }),
      };
    });
}

/** A key of the user's choice that is in use elsewhere: a label, a header. */
export function nameAsKey(
  site: CompletionSite,
  { name, type, detail, help }: NameProposal,
  schema: Schema | undefined,
  index: number,
): CompletionItemResult {
  const key = writeKey(name);
  const values = schema?.type === 'map' ? schema.values : undefined;
  return {
    label: name,
    type,
    ...(detail && { detail }),
    ...(help && { documentation: help }),
    ...(site.hasColon
      ? { insertText: key }
      : { ...(values ? written(key, values, site) : { insertText: `${key}: ` }), isFollowed: true }),
    range: site.range,
    sortText: sortKey(index),
  };
}

/** Words that a field may hold: those of no meaning last, and none that is deprecated. */
export function words(schema: Schema | undefined): readonly string[] {
  if (schema?.type === 'boolean') return ['true', 'false'];
  if (schema?.type !== 'string' && schema?.type !== 'integer' && schema?.type !== 'number') return [];
  const outdated = schema.type === 'string' ? (schema.deprecatedValues ?? {}) : {};
  const all = (schema.values ?? []).map(String).filter((word) => word !== '' && !Object.hasOwn(outdated, word));
  const isNone = (word: string): boolean => word === 'UNSPECIFIED' || word === 'UNSET';
  return [...all.filter((word) => !isNone(word)), ...all.filter(isNone)];
}

/** Fields that are not there yet; of an exclusive group of which one is set, none. */
function freeFields(schema: ObjectSchema, present: unknown): readonly (readonly [string, Schema])[] {
  const isSet = (name: string): boolean => isRecord(present) && Object.hasOwn(present, name);
  const excluded = new Set(schema.exclusive.filter((group) => group.some(isSet)).flat());
  return Object.entries(schema.fields).filter(
    ([name, field]) => !isSet(name) && !excluded.has(name) && field.deprecated === undefined && !field.former,
  );
}

/** A field with what cannot be left out below it. */
function written(
  name: string,
  field: Schema,
  { isFlow, keyOffset }: CompletionSite,
): Pick<CompletionItemResult, 'insertText' | 'isSnippet'> {
  if (isFlow) return { insertText: `${name}: ` };
  const lines = linesOf(name, field, 0);
  const stops = lines.filter(({ isStop }) => isStop).length;
  // The editor indents further lines as the line is, which is not where the key is if it stands behind a dash.
  const separator = `\n${' '.repeat(keyOffset)}`;
  if (stops < 2) return { insertText: lines.map(({ text }) => text).join(separator) };
  let number = 0;
  const parts = lines.map(({ text, isStop }) => {
    const escaped = escapeSnippet(text);
    return isStop ? `${escaped}$${String((number += 1))}` : escaped;
  });
  return { insertText: parts.join(separator), isSnippet: true };
}

interface Line {
  readonly text: string;
  /** Something is to be filled in at its end. */
  readonly isStop: boolean;
}

const deepest = 4;

function linesOf(name: string, field: Schema, depth: number): readonly Line[] {
  const isMapping = field.type === 'object' || field.type === 'map';
  if ((!isMapping && field.type !== 'array') || depth > deepest) return [{ text: `${name}: `, isStop: true }];
  return [{ text: `${name}:`, isStop: false }, ...indented(below(field, depth + 1), '  ')];
}

/** What stands below a key or behind the dash of an item. */
function below(field: Schema, depth: number): readonly Line[] {
  if (field.type === 'array') {
    const [first, ...others] = below(field.items, depth);
    return [{ text: `- ${first?.text ?? ''}`, isStop: first?.isStop ?? true }, ...indented(others, '  ')];
  }
  const lines = field.type === 'object' ? neededIn(field).flatMap((name) => linesOfField(field, name, depth)) : [];
  return lines.length > 0 ? lines : [{ text: '', isStop: true }];
}

function linesOfField({ fields }: ObjectSchema, name: string, depth: number): readonly Line[] {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return field ? linesOf(name, field, depth) : [];
}

function neededIn({ required, atLeastOne }: ObjectSchema): readonly string[] {
  return required.length > 0 ? required : (atLeastOne ?? []).flatMap(([first]) => first ?? []);
}

function indented(lines: readonly Line[], indent: string): readonly Line[] {
  return lines.map((line) => ({ ...line, text: indent + line.text }));
}

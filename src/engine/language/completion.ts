import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { FieldPath, Position, Range } from '../../shared/text.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { DocumentSource } from '../policy/documents/document-file.ts';
import { fieldOf, isRecord, stringOf, valueAt } from '../../shared/untrusted.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import { declaredObjects } from '../policy/documents/declared-objects.ts';
import { kindsByGroup } from '../policy/schema/group-kinds.ts';
import type { SchemaCatalog } from '../policy/schema/schema-catalog.ts';
import type { ObjectSchema, Schema } from '../policy/schema/schema.ts';
import { writeKey, writeScalar } from '../policy/fixes/yaml-writing.ts';
import type { CompletionSite } from './completion-site.ts';
import { completionSites } from './completion-site.ts';
import { documentAt, schemaOf } from './cursor.ts';
import { fieldHelp } from './hover.ts';
import type { Knowledge } from './knowledge.ts';
import { knowledgeOf } from './knowledge.ts';
import type { NameProposal } from './name-proposal.ts';
import { fieldValue } from './references/reference-rule.ts';
import { ruleAt } from './references/references-in.ts';

export interface CompletionItemResult {
  readonly label: string;
  readonly type: 'field' | 'value' | NameProposal['type'];
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** Replaces `range`. Lines after the first are indented relative to the first by the editor. */
  readonly insertText: string;
  readonly range: Range;
  /** Order among the items. */
  readonly sortText: string;
}

/** What can be written at the position: fields, words, and the names of things that exist. */
export function completion(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
): readonly CompletionItemResult[] {
  const document = documentAt(files, uri, position.line);
  if (!document || document.yaml.nature === 'template') return [];
  const relative = { line: position.line - document.line, character: position.character };
  const sites = completionSites(document, document.yaml.lines.offsetAt(relative));
  const seen = new Set<string>();
  return sites
    .flatMap((site) => itemsAt(site, uri, snapshot, settings))
    .filter(({ label }) => (seen.has(label) ? false : seen.add(label)));
}

function itemsAt(
  site: CompletionSite,
  uri: string,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
): readonly CompletionItemResult[] {
  const { object, base } = ownerOf(site, uri, settings);
  const path = site.path.slice(base.length);
  const knowledge = knowledgeOf(snapshot, settings);
  if (site.type === 'value' && path.length === 1) {
    const top = topLevelValues(String(path[0]), object.apiVersion, knowledge.schemas);
    if (top.length > 0) return top.map((value, index) => valueItem(site, value, 'value', index));
  }
  const schema = schemaOf(object, path, knowledge.schemas);
  const names = namesAt(object, path, site, knowledge);
  if (site.type === 'key') {
    if (schema?.type === 'object') return keyItems(site, schema);
    if (names.length > 0) return names.map((proposal, index) => keyItem(site, proposal, schema, index));
    return schema ? [] : topLevelKeys(site);
  }
  return [
    ...names.map(({ name, type, detail }, index) => valueItem(site, name, type, index, detail)),
    ...words(schema).map((word, index) => valueItem(site, word, 'value', index)),
  ];
}

/** Names of existing things that fit the field, keys of a mapping included, without those that stand in it already. */
function namesAt(
  object: MeshObject,
  path: FieldPath,
  site: CompletionSite,
  knowledge: Knowledge,
): readonly NameProposal[] {
  const rule = ruleAt(object, path);
  if (!rule || (rule.naming.isOfKeys === true) !== (site.type === 'key')) return [];
  const place = { object, path, value: fieldValue(object, path) };
  const present = valueAt(site.value, site.type === 'key' ? site.path : site.path.slice(0, -1));
  const isThere = (name: string): boolean =>
    Array.isArray(present)
      ? present.includes(name)
      : site.type === 'key' && isRecord(present) && Object.hasOwn(present, name);
  return rule.naming.proposals(place, knowledge).filter(({ name }) => !isThere(name));
}

/** The object in which something is typed, as far as it is written, and where in the document it stands. */
function ownerOf(
  site: CompletionSite,
  uri: string,
  settings: ResolvedMeshSettings,
): { readonly object: MeshObject; readonly base: FieldPath } {
  const declared = declaredObjects(site.value, uri, 0, { defaultNamespace: settings.defaultNamespace }).find(
    ({ base }) => base.every((step, index) => site.path[index] === step),
  );
  if (declared) return declared;
  const text = (...path: FieldPath): string => stringOf(valueAt(site.value, path)) ?? '';
  const object: MeshObject = {
    apiVersion: text('apiVersion'),
    kind: text('kind'),
    namespace: text('metadata', 'namespace') || settings.defaultNamespace,
    name: text('metadata', 'name'),
    labels: {},
    annotations: {},
    spec: fieldOf(site.value, 'spec'),
    origin: { layer: 'workspace', source: '' },
  };
  return { object, base: [] };
}

function topLevelValues(key: string, apiVersion: string, schemas: SchemaCatalog): readonly string[] {
  if (key !== 'apiVersion' && key !== 'kind') return [];
  const kinds = schemas.kinds();
  if (key === 'apiVersion') {
    const all = kinds.flatMap(({ group, versions }) =>
      versions.map((version) => (group === 'core' ? version : `${group}/${version}`)),
    );
    return [...new Set(all)];
  }
  const group = apiVersion.split('/')[0] ?? '';
  const known = kinds.filter((schema) => !apiVersion.includes('/') || schema.group === group).map(({ kind }) => kind);
  return [...new Set([...known, ...(kindsByGroup.get(group) ?? [])])];
}

function topLevelKeys(site: CompletionSite): readonly CompletionItemResult[] {
  const value = isRecord(site.value) ? site.value : {};
  if (site.path.length > 0) return [];
  return ['apiVersion', 'kind', 'metadata', 'spec']
    .filter((key) => !Object.hasOwn(value, key))
    .map((key, index) => ({
      label: key,
      type: 'field',
      insertText: key === 'metadata' ? 'metadata:\n  name: ' : key === 'spec' ? 'spec:\n  ' : `${key}: `,
      range: site.range,
      sortText: sortKey(index),
    }));
}

function keyItems(site: CompletionSite, schema: ObjectSchema): readonly CompletionItemResult[] {
  const present = valueAt(site.value, site.path);
  return freeFields(schema, present).map(([name, field], index): CompletionItemResult => {
    const isRequired = schema.required.includes(name);
    return {
      label: name,
      type: 'field',
      detail: isRequired ? 'required' : '',
      documentation: fieldHelp(name, field),
      insertText: site.hasColon ? name : name + suffixOf(field, site.isFlow),
      range: site.range,
      sortText: `${isRequired ? '0' : '1'}${sortKey(index)}`,
    };
  });
}

/** A key of the user's choice that is in use elsewhere: a label, a header. */
function keyItem(
  site: CompletionSite,
  { name, type, detail, help }: NameProposal,
  schema: Schema | undefined,
  index: number,
): CompletionItemResult {
  const suffix = schema?.type === 'map' ? suffixOf(schema.values, site.isFlow) : ': ';
  const insertText = site.hasColon ? writeKey(name) : writeKey(name) + suffix;
  return {
    label: name,
    type,
    ...(detail && { detail }),
    ...(help && { documentation: help }),
    insertText,
    range: site.range,
    sortText: sortKey(index),
  };
}

/** Fields that are not there yet; of an exclusive group of which one is set, none. */
function freeFields(schema: ObjectSchema, present: unknown): readonly (readonly [string, Schema])[] {
  const isSet = (name: string): boolean => isRecord(present) && Object.hasOwn(present, name);
  const excluded = new Set(schema.exclusive.filter((group) => group.some(isSet)).flat());
  return Object.entries(schema.fields).filter(
    ([name, field]) => !isSet(name) && !excluded.has(name) && field.deprecated === undefined,
  );
}

function suffixOf(field: Schema, isFlow: boolean): string {
  if (isFlow) return ': ';
  switch (field.type) {
    case 'object':
    case 'map':
      return ':\n  ';
    case 'array':
      return ':\n  - ';
    default:
      return ': ';
  }
}

function words(schema: Schema | undefined): readonly string[] {
  if (schema?.type === 'boolean') return ['true', 'false'];
  if (schema?.type !== 'string' && schema?.type !== 'integer' && schema?.type !== 'number') return [];
  return (schema.values ?? []).map(String).filter((word) => word !== '');
}

function valueItem(
  site: CompletionSite,
  value: string,
  type: CompletionItemResult['type'],
  index: number,
  detail?: string,
): CompletionItemResult {
  const insertText = type === 'value' || type === 'port' ? value : writeScalar(value);
  return { label: value, type, ...(detail && { detail }), insertText, range: site.range, sortText: sortKey(index) };
}

function sortKey(index: number): string {
  return String(index).padStart(4, '0');
}

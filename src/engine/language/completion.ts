import { compareText } from '../../shared/compare.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { FieldPath, Position } from '../../shared/text.ts';
import { fieldOf, isRecord, stringOf, valueAt } from '../../shared/untrusted.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { declaredObjects } from '../policy/documents/declared-objects.ts';
import type { DocumentFile, DocumentSource, FileDocument } from '../policy/documents/document-file.ts';
import { YamlDocument } from '../policy/documents/yaml-document.ts';
import { writeScalar } from '../policy/fixes/yaml-writing.ts';
import type { Schema } from '../policy/schema/schema.ts';
import type { CompletionItemResult } from './completion-item.ts';
import { sortKey } from './completion-item.ts';
import type { CompletionSite } from './completion-site.ts';
import { completionSites } from './completion-site.ts';
import { documentAt, schemaOf } from './cursor.ts';
import { fieldItems, nameAsKey, words } from './field-completion.ts';
import type { Knowledge } from './knowledge.ts';
import { knowledgeOf } from './knowledge.ts';
import type { NameProposal } from './name-proposal.ts';
import { beginningItems, identityItems, restItem } from './object-completion.ts';
import { fieldValue } from './references/reference-rule.ts';
import { ruleAt } from './references/references-in.ts';

/** What can be written at the position: fields, words, the names of things that exist, and whole objects. */
export function completion(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
): readonly CompletionItemResult[] {
  const document = documentAt(files, uri, position.line) ?? emptyDocument(files, uri);
  if (!document || document.yaml.nature === 'template') return [];
  const relative = { line: position.line - document.line, character: position.character };
  const sites = completionSites(document, document.yaml.lines.offsetAt(relative));
  const scene: Scene = {
    namespace: () => usualNamespace(files, uri, settings),
    knowledge: knowledgeOf(snapshot, settings),
  };
  const seen = new Set<string>();
  return sites
    .flatMap((site) => itemsAt(site, uri, scene))
    .filter(({ label, detail }) => {
      const key = `${label} ${detail ?? ''}`;
      return seen.has(key) ? false : seen.add(key);
    });
}

interface Scene {
  readonly knowledge: Knowledge;
  /** In which a new object of the file would most likely be. */
  readonly namespace: () => string;
}

function itemsAt(site: CompletionSite, uri: string, scene: Scene): readonly CompletionItemResult[] {
  const { knowledge } = scene;
  const { schemas } = knowledge;
  const { object, base } = ownerOf(site, uri, knowledge.settings);
  const path = site.path.slice(base.length);
  if (site.type === 'value' && path.length === 1) {
    const identities = identityItems(site, String(path[0]), schemas);
    if (identities.length > 0) return identities;
  }
  const schema = schemaOf(object, path, schemas);
  const names = namesAt(object, path, site, knowledge);
  if (site.type === 'key') {
    if (schema?.type === 'object') {
      const hasNames = (field: FieldPath): boolean => ruleAt(object, field) !== undefined;
      const rest = restItem(site, scene.namespace, object.apiVersion, object.kind);
      return [...rest, ...fieldItems(site, path, schema, hasNames)];
    }
    if (names.length > 0) return names.map((proposal, index) => nameAsKey(site, proposal, schema, index));
    return schema ? [] : beginningItems(site, scene.namespace, schemas);
  }
  const known = site.isInText ? [] : words(schema).map((name): NameProposal => ({ name, type: 'value' }));
  return [...names, ...known].map((proposal, index) => valueItem(site, proposal, schema, index));
}

/** A file with nothing in it has no document that something could be typed in. */
function emptyDocument(files: DocumentSource, uri: string): FileDocument | undefined {
  const file = files.file(uri);
  return file?.documents.length === 0 && !file.isTooLong
    ? { uri, index: 0, line: 0, yaml: new YamlDocument(file.text, 'anywhere'), objects: [] }
    : undefined;
}

/** That of the objects before it in the file; in a file without any, the one in which most of the others are. */
function usualNamespace(files: DocumentSource, uri: string, settings: ResolvedMeshSettings): string {
  const before = namespacesIn(files.file(uri)).at(-1);
  if (before !== undefined) return before;
  const counts = new Map<string, number>();
  for (const file of files.files())
    for (const namespace of namespacesIn(file)) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  const [most] = [...counts].sort(([a, one], [b, other]) => other - one || compareText(a, b));
  return most?.[0] ?? settings.defaultNamespace;
}

/** Those that objects of the file say they are in. */
function namespacesIn(file: DocumentFile | undefined): readonly string[] {
  const objects = (file?.documents ?? []).flatMap((document) => document.objects);
  return objects.flatMap(({ object, namespaceDeclared, isDerived }) =>
    namespaceDeclared && !isDerived && object.namespace !== '' ? [object.namespace] : [],
  );
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
  if (site.isInText && rule.naming.isListInText !== true) return [];
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

function valueItem(
  site: CompletionSite,
  { name, type, detail, help, beside }: NameProposal,
  schema: Schema | undefined,
  index: number,
): CompletionItemResult {
  const separator = site.isFlow ? ', ' : `\n${' '.repeat(site.keyOffset)}`;
  const others = Object.entries(beside ?? {}).filter(
    ([key]) => valueAt(site.value, [...site.path.slice(0, -1), key]) === undefined,
  );
  const insertText = site.isQuoted ? name : site.isInText ? name : writtenValue(name, schema);
  return {
    label: name,
    type,
    ...(detail && { detail }),
    ...(help && { documentation: help }),
    insertText: [insertText, ...others.map(([key, value]) => `${key}: ${writeScalar(value)}`)].join(separator),
    range: site.range,
    sortText: sortKey(index),
  };
}

/** A text in quotes where it would be read as something else; what may be a number or a flag as it is. */
function writtenValue(value: string, schema: Schema | undefined): string {
  if (schema === undefined) return writeScalar(value);
  if (schema.type === 'string') return schema.isFalseToo === true ? value : writeScalar(value);
  return schema.type === 'int-or-string' && !/^\d+$/.test(value) ? writeScalar(value) : value;
}

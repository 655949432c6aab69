/** What an object begins with: its version and kind, its `metadata` and `spec`, or all of them at once. */
import { groupOf } from '../model/mesh-object.ts';
import type { Range, TextEdit } from '../../shared/text.ts';
import { fieldOf, isRecord, stringOf } from '../../shared/untrusted.ts';
import { kindsByGroup } from '../policy/schema/group-kinds.ts';
import type { SchemaCatalog } from '../policy/schema/schema-catalog.ts';
import type { CompletionItemResult } from './completion-item.ts';
import { escapeSnippet, sortKey } from './completion-item.ts';
import type { CompletionSite } from './completion-site.ts';
import { keysBeside } from './completion-site.ts';
import { skeletons } from './skeletons.ts';

const fields: Readonly<Record<string, string>> = {
  apiVersion: 'apiVersion: ',
  kind: 'kind: ',
  metadata: 'metadata:\n  name: ',
  spec: 'spec:\n  ',
};

/** Fields of an object of which the kind is not known yet; of a document that is none, nothing. */
export function beginningItems(
  site: CompletionSite,
  namespace: () => string,
  schemas: SchemaCatalog,
): readonly CompletionItemResult[] {
  const present = keysBeside(site);
  if (site.path.length > 0 || site.isFlow) return [];
  if (present.length > 0 && !present.some((key) => key === 'apiVersion' || key === 'kind')) return [];
  const plain = Object.entries(fields)
    .filter(([key]) => !present.includes(key))
    .map(([key, insertText], index): CompletionItemResult => {
      const isFollowed = key === 'apiVersion' || key === 'kind';
      return {
        label: key,
        type: 'field',
        insertText: site.hasColon ? key : insertText,
        range: site.range,
        sortText: sortKey(index),
        ...(isFollowed && !site.hasColon && { isFollowed }),
      };
    });
  return present.length > 0 || site.hasColon ? plain : [...plain, ...wholeObjects(site.range, namespace(), schemas)];
}

function wholeObjects(range: Range, namespace: string, schemas: SchemaCatalog): readonly CompletionItemResult[] {
  return schemas.kinds().flatMap(({ group, kind, versions }, index): CompletionItemResult[] => {
    const body = skeletons.get(`${group}/${kind}`);
    const apiVersion = apiVersionOf(group, versions[0] ?? '');
    const schema = body === undefined ? undefined : schemas.find(apiVersion, kind);
    if (body === undefined || !schema) return [];
    return [
      {
        label: kind,
        type: 'object-skeleton',
        detail: apiVersion,
        documentation: schema.help,
        insertText: `apiVersion: ${apiVersion}\nkind: ${kind}\n${metadataOf(namespace)}${body}`,
        isSnippet: true,
        range,
        sortText: `2${sortKey(index)}`,
      },
    ];
  });
}

/** `metadata` and `spec` at once, for an object that has neither. */
export function restItem(
  site: CompletionSite,
  namespace: () => string,
  apiVersion: string,
  kind: string,
): readonly CompletionItemResult[] {
  const present = keysBeside(site);
  const body = skeletons.get(`${groupOf(apiVersion)}/${kind}`);
  if (body === undefined || site.path.length > 0 || site.isFlow || site.hasColon) return [];
  if (present.includes('metadata') || present.includes('spec')) return [];
  return [
    {
      label: 'metadata and spec',
      type: 'object-skeleton',
      detail: `as most ${kind} objects have them`,
      insertText: metadataOf(namespace()) + body,
      isSnippet: true,
      range: site.range,
      filterText: 'metadata spec',
      sortText: `0${sortKey(0)}`,
    },
  ];
}

function metadataOf(namespace: string): string {
  return `metadata:\n  name: \${1:name}\n  namespace: \${2:${escapeSnippet(namespace)}}\n`;
}

/** What `apiVersion` and `kind` may be; each goes by the other. */
export function identityItems(
  site: CompletionSite,
  key: string,
  schemas: SchemaCatalog,
): readonly CompletionItemResult[] {
  const item = (label: string, index: number): CompletionItemResult => {
    return { label, type: 'value', insertText: label, range: site.range, sortText: sortKey(index) };
  };
  if (key === 'apiVersion') {
    const kind = stringOf(fieldOf(site.value, 'kind'));
    const kinds = schemas.kinds();
    const fitting = kinds.filter((schema) => schema.kind === kind);
    const all = (fitting.length > 0 ? fitting : kinds).flatMap(({ group, versions }) =>
      versions.map((version) => apiVersionOf(group, version)),
    );
    return [...new Set(all)].map(item);
  }
  if (key !== 'kind') return [];
  const apiVersion = stringOf(fieldOf(site.value, 'apiVersion')) ?? '';
  if (apiVersion === '') return kindsOfAll(site, schemas);
  const group = apiVersion.split('/')[0] ?? '';
  const known = schemas
    .kinds()
    .filter((schema) => !apiVersion.includes('/') || schema.group === group)
    .map(({ kind }) => kind);
  return [...new Set([...known, ...(kindsByGroup.get(group) ?? [])])].map(item);
}

/** Kinds where no version is written yet: it is written with the kind. */
function kindsOfAll(site: CompletionSite, schemas: SchemaCatalog): readonly CompletionItemResult[] {
  const isWritten = isRecord(site.value) && Object.hasOwn(site.value, 'apiVersion');
  const start = { line: site.range.start.line, character: 0 };
  return schemas.kinds().map(({ group, kind, versions }, index): CompletionItemResult => {
    const apiVersion = apiVersionOf(group, versions[0] ?? '');
    const edit: TextEdit = { range: { start, end: start }, newText: `apiVersion: ${apiVersion}\n` };
    return {
      label: kind,
      type: 'value',
      detail: apiVersion,
      insertText: kind,
      range: site.range,
      sortText: sortKey(index),
      ...(!isWritten && { edits: [edit] }),
    };
  });
}

function apiVersionOf(group: string, version: string): string {
  return group === 'core' ? version : `${group}/${version}`;
}

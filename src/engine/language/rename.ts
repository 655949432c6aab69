/** Giving something another name, wherever it is named. */
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { Position, Range, TextEdit } from '../../shared/text.ts';
import { stringOf } from '../../shared/untrusted.ts';
import { Kinds } from '../model/kinds.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { DocumentSource } from '../policy/documents/document-file.ts';
import { locateField } from '../policy/documents/document-file.ts';
import { writeScalar } from '../policy/fixes/yaml-writing.ts';
import { declarationsOf, fieldAt, fieldsNaming } from './definition.ts';
import { fieldValue } from './references/reference-rule.ts';
import type { ReferenceField, Target } from './references/target.ts';
import { isSameTarget } from './references/target.ts';

export type RenameResult =
  | { readonly type: 'edits'; readonly edits: readonly { readonly uri: string; readonly edits: readonly TextEdit[] }[] }
  /** For people. */
  | { readonly type: 'refused'; readonly reason: string };

/** The name that would change and where it stands; undefined where nothing can be renamed. */
export function renameSite(
  files: DocumentSource,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
): { readonly range: Range; readonly name: string } | undefined {
  const field = fieldAt(files, settings, uri, position);
  const name = field && nameIn(field.target);
  const place = field && locateField(files, field.object, field.path, 'value');
  return field?.renamed && name !== undefined && place ? { range: place.range, name } : undefined;
}

/** Renames what is named or declared at the position: its declaration, and every field of any file that names it. */
export function rename(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
  name: string,
): RenameResult {
  const field = fieldAt(files, settings, uri, position);
  if (!field?.renamed || nameIn(field.target) === undefined)
    return refuse('There is no name here that can be changed.');
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) {
    return refuse(
      'A name is written with small letters, digits and dashes, and begins and ends with a letter or digit.',
    );
  }
  if (field.target.type === 'host' && name.includes('.')) return refuse('The name of a Service has no dots.');
  if (field.target.type === 'object' && field.target.kind === Kinds.namespace)
    return refuse(
      'A namespace has its name in hosts and identities, and in what deploys it: it cannot be renamed here.',
    );
  const taken = named(field.target, name);
  if (
    !isSameTarget(taken, field.target) &&
    declarationsOf(taken, snapshot, settings).some((each) => isSameTarget(each.target, taken))
  )
    return refuse(`\`${name}\` is there already.`);
  const declaring = declarationsOf(field.target, snapshot, settings);
  const written = declaring.filter(({ object }) => locateField(files, object, []) !== undefined);
  if (declaring.length > 0 && written.length === 0) {
    return refuse('It is declared in a cluster, not in a file of this workspace.');
  }
  const edits = new Map<string, Map<string, TextEdit>>();
  for (const each of [...written, ...fieldsNaming(files, field.target, settings)]) {
    const edit = editFor(files, each, name);
    if (!edit) continue;
    const ofFile = edits.get(edit.uri) ?? new Map<string, TextEdit>();
    ofFile.set(JSON.stringify(edit.edit.range.start), edit.edit);
    edits.set(edit.uri, ofFile);
  }
  return { type: 'edits', edits: [...edits].map(([file, each]) => ({ uri: file, edits: [...each.values()] })) };
}

function editFor(
  files: DocumentSource,
  { object, path, renamed }: ReferenceField,
  name: string,
): { readonly uri: string; readonly edit: TextEdit } | undefined {
  const text = renamed?.(name);
  const place = locateField(files, object, path, 'value');
  const written = stringOf(fieldValue(object, path));
  if (text === undefined || !place || written === undefined || written === text) return undefined;
  // A text in quotes keeps them: its range lies within.
  const scalar = place.document.yaml.tree.scalarAt(pathInDocument(place.document, object, path));
  return {
    uri: place.uri,
    edit: { range: place.range, newText: scalar?.style === 'quoted' ? text : writeScalar(text) },
  };
}

function pathInDocument(
  document: NonNullable<ReturnType<typeof locateField>>['document'],
  object: ReferenceField['object'],
  path: ReferenceField['path'],
): ReferenceField['path'] {
  return [...(document.objects.find((declared) => declared.object === object)?.base ?? []), ...path];
}

/** What of the target is its name. */
function nameIn(target: Target): string | undefined {
  switch (target.type) {
    case 'host':
      return target.host.split('.', 1)[0];
    case 'subset':
      return target.subset;
    case 'object':
      return target.name;
    case 'part':
      return target.part;
    case 'workloads':
      return undefined;
  }
}

/** What would have the other name. */
function named(target: Target, name: string): Target {
  switch (target.type) {
    case 'host':
      return { ...target, host: target.host.replace(/^[^.]+/, name) };
    case 'subset':
      return { ...target, subset: name };
    case 'object':
      return { ...target, name };
    case 'part':
      return { ...target, part: name };
    case 'workloads':
      return target;
  }
}

function refuse(reason: string): RenameResult {
  return { type: 'refused', reason };
}

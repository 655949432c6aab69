import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { Location, Position } from '../../shared/text.ts';
import { Kinds } from '../model/kinds.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import type { DocumentFile, DocumentSource } from '../policy/documents/document-file.ts';
import { locateField } from '../policy/documents/document-file.ts';
import { cursorAt } from './cursor.ts';
import { knowledgeOf } from './knowledge.ts';
import { declarationsIn, referencesIn } from './references/references-in.ts';
import type { ReferenceField, Target } from './references/target.ts';
import { isSameTarget } from './references/target.ts';

/** Where what is named at the position is declared: service, subset, listener, selected workloads, any other object. */
export function definition(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
): readonly Location[] {
  const field = fieldAt(files, settings, uri, position);
  return field ? locationsOf(files, declarationsOf(field.target, snapshot, settings)) : [];
}

/** Every field that names what is named, or declared, at the position. */
export function references(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
  includeDeclaration = true,
): readonly Location[] {
  const field = fieldAt(files, settings, uri, position);
  if (!field) return [];
  const declaring = includeDeclaration ? declarationsOf(field.target, snapshot, settings) : [];
  return locationsOf(files, [...declaring, ...fieldsNaming(files, field.target, settings)]);
}

/** Every field of any file that names the target. A patch names what it is put into. */
export function fieldsNaming(
  files: DocumentSource,
  target: Target,
  settings: ResolvedMeshSettings,
): readonly ReferenceField[] {
  const fields = [
    ...objectsOf(files.files()).flatMap((object) => referencesIn(object, settings)),
    ...objectsOf(files.patches()).flatMap((object) => [
      ...referencesIn(object, settings),
      ...declarationsIn(object, settings),
    ]),
  ];
  return fields.filter((field) => isSameTarget(field.target, target));
}

function objectsOf(files: Iterable<DocumentFile>): readonly MeshObject[] {
  return [...files].flatMap(({ documents }) => documents.flatMap(({ objects }) => objects.map(({ object }) => object)));
}

/** The field at the position that names or declares something. */
export function fieldAt(
  files: DocumentSource,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
): ReferenceField | undefined {
  const cursor = cursorAt(files, uri, position);
  if (!cursor?.declared) return undefined;
  const { object } = cursor.declared;
  const path = JSON.stringify(cursor.path);
  const own = [...referencesIn(object, settings), ...declarationsIn(object, settings)];
  const found = own.find((field) => JSON.stringify(field.path) === path);
  if (found) return found;
  // Any label of a selector stands for all of it.
  const around = JSON.stringify(cursor.path.slice(0, -1));
  const selector = own.find(({ target, path: at }) => target.type === 'workloads' && JSON.stringify(at) === around);
  if (selector) return selector;
  // A service that a LocalMesh declares has its name in the entry of the file.
  const isEntryName = cursor.path.at(-1) === 'name' && cursor.path.at(-2) !== 'metadata';
  const entry = JSON.stringify([...cursor.declared.base, ...cursor.path.slice(0, -1)]);
  const derived = cursor.document.objects.find(
    ({ isDerived, base, object: other }) => isDerived && other.kind === 'Service' && JSON.stringify(base) === entry,
  );
  return isEntryName && derived ? declarationsIn(derived.object, settings)[0] : undefined;
}

/** Fields in which the snapshot declares the target. */
export function declarationsOf(
  target: Target,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
): readonly ReferenceField[] {
  if (target.type === 'workloads') {
    const selected = knowledgeOf(snapshot, settings).selected(target.selector, target.namespace);
    return selected.map(({ object }) => ({ object, path: ['metadata', 'name'], target }));
  }
  const all = candidatesFor(target, snapshot, settings).flatMap((object) => declarationsIn(object, settings));
  if (target.type !== 'host') return all.filter((field) => isSameTarget(field.target, target));
  const services = knowledgeOf(snapshot, settings).services.servicesOf(target.host);
  const hosts = new Set(services.map(({ host }) => host));
  return all.filter((field) => field.target.type === 'host' && hosts.has(field.target.host));
}

function candidatesFor(
  target: Exclude<Target, { readonly type: 'workloads' }>,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
): readonly MeshObject[] {
  switch (target.type) {
    case 'host': {
      const services = knowledgeOf(snapshot, settings).services.servicesOf(target.host);
      return [...new Set(services.map(({ object }) => object))];
    }
    case 'subset':
      return snapshot.ofKind(Kinds.destinationRule);
    case 'object':
    case 'part': {
      const found = snapshot.find(target.kind, target.namespace, target.name);
      return found ? [found] : [];
    }
  }
}

function locationsOf(files: DocumentSource, fields: readonly ReferenceField[]): readonly Location[] {
  const seen = new Set<string>();
  return fields.flatMap(({ object, path }) => {
    const place = locateField(files, object, path, 'value') ?? locateField(files, object, []);
    if (!place) return [];
    const key = `${place.uri} ${JSON.stringify(place.range)}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ uri: place.uri, range: place.range }];
  });
}

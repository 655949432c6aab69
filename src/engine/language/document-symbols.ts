import type { FieldPath, Range } from '../../shared/text.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import { kindKey } from '../model/mesh-object.ts';
import { Kinds } from '../model/kinds.ts';
import { subsetsOf } from '../policy/checks/directories/subset-directory.ts';
import { isConfiguration } from '../policy/analysis/configuration-findings.ts';
import { rulesOf } from '../policy/checks/routing/virtual-service-view.ts';
import type { DeclaredObject } from '../policy/documents/declared-objects.ts';
import type { DocumentSource, FileDocument } from '../policy/documents/document-file.ts';
import { placeInFile } from '../policy/documents/document-file.ts';
import { fieldOf, listOf, numberOf, stringOf, valueAt } from '../../shared/untrusted.ts';

export interface DocumentSymbolResult {
  readonly name: string;
  readonly detail: string;
  readonly type: 'object' | 'rule' | 'subset' | 'server' | 'service';
  readonly range: Range;
  /** Within `range`. */
  readonly selection: Range;
  readonly children: readonly DocumentSymbolResult[];
}

/** The objects of a file with their rules, subsets, servers or services. */
export function documentSymbols(files: DocumentSource, uri: string): readonly DocumentSymbolResult[] {
  return (files.file(uri)?.documents ?? []).flatMap((document) =>
    document.objects.filter(isShown).map((declared) => symbolOf(document, declared)),
  );
}

/** The fields of a configuration file are its outline, and other extensions show those. */
function isShown({ isDerived, object }: DeclaredObject): boolean {
  return !isDerived && !isConfiguration(object);
}

function symbolOf(document: FileDocument, declared: DeclaredObject): DocumentSymbolResult {
  const { object, base } = declared;
  const name = declared.namespaceDeclared && object.namespace ? `${object.namespace}/${object.name}` : object.name;
  return {
    name: name === '' ? `(${object.kind})` : name,
    detail: object.kind,
    type: 'object',
    ...rangesOf(document, base, object.name === '' ? [...base, 'kind'] : [...base, 'metadata', 'name']),
    children: partsOf(object).map(({ path, ...part }) => ({
      ...part,
      ...rangesOf(document, [...base, ...path], [...base, ...path]),
      children: [],
    })),
  };
}

interface Part {
  readonly name: string;
  readonly detail: string;
  readonly type: DocumentSymbolResult['type'];
  readonly path: FieldPath;
}

function partsOf(object: MeshObject): readonly Part[] {
  switch (kindKey(object)) {
    case Kinds.virtualService:
      return rulesOf(object).map(({ name, path, destinations }) => {
        const to = destinations.flatMap(({ destination }) => destination?.subset ?? destination?.host ?? []);
        return { name, detail: to.join(', '), type: 'rule', path };
      });
    case Kinds.destinationRule:
      return subsetsOf(object).map(({ name, labels, path }) => {
        const pairs = Object.entries(labels).map(([key, value]) => `${key}: ${value}`);
        return { name, detail: pairs.join(', '), type: 'subset', path };
      });
    case Kinds.gateway:
      return listOf(fieldOf(object.spec, 'servers')).map((server, index) => ({
        name: stringOf(valueAt(server, ['port', 'name'])) ?? `servers[${String(index)}]`,
        detail: String(numberOf(valueAt(server, ['port', 'number'])) ?? ''),
        type: 'server',
        path: ['spec', 'servers', index],
      }));
    case Kinds.localMesh:
      return ['services', 'gateways', 'clients'].flatMap((list) =>
        listOf(valueAt(object.spec, [list])).map((entry, index): Part => {
          const path = ['spec', list, index];
          return {
            name: stringOf(fieldOf(entry, 'name')) ?? `${list}[${String(index)}]`,
            detail: '',
            type: 'service',
            path,
          };
        }),
      );
    default:
      return [];
  }
}

function rangesOf(document: FileDocument, whole: FieldPath, head: FieldPath): { range: Range; selection: Range } {
  const range = placeInFile(document, document.yaml.rangeOf(whole, 'entry'));
  const selection = placeInFile(document, document.yaml.rangeOf(head, 'head'));
  return { range, selection: isInside(selection, range) ? selection : range };
}

function isInside(inner: Range, outer: Range): boolean {
  const before = (a: Range['start'], b: Range['start']): boolean =>
    a.line < b.line || (a.line === b.line && a.character <= b.character);
  return before(outer.start, inner.start) && before(inner.end, outer.end);
}

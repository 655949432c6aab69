import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';
import { isOperatorKind, operatorObjects } from '../checks/directories/operator-objects.ts';
import type { DocumentFile } from '../documents/document-file.ts';

/** What checks may look at. */
interface ObjectsByKind {
  readonly byKind: Map<KindKey, MeshObject[]>;
  /** Those of which the namespace is our assumption. */
  readonly assumed: ReadonlySet<MeshObject>;
}

/** Objects of the base and of files by kind, and once more those of operators. */
export function objectsByKind(files: readonly DocumentFile[], base: readonly MeshObject[]): ObjectsByKind {
  const byKind = new Map<KindKey, MeshObject[]>();
  const assumed = new Set<MeshObject>();
  const add = (kind: KindKey, object: MeshObject): void => {
    const same = byKind.get(kind);
    if (same) same.push(object);
    else byKind.set(kind, [object]);
  };
  // There are thousands of objects, and few kinds.
  const isOfOperator = new Map<KindKey, boolean>();
  for (const object of base) add(kindKey(object), object);
  for (const { documents } of files) {
    for (const document of documents) {
      for (const { kind, object, namespaceDeclared } of document.objects) {
        if (object.name === '') continue;
        add(kind, object);
        let isOperators = isOfOperator.get(kind);
        if (isOperators === undefined) isOfOperator.set(kind, (isOperators = isOperatorKind(kind)));
        if (isOperators) add(operatorObjects, object);
        if (!namespaceDeclared) assumed.add(object);
      }
    }
  }
  return { byKind, assumed };
}

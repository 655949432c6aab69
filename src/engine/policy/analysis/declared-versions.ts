import { compareText } from '../../../shared/compare.ts';
import { perPart } from '../../model/indexes/per-part.ts';
import { Kinds } from '../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import type { DocumentFile } from '../documents/document-file.ts';
import { podKinds } from '../semantics/workloads.ts';

/** Kinds of which two versions tell that files, or the folders they are in, are alternatives. A Namespace is declared beside everything in it. */
const tellingKinds: ReadonlySet<KindKey> = new Set([
  ...podKinds,
  Kinds.service,
  Kinds.serviceEntry,
  Kinds.virtualService,
  Kinds.destinationRule,
  Kinds.gateway,
  Kinds.kubernetesGateway,
  Kinds.httpRoute,
  Kinds.ingress,
]);

/** Of how many files the versions of one object are compared; who has more of them keeps copies. */
const maximumVersions = 30;

/** An object as one file declares it. */
export type Version = readonly [uri: string, object: MeshObject];

/** Objects that several files declare. An edit of a file costs what that file holds. */
export class DeclaredVersions {
  readonly #files = new Map<string, DocumentFile>();
  /** By identity, then by the file that declares it. */
  readonly #objects = new Map<string, Map<string, MeshObject>>();
  readonly #several = new Set<string>();

  /** Takes the files that there are now; false where no object that several files declare is another than before. */
  update(files: readonly DocumentFile[]): boolean {
    let isChanged = false;
    const gone = new Map(this.#files);
    for (const file of files) {
      const before = gone.get(file.uri);
      gone.delete(file.uri);
      if (before === file) continue;
      if (before && this.#remove(before)) isChanged = true;
      if (this.#add(file)) isChanged = true;
    }
    for (const file of gone.values()) if (this.#remove(file)) isChanged = true;
    return isChanged;
  }

  /** The versions of each object that more than one file declares, one of each file. */
  *versions(): Iterable<readonly Version[]> {
    for (const identity of this.#several) {
      const versions = [...(this.#objects.get(identity) ?? [])].sort(([a], [b]) => compareText(a, b));
      yield versions.slice(0, maximumVersions);
    }
  }

  #add(file: DocumentFile): boolean {
    this.#files.set(file.uri, file);
    let concernsOthers = false;
    for (const [identity, object] of telling(file)) {
      let versions = this.#objects.get(identity);
      if (!versions) this.#objects.set(identity, (versions = new Map<string, MeshObject>()));
      versions.set(file.uri, object);
      if (versions.size < 2) continue;
      this.#several.add(identity);
      concernsOthers = true;
    }
    return concernsOthers;
  }

  #remove(file: DocumentFile): boolean {
    this.#files.delete(file.uri);
    let concernsOthers = false;
    for (const [identity] of telling(file)) {
      const versions = this.#objects.get(identity);
      if (!versions?.delete(file.uri)) continue;
      if (versions.size > 0) concernsOthers = true;
      if (versions.size < 2) this.#several.delete(identity);
      if (versions.size === 0) this.#objects.delete(identity);
    }
    return concernsOthers;
  }
}

/** Of each object of a file by which files are told apart, the first version. */
const telling = perPart(({ documents }: DocumentFile): ReadonlyMap<string, MeshObject> => {
  const found = new Map<string, MeshObject>();
  for (const { objects } of documents) {
    for (const { kind, object, isDerived } of objects) {
      if (isDerived || object.name === '' || !tellingKinds.has(kind)) continue;
      const identity = `${kind} ${object.namespace}/${object.name}`;
      if (!found.has(identity)) found.set(identity, object);
    }
  }
  return found;
});

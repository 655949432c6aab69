import type { SourceRef } from '../../../shared/resource.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { displayName, kindKey, refOf } from '../../model/mesh-object.ts';

/** Why a newer text of an object does not run. */
export interface Rejection {
  readonly source: SourceRef;
  readonly message: string;
}

/** What a file holds now, and whether it can be read at all. */
export interface PolicyFile {
  readonly uri: string;
  /** Why the text is not YAML; absent where it is. */
  readonly unreadable?: Rejection;
  readonly objects: readonly MeshObject[];
}

export interface KeptPolicies {
  readonly objects: readonly MeshObject[];
  readonly rejections: readonly Rejection[];
}

const keyOf = (object: MeshObject): string => `${kindKey(object)} ${object.namespace}/${object.name}`;

/**
 * Keeps the last good version of every policy object, as a cluster's admission would: a saved text that cannot work does
 * not replace what runs, and a file that is not YAML for a moment takes nothing away. A deleted file does.
 */
export class PolicyKeeper {
  private good = new Map<string, MeshObject>();

  /**
   * @param problemsOf errors of a candidate set of objects, each naming the object it is about.
   */
  accept(
    files: readonly PolicyFile[],
    problemsOf: (objects: readonly MeshObject[]) => readonly Rejection[],
  ): KeptPolicies {
    const rejections: Rejection[] = [];
    const candidates = new Map<string, MeshObject>();
    for (const file of files) {
      if (file.unreadable) {
        const kept = [...this.good].filter(([, object]) => object.origin.source === file.uri);
        for (const [key, object] of kept) candidates.set(key, object);
        // A file that never gave anything to this mesh is not its business.
        if (kept.length > 0) rejections.push(file.unreadable);
      }
      for (const object of file.objects) candidates.set(keyOf(object), object);
    }
    // Taking one object back can make another one wrong (a subset that went away with it), so this repeats; each round
    // takes at least one object back, which bounds it.
    for (let round = 0; round <= candidates.size; round++) {
      const problems = problemsOf([...candidates.values()]).filter((problem) => this.takeBack(candidates, problem));
      if (problems.length === 0) break;
      rejections.push(...problems);
    }
    this.good = candidates;
    return { objects: [...candidates.values()], rejections };
  }

  /** True where the object was replaced by its last good version, or left out for want of one. */
  private takeBack(candidates: Map<string, MeshObject>, { source }: Rejection): boolean {
    const entry = [...candidates].find(
      ([, object]) =>
        displayName(refOf(object)) === displayName(source.resource) && object.apiVersion === source.resource.apiVersion,
    );
    if (!entry) return false;
    const [key, object] = entry;
    const last = this.good.get(key);
    // The last good version itself can stop working when a service goes away; it runs on, as in a cluster.
    if (last === object) return false;
    if (last) candidates.set(key, last);
    else candidates.delete(key);
    return true;
  }
}

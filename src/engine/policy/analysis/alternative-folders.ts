/**
 * Folders that stand for alternatives, such as `dev` and `prod` of one repository: they declare the same object in
 * different ways, so what is in one is not applied beside what is in the other. A file is the last step of such a way:
 * `dev.yaml` and `prod.yaml`, or the examples that people keep in one folder.
 */
import { perPart } from '../../model/indexes/per-part.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { DocumentFile } from '../documents/document-file.ts';
import type { Version } from './declared-versions.ts';

/**
 * Tells which folders are alternatives, and what belongs together: the parts of different applications that are named
 * alike, `web/prod` and `cart/prod`.
 */
export class AlternativeFolders {
  /** By folder: those that nothing in it, or below it, is applied beside. */
  readonly #apart: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #variants = new Map<string, string | undefined>();

  constructor(declared: Iterable<readonly Version[]>) {
    const apart = new Map<string, Set<string>>();
    for (const versions of declared) {
      for (const [index, [uri, object]] of versions.entries()) {
        for (let at = index + 1; at < versions.length; at++) {
          const [other, version] = versions[at] ?? [uri, object];
          if (textOf(object) !== textOf(version)) setApart(apart, uri, other);
        }
      }
    }
    this.#apart = apart;
  }

  /** The names that tell a folder from its alternatives, as one text; undefined where it has none. */
  variantOf(folder: string): string | undefined {
    if (this.#apart.size === 0) return undefined;
    if (!this.#variants.has(folder)) this.#variants.set(folder, this.#findVariant(folder));
    return this.#variants.get(folder);
  }

  #findVariant(folder: string): string | undefined {
    const names = upwards(folder).flatMap((each) => (this.#apart.has(each) ? nameOf(each) : []));
    return names.length === 0 ? undefined : [...new Set(names)].sort().join('/');
  }

  /** What may be applied together for a variant, first what has its names. */
  filesOf(variant: string, files: readonly DocumentFile[]): readonly DocumentFile[] {
    const names = new Set(variant.split('/'));
    const places = new Map<string, Place>();
    const placeOf = (folder: string): Place => {
      let place = places.get(folder);
      if (!place) places.set(folder, (place = this.#placeIn(folder, names, placeOf)));
      return place;
    };
    return files
      .map((file) => ({ file, place: placeOf(file.uri) }))
      .filter(({ place }) => !place.isElsewhere)
      .sort((a, b) => b.place.likeness - a.place.likeness)
      .map(({ file }) => file);
  }

  #placeIn(folder: string, names: ReadonlySet<string>, placeOf: (folder: string) => Place): Place {
    const end = folder.lastIndexOf('/');
    const { isElsewhere, likeness } = end < 0 ? outside : placeOf(folder.slice(0, end));
    const hasName = names.has(nameOf(folder));
    return {
      isElsewhere: isElsewhere || (!hasName && this.#isOtherThan(names, folder)),
      likeness: hasName ? likeness + 1 : likeness,
    };
  }

  /** Whether an alternative of the folder has one of the names. */
  #isOtherThan(names: ReadonlySet<string>, folder: string): boolean {
    for (const other of this.#apart.get(folder) ?? []) if (names.has(nameOf(other))) return true;
    return false;
  }
}

/** How a folder stands to a variant. */
interface Place {
  /** It, or something that it lies in, belongs to an alternative. */
  readonly isElsewhere: boolean;
  /** How many steps of the way to it have names of the variant. */
  readonly likeness: number;
}

const outside: Place = { isElsewhere: false, likeness: 0 };

const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('/') + 1);

/** Equal for specs that are written alike. */
const textOf = perPart(({ spec }: MeshObject): string => JSON.stringify(spec) ?? '');

/** Notes the folders at which the ways to two folders part. */
function setApart(apart: Map<string, Set<string>>, one: string, other: string): void {
  // The same text up to here, and then the end of a step in both.
  let length = 0;
  for (let at = 0; at <= one.length && at <= other.length; at++) {
    const [a, b] = [unitAt(one, at), unitAt(other, at)];
    if (a !== b) break;
    if (a === slash) length = at + 1;
  }
  const [first, second] = [one, other].map((folder) => upTo(folder, length));
  if (first === undefined || second === undefined) return;
  note(apart, first, second);
  note(apart, second, first);
}

const slash = 0x2f;

/** A path ends as if another step followed. */
function unitAt(path: string, index: number): number {
  return index < path.length ? path.charCodeAt(index) : slash;
}

/** A folder up to the end of the step that begins at a place in it. */
function upTo(folder: string, start: number): string {
  const end = folder.indexOf('/', start);
  return end < 0 ? folder : folder.slice(0, end);
}

function note(apart: Map<string, Set<string>>, folder: string, other: string): void {
  const others = apart.get(folder);
  if (others) others.add(other);
  else apart.set(folder, new Set([other]));
}

/** A folder and all that it lies in. */
function upwards(folder: string): readonly string[] {
  const steps = folder.split('/');
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'));
}

import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';

/** The names that `kustomize build` looks for, and those of them that are YAML by their ending. */
const fileName = /\/kustomization\.ya?ml$/;

export function isKustomization(uri: string): boolean {
  return fileName.test(uri);
}

/**
 * Which files are patches of Kustomize by what its files say: parts of objects, which nobody applies as they stand.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/, and the older fields
 * `patchesStrategicMerge` and `patchesJson6902`.
 */
export class Kustomizations {
  readonly #patches = new Map<string, ReadonlySet<string>>();

  /** Takes what the documents of a kustomization say now; none: it is gone. Answers whether other files are patches now. */
  set(uri: string, values: readonly unknown[]): boolean {
    const before = this.#patches.get(uri) ?? new Set();
    const now = new Set(values.flatMap((value) => patchesOf(uri, value)));
    if (now.size === 0) this.#patches.delete(uri);
    else this.#patches.set(uri, now);
    return before.size !== now.size || [...now].some((path) => !before.has(path));
  }

  isPatch(uri: string): boolean {
    if (this.#patches.size === 0) return false;
    const place = placeOf(uri);
    return [...this.#patches.values()].some((patches) => patches.has(place));
  }
}

function patchesOf(uri: string, value: unknown): readonly string[] {
  const withPath = [...listOf(fieldOf(value, 'patches')), ...listOf(fieldOf(value, 'patchesJson6902'))];
  return [
    ...withPath.flatMap((patch) => stringOf(fieldOf(patch, 'path')) ?? []),
    // Texts with line breaks are patches themselves.
    ...listOf(fieldOf(value, 'patchesStrategicMerge')).flatMap((entry) => {
      const path = stringOf(entry);
      return path === undefined || path.includes('\n') ? [] : path;
    }),
  ].flatMap((path) => {
    const reference = encodeURI(path);
    return URL.canParse(reference, uri) ? placeOf(new URL(reference, uri).href) : [];
  });
}

/** Editors and Node.js write different characters of a URI as they are. */
function placeOf(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

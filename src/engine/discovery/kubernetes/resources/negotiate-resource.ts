import type { ServedResource } from './served-resource.ts';
import type { ServedResources } from './served-resources.ts';
import type { WantedKind } from './wanted-kinds.ts';

/** The best served version of a kind that can be read; undefined where there is none. */
export function negotiateResource(kind: WantedKind, served: ServedResources): ServedResource | undefined {
  for (const version of kind.versions) {
    const found = served.find(kind.group, version, kind.kind);
    if (found) return found;
  }
  return undefined;
}

/** How the kind is addressed where the server does not tell what it serves. */
export function assumedResource(kind: WantedKind): ServedResource {
  const { group, plural, namespaced, versions } = kind;
  return { group, version: versions[0] ?? 'v1', kind: kind.kind, plural, namespaced };
}

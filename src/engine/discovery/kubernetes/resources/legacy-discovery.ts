import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { ServedResource } from './served-resource.ts';

/** The versions of the core group, of an `APIVersions`. */
export function readCoreVersions(value: unknown): readonly string[] {
  return listOf(fieldOf(value, 'versions')).flatMap((version) => stringOf(version) ?? []);
}

/** Groups and their versions, of an `APIGroupList`. */
export function readGroupVersions(value: unknown): readonly { readonly group: string; readonly version: string }[] {
  return listOf(fieldOf(value, 'groups')).flatMap((item) => {
    const group = stringOf(fieldOf(item, 'name'));
    if (group === undefined) return [];
    return listOf(fieldOf(item, 'versions')).flatMap((entry) => {
      const version = stringOf(fieldOf(entry, 'version'));
      return version === undefined ? [] : [{ group, version }];
    });
  });
}

/** What can be listed and watched in one version, of an `APIResourceList`. */
export function readResourceList(value: unknown, group: string, version: string): readonly ServedResource[] {
  return listOf(fieldOf(value, 'resources')).flatMap((item): readonly ServedResource[] => {
    const plural = stringOf(fieldOf(item, 'name'));
    const kind = stringOf(fieldOf(item, 'kind'));
    const verbs = listOf(fieldOf(item, 'verbs'));
    if (plural === undefined || kind === undefined || plural.includes('/')) return [];
    if (!verbs.includes('list') || !verbs.includes('watch')) return [];
    return [{ group, version, kind, plural, namespaced: fieldOf(item, 'namespaced') === true }];
  });
}

/** What a VirtualService does to headers. */
import type { MeshObject } from '../../../../model/mesh-object.ts';
import type { Site } from '../sites.ts';
import { sitesIn } from '../sites.ts';

export interface HeaderOperation {
  readonly name: string;
  /** Undefined where the header is removed. */
  readonly value: unknown;
  readonly site: Site;
  readonly isRemoval: boolean;
  /** Only what sets or adds to a request may write the host. */
  readonly canBeAuthority: boolean;
}

const places = ['http[].headers', 'http[].route[].headers'];

const sides = (['request', 'response'] as const).map((side) => {
  const patterns = (name: string): readonly string[] => places.map((at) => `${at}.${side}.${name}`);
  return { side, set: patterns('set{}'), add: patterns('add{}'), remove: patterns('remove[]') };
});

export function headerOperationsOf(object: MeshObject): readonly HeaderOperation[] {
  return sides.flatMap(({ side, set, add, remove }) => {
    const written = [...sitesIn(object, ...set), ...sitesIn(object, ...add)].map((site) => ({
      name: site.key,
      value: site.value,
      site,
      isRemoval: false,
      canBeAuthority: side === 'request',
    }));
    const removed = sitesIn(object, ...remove).flatMap((site) =>
      typeof site.value === 'string'
        ? [{ name: site.value, value: undefined, site, isRemoval: true, canBeAuthority: false }]
        : [],
    );
    return [...written, ...removed];
  });
}

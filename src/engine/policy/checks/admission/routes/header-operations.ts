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

export function headerOperationsOf(object: MeshObject): readonly HeaderOperation[] {
  return (['request', 'response'] as const).flatMap((side) => {
    const below = (name: string): readonly Site[] => sitesIn(object, ...places.map((at) => `${at}.${side}.${name}`));
    const written = [...below('set{}'), ...below('add{}')].map((site) => ({
      name: site.key,
      value: site.value,
      site,
      isRemoval: false,
      canBeAuthority: side === 'request',
    }));
    const removed = below('remove[]').flatMap((site) =>
      typeof site.value === 'string'
        ? [{ name: site.value, value: undefined, site, isRemoval: true, canBeAuthority: false }]
        : [],
    );
    return [...written, ...removed];
  });
}

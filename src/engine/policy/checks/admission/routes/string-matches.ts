/** The string matches of a VirtualService, with what each of them is a match of. */
import type { MeshObject } from '../../../../model/mesh-object.ts';
import type { Site } from '../sites.ts';
import { sitesIn } from '../sites.ts';

export interface StringMatchSite extends Site {
  readonly of: 'uri' | 'header' | 'absent-header' | 'origin' | 'other';
}

const patterns: readonly (readonly [StringMatchSite['of'], readonly string[]])[] = [
  ['uri', ['http[].match[].uri']],
  ['header', ['http[].match[].headers{}']],
  ['absent-header', ['http[].match[].withoutHeaders{}']],
  ['origin', ['http[].corsPolicy.allowOrigins[]']],
  [
    'other',
    ['http[].match[].scheme', 'http[].match[].method', 'http[].match[].authority', 'http[].match[].queryParams{}'],
  ],
];

export function stringMatchesOf(object: MeshObject): readonly StringMatchSite[] {
  return patterns.flatMap(([of, where]) => sitesIn(object, ...where).map((site) => ({ ...site, of })));
}

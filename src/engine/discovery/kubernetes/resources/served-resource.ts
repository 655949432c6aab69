/** A kind in one version, as the API server serves it. */
export interface ServedResource {
  /** The core group is the empty text. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Name in paths: `virtualservices`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** `v1`, `networking.istio.io/v1`. */
export function apiVersionOf({ group, version }: Pick<ServedResource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Path of the kind's list, of one namespace or of all, or of one object. */
export function resourcePath(resource: ServedResource, namespace?: string, name?: string): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}/${resource.version}${scope}/${resource.plural}${object}`;
}

/** `virtualservices.networking.istio.io`: how kubectl and administrators name it. */
export function fullResourceName({ plural, group }: Pick<ServedResource, 'plural' | 'group'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

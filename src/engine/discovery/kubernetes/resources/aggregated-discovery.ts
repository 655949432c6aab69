import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { ServedResource } from './served-resource.ts';
import type { ServedVersion } from './served-resources.ts';

/** Asks `/api` and `/apis` for everything in one answer; servers before 1.26 answer with the second kind. */
export const aggregatedDiscoveryAccept =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,' +
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/**
 * Reads an `APIGroupDiscoveryList` (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery);
 * undefined where the value is something else.
 */
export function readAggregatedDiscovery(value: unknown): readonly ServedVersion[] | undefined {
  if (stringOf(fieldOf(value, 'kind')) !== 'APIGroupDiscoveryList') return undefined;
  return listOf(fieldOf(value, 'items')).flatMap((item) => {
    const group = stringOf(fieldOf(fieldOf(item, 'metadata'), 'name')) ?? '';
    return listOf(fieldOf(item, 'versions')).flatMap((entry): readonly ServedVersion[] => {
      const version = stringOf(fieldOf(entry, 'version'));
      if (version === undefined) return [];
      const resources = listOf(fieldOf(entry, 'resources')).flatMap((resource) =>
        readResource(resource, group, version),
      );
      return [{ group, version, stale: stringOf(fieldOf(entry, 'freshness')) === 'Stale', resources }];
    });
  });
}

function readResource(value: unknown, group: string, version: string): readonly ServedResource[] {
  const plural = stringOf(fieldOf(value, 'resource'));
  // A kind of another group may answer here, as Scale does; its objects are not watched under this name.
  const kind = stringOf(fieldOf(fieldOf(value, 'responseKind'), 'kind'));
  const verbs = listOf(fieldOf(value, 'verbs'));
  if (plural === undefined || kind === undefined || !verbs.includes('list') || !verbs.includes('watch')) return [];
  return [{ group, version, kind, plural, namespaced: stringOf(fieldOf(value, 'scope')) === 'Namespaced' }];
}

import { isResourceRef } from '../../cluster-target.ts';
import type { ResourceRef } from '../../../shared/resource.ts';

export const objectScheme = 'meshlens-object';

/** An object of a context: what a document of ours shows. */
export interface ObjectAddress {
  readonly context: string;
  readonly ref: ResourceRef;
}

/**
 * Parts of the document's URI. The path is for people, its last part titles the tab; the query is what counts. Contexts of
 * clouds are whole paths (`arn:aws:eks:eu-west-1:1:cluster/shop`), of which the end tells most.
 */
export function objectUriParts({ context, ref }: ObjectAddress): { scheme: string; path: string; query: string } {
  const { apiVersion, kind, namespace, name } = ref;
  const shortContext = context.slice(context.lastIndexOf('/') + 1) || context;
  const place = [context, namespace, `${name}.${kind} (${shortContext}).yaml`].filter((part) => part !== '');
  return {
    scheme: objectScheme,
    path: `/${place.map((part) => part.replaceAll('/', '∕')).join('/')}`,
    query: JSON.stringify({ context, apiVersion, kind, namespace, name }),
  };
}

/** What a URI names; undefined where it is not one of ours. URIs come from restored windows and other extensions. */
export function objectAddress(query: string): ObjectAddress | undefined {
  let value: unknown;
  try {
    value = JSON.parse(query);
  } catch {
    return undefined;
  }
  if (!isResourceRef(value) || !('context' in value) || typeof value.context !== 'string') return undefined;
  const { apiVersion, kind, namespace, name } = value;
  return { context: value.context, ref: { apiVersion, kind, namespace, name } };
}

import type { ResourceRef, SourceRef } from '../shared/resource.ts';

/** What a row, a link or another feature tells a command about a cluster: as much as it knows. */
export interface ClusterTarget {
  readonly context?: string;
  readonly namespace?: string;
  readonly ref?: ResourceRef;
  readonly declaredAt?: SourceRef;
}

/** Rows of trees hold their target as `target`; links and tests pass one as it is. */
export function clusterTargetOf(value: unknown): ClusterTarget {
  if (typeof value !== 'object' || value === null) return {};
  const given = 'target' in value && typeof value.target === 'object' && value.target !== null ? value.target : value;
  const { context, namespace, ref, declaredAt } = given as Record<string, unknown>;
  return {
    ...(typeof context === 'string' ? { context } : {}),
    ...(typeof namespace === 'string' ? { namespace } : {}),
    ...(isResourceRef(ref) ? { ref } : {}),
    ...(isSourceRef(declaredAt) ? { declaredAt } : {}),
  };
}

/** Whether a value from outside names an object. */
export function isResourceRef(value: unknown): value is ResourceRef {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, namespace, name } = value as Record<string, unknown>;
  return [apiVersion, kind, namespace, name].every((part) => typeof part === 'string');
}

function isSourceRef(value: unknown): value is SourceRef {
  if (typeof value !== 'object' || value === null) return false;
  const { resource, path } = value as Record<string, unknown>;
  return isResourceRef(resource) && Array.isArray(path);
}

/** "VirtualService bookinfo/reviews", "Namespace bookinfo". */
export function refText({ kind, namespace, name }: ResourceRef): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';

/** The namespace that a wildcard stands for all services of; `mesh` for all of the cluster; else undefined. */
export function wideScope(
  host: string,
  { clusterDomain }: Pick<ResolvedMeshSettings, 'clusterDomain'>,
): { readonly namespace: string } | 'mesh' | undefined {
  const suffix = `.svc.${clusterDomain}`;
  if (['*', '*.local', `*.${clusterDomain}`, `*${suffix}`].includes(host)) return 'mesh';
  const [, namespace] = host.endsWith(suffix) ? (/^\*\.([^.]+)$/.exec(host.slice(0, -suffix.length)) ?? []) : [];
  return namespace === undefined ? undefined : { namespace };
}

/** The wildcard for all services of a namespace; of the root namespace for the mesh. */
export function wideHostOf(
  namespace: string,
  { rootNamespace, clusterDomain }: Pick<ResolvedMeshSettings, 'clusterDomain' | 'rootNamespace'>,
): string {
  return namespace === rootNamespace ? `*.${clusterDomain}` : `*.${namespace}.svc.${clusterDomain}`;
}

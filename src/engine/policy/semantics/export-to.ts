import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';

/** Namespaces an object is exported to: `*` all, else names. Empty: nobody (`~`). */
export type ExportTo = ReadonlySet<string>;

type DefaultKey = 'defaultServiceExportTo' | 'defaultVirtualServiceExportTo' | 'defaultDestinationRuleExportTo';

/** Resolves `exportTo`: `.` is the object's namespace, `~` nobody; absent: the mesh's default, which is everyone. */
export function resolveExportTo(
  declared: readonly string[],
  namespace: string,
  settings: ResolvedMeshSettings,
  key: DefaultKey,
): ExportTo {
  const fallback: unknown = settings.meshConfig[key];
  const defaults = Array.isArray(fallback) ? fallback.filter((item): item is string => typeof item === 'string') : [];
  const values = declared.length > 0 ? declared : defaults.length > 0 ? defaults : ['*'];
  if (values.includes('*')) return new Set(['*']);
  if (values.includes('~')) return new Set();
  return new Set(values.map((value) => (value === '.' ? namespace : value)));
}

export function isExportedTo(exportTo: ExportTo, namespace: string): boolean {
  return exportTo.has('*') || exportTo.has(namespace);
}

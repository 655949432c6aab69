import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import { fieldOf, listOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';

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

/** What `spec.exportTo` of an object says; what is no text in it is left out. */
export function exportToOf(object: MeshObject, settings: ResolvedMeshSettings, key: DefaultKey): ExportTo {
  const declared = listOf(fieldOf(object.spec, 'exportTo')).filter((name) => typeof name === 'string');
  return resolveExportTo(declared, object.namespace, settings, key);
}

export function isExportedTo(exportTo: ExportTo, namespace: string): boolean {
  return exportTo.has('*') || exportTo.has(namespace);
}

/** Some namespace sees what both are exported to. */
export function exportsOverlap(a: ExportTo, b: ExportTo): boolean {
  if (a.size === 0 || b.size === 0) return false;
  return a.has('*') || b.has('*') || [...a].some((namespace) => b.has(namespace));
}

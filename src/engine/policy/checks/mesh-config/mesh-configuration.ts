/** What the control plane is configured with: the settings we were given, and the ConfigMaps it reads. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { fieldOf, isRecord, stringOf, valueAt, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { readFast } from '../../documents/fast-values.ts';
import type { Index } from '../check.ts';
import { perObject } from '../per-object.ts';

export interface MeshConfiguration {
  /** The mesh config of each revision; one empty one where nobody says anything. */
  readonly configs: readonly UntrustedRecord[];
  /** Whether any of them is known, or all is default for want of knowledge. */
  readonly isKnown: boolean;
}

/** Istio reads `istio`, and `istio-<revision>` for a revision, of its own namespace. */
export function isMeshConfigMap({ name, namespace }: MeshObject, settings: ResolvedMeshSettings): boolean {
  return namespace === settings.rootNamespace && (name === 'istio' || name.startsWith('istio-'));
}

/** The mapping that stands as YAML text in an entry of a ConfigMap. */
export function textEntry(object: MeshObject, key: string): UntrustedRecord | undefined {
  const text = stringOf(fieldOf(fieldOf(object.rest, 'data'), key));
  const read = text === undefined ? undefined : readFast(text);
  return read?.ok === true && isRecord(read.value) ? read.value : undefined;
}

const meshConfigOf = perObject((object: MeshObject): UntrustedRecord | undefined => textEntry(object, 'mesh'));

export const meshConfiguration: Index<MeshConfiguration> = {
  inputs: [Kinds.configMap],
  relevant: (object, settings) => (isMeshConfigMap(object, settings) ? meshConfigOf(object) : undefined),
  build: (objects, settings) => {
    const own = Object.keys(settings.meshConfig).length > 0 ? [settings.meshConfig] : [];
    const maps = objects.ofKind(Kinds.configMap).filter((object) => isMeshConfigMap(object, settings));
    const configs = [...own, ...maps.map(meshConfigOf).filter((config) => config !== undefined)];
    return { configs: configs.length > 0 ? configs : [{}], isKnown: configs.length > 0 };
  },
};

/** A setting that every proxy gets in its environment. */
export function proxyMetadata(config: UntrustedRecord, name: string): string | undefined {
  const value = valueAt(config, ['defaultConfig', 'proxyMetadata', name]);
  return typeof value === 'boolean' ? String(value) : stringOf(value);
}

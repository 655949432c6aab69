import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, Labels, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';

export interface WrittenSelector {
  readonly labels: Labels;
  /** Of the mapping that holds the labels. */
  readonly path: FieldPath;
}

/** Where kinds of Istio keep the labels of the workloads that they are for. */
const places: ReadonlyMap<KindKey, FieldPath> = new Map<KindKey, FieldPath>([
  [Kinds.sidecar, ['spec', 'workloadSelector', 'labels']],
  [Kinds.envoyFilter, ['spec', 'workloadSelector', 'labels']],
  [Kinds.serviceEntry, ['spec', 'workloadSelector', 'labels']],
  [Kinds.destinationRule, ['spec', 'workloadSelector', 'matchLabels']],
  [Kinds.telemetry, ['spec', 'selector', 'matchLabels']],
  [Kinds.wasmPlugin, ['spec', 'selector', 'matchLabels']],
  [Kinds.proxyConfig, ['spec', 'selector', 'matchLabels']],
  [Kinds.gateway, ['spec', 'selector']],
]);

export const selectingKinds: readonly KindKey[] = [...places.keys()].filter((kind) => kind !== Kinds.gateway);

/** Undefined for an object that has none, or an empty one, which is as good. */
export function selectorOf(object: MeshObject): WrittenSelector | undefined {
  const path = places.get(kindKey(object));
  const written = path && valueAt(object, path);
  if (!path || !isRecord(written) || hasTarget(object)) return undefined;
  const labels = textsOf(written);
  // What is no text has a finding of its own, and selects something else than the rest of it would.
  if (Object.keys(labels).length === 0 || Object.keys(labels).length < Object.keys(written).length) return undefined;
  return { labels, path };
}

/** A target of the Gateway API takes the place of a selector. */
function hasTarget({ spec }: MeshObject): boolean {
  return isRecord(fieldOf(spec, 'targetRef')) || listOf(fieldOf(spec, 'targetRefs')).length > 0;
}

/** Who selects whom by labels. */
import { fieldOf, listOf, recordOf, textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../kinds.ts';
import { kindKey, type KindKey, type Labels, type MeshObject } from '../mesh-object.ts';
import type { Snapshot } from '../snapshot.ts';
import { groupBy, perPart, perPartAnd } from './per-part.ts';

/** Labels by which a workload is selected: a pod's own, those of a template's pods, a WorkloadEntry's with its spec's. */
export function selectableLabels(object: MeshObject): Labels {
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
      return textsOf(fieldOf(fieldOf(fieldOf(object.spec, 'template'), 'metadata'), 'labels'));
    case 'WorkloadEntry':
      return { ...object.labels, ...textsOf(fieldOf(object.spec, 'labels')) };
    default:
      return object.labels;
  }
}

/** Kinds that hold for everybody of their namespace unless they say for whom. */
const unselective: ReadonlySet<string> = new Set([
  Kinds.authorizationPolicy,
  Kinds.requestAuthentication,
  Kinds.peerAuthentication,
  Kinds.telemetry,
  Kinds.wasmPlugin,
  Kinds.envoyFilter,
  Kinds.sidecar,
  Kinds.proxyConfig,
]);

/** The selector of an object; undefined where it selects nobody, as a Service without one does. Empty: everybody. */
export function selectorOf(object: MeshObject): Labels | undefined {
  const { spec } = object;
  const selector = recordOf(fieldOf(spec, 'workloadSelector')) ?? recordOf(fieldOf(spec, 'selector'));
  if (!selector) {
    const isTargeted = fieldOf(spec, 'targetRef') !== undefined || listOf(fieldOf(spec, 'targetRefs')).length > 0;
    return unselective.has(kindKey(object)) && !isTargeted ? {} : undefined;
  }
  if (object.kind === 'Gateway') return textsOf(selector);
  if (object.kind !== 'Service') return textsOf(fieldOf(selector, 'labels') ?? fieldOf(selector, 'matchLabels'));
  const labels = textsOf(selector);
  return Object.keys(labels).length > 0 ? labels : undefined;
}

const selects = (selector: Labels, labels: Labels): boolean =>
  Object.keys(selector).every((key) => Object.hasOwn(labels, key) && labels[key] === selector[key]);

/** Objects of a list by the value they have for a label. */
const byLabel = perPartAnd((objects: readonly MeshObject[], key) =>
  groupBy(objects, (object) => {
    const labels = selectableLabels(object);
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return value === undefined ? [] : [value];
  }),
);

/**
 * Objects of a list whose labels a selector matches, in the order of the list; an empty selector matches all. The list
 * must be one of a snapshot (`inNamespace`, `ofKind`): its index is kept with it.
 */
export function selectFrom(objects: readonly MeshObject[], selector: Labels): readonly MeshObject[] {
  let candidates = objects;
  for (const [key, value] of Object.entries(selector)) {
    const having: readonly MeshObject[] = byLabel(objects, key).get(value) ?? [];
    if (having.length === 0) return having;
    if (having.length < candidates.length) candidates = having;
  }
  if (Object.keys(selector).length < 2) return candidates;
  return candidates.filter((object) => selects(selector, selectableLabels(object)));
}

/** Pods or other workloads of a namespace that a selector matches. */
export function selectedBy(
  snapshot: Snapshot,
  kind: KindKey,
  namespace: string,
  selector: Labels,
): readonly MeshObject[] {
  return selectFrom(snapshot.inNamespace(kind, namespace), selector);
}

const pairsOf = (labels: Labels): readonly string[] => Object.entries(labels).map((pair) => JSON.stringify(pair));

/**
 * Objects with a selector by the pair of it that the fewest others have, which finds the few that may match; those that
 * select everybody are under the empty text.
 */
const bySelector = perPart((objects: readonly MeshObject[]) => {
  const having = groupBy(objects, (object) => pairsOf(selectorOf(object) ?? {}));
  return groupBy(objects, (object) => {
    const selector = selectorOf(object);
    if (!selector) return [];
    const count = (pair: string): number => having.get(pair)?.length ?? 0;
    return [pairsOf(selector).reduce((best, pair) => (best === '' || count(pair) < count(best) ? pair : best), '')];
  });
});

/** Objects of a kind in a namespace whose selector matches these labels, in the order of their names. */
export function selecting(snapshot: Snapshot, kind: KindKey, namespace: string, labels: Labels): readonly MeshObject[] {
  const index = bySelector(snapshot.inNamespace(kind, namespace));
  return ['', ...pairsOf(labels)]
    .flatMap((key) => index.get(key) ?? [])
    .filter((object) => selects(selectorOf(object) ?? {}, labels))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Services that select a pod or another workload. */
export function servicesOf(snapshot: Snapshot, workload: MeshObject): readonly MeshObject[] {
  return selecting(snapshot, Kinds.service, workload.namespace, selectableLabels(workload));
}

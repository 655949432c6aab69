import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { fieldOf, numberOf, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { addToList } from '../directories/add-to-list.ts';
import type { PatchView } from './envoy-filter-view.ts';
import { isIgnored, patchesOf } from './envoy-filter-view.ts';

/** Operations whose outcome depends on the patches before. */
const insertions: ReadonlySet<string> = new Set(['INSERT_BEFORE', 'INSERT_AFTER']);
const takings: ReadonlySet<string> = new Set(['REMOVE', 'REPLACE']);

/** What Istio configures by itself is there before any patch. */
const builtIn = /^(?:envoy\.|istio)/;

interface PlacedPatch {
  readonly object: MeshObject;
  readonly patch: PatchView;
}

/** Patches of EnvoyFilters without priority: by what they apply to, and by that and each name they put in or take away. */
const patchesInPlay: Index<ReadonlyMap<string, readonly PlacedPatch[]>> = {
  inputs: [Kinds.envoyFilter],
  relevant: (object) => [priorityOf(object), selectorOf(object), patchesOf(object)],
  build: (objects) => {
    const byPlace = new Map<string, PlacedPatch[]>();
    for (const object of objects.ofKind(Kinds.envoyFilter)) {
      if (priorityOf(object) !== 0) continue;
      for (const patch of patchesOf(object)) {
        const { applyTo, operation, anchor, inserted } = patch;
        addToList(byPlace, applyTo, { object, patch });
        const touched = [inserted, takings.has(operation) ? anchor : undefined];
        for (const name of new Set(touched)) {
          if (name !== undefined) addToList(byPlace, `${applyTo} ${name}`, { object, patch });
        }
      }
    }
    return byPlace;
  },
};

export const patchOrder: ObjectCheck = {
  scope: 'object',
  code: 'MESH1805',
  rule: 'patch-order',
  aliases: ['IST0151', 'IST0155'],
  severity: 'warning',
  summary: 'A patch depends on those before it, and nothing says in which order EnvoyFilters are applied.',
  subject: Kinds.envoyFilter,
  inputs: [patchesInPlay],
  run(context) {
    const { subject } = context;
    if (priorityOf(subject) !== 0) return;
    const patches = patchesOf(subject);
    for (const [index, patch] of patches.entries()) {
      if (!insertions.has(patch.operation) && !takings.has(patch.operation)) continue;
      if (isIgnored(patch)) continue;
      const rivals = rivalsOf(context, patch);
      if (rivals.length === 0 && isSettled(patch, patches.slice(0, index))) continue;
      const versions = patch.hasProxyVersion ? ' Filters of other proxy versions may be there or not, too.' : '';
      const what =
        patch.anchor === undefined ? 'the patches that came before' : `whether \`${patch.anchor}\` is there already`;
      context.report(subject, [...patch.path, 'patch', 'operation'], {
        message: `${patch.operation} depends on ${what}. Without \`priority\`, EnvoyFilters are applied by age and name, which may change: set it to fix their order.${versions}`,
        part: 'value',
        related: rivals.slice(0, 3).map(({ object, patch: other }) => ({
          message: `EnvoyFilter ${object.namespace}/${object.name}`,
          object,
          path: [...other.path, 'patch', 'operation'],
        })),
      });
    }
  },
};

/** Patches of other EnvoyFilters of the same proxies that come out differently before and after this one. */
function rivalsOf(context: CheckContext, patched: PatchView): readonly PlacedPatch[] {
  const { applyTo, operation, anchor } = patched;
  const { subject, settings } = context;
  const place = anchor === undefined ? applyTo : `${applyTo} ${anchor}`;
  return (context.index(patchesInPlay).get(place) ?? []).filter(
    ({ object, patch }) =>
      !(object.name === subject.name && object.namespace === subject.namespace) &&
      (anchor !== undefined || takings.has(operation) || patch.operation !== 'MERGE') &&
      areOfSameTraffic(patched, patch) &&
      mayMeet(subject, object, settings),
  );
}

/** Whether the outcome depends on no other EnvoyFilter: what is matched is Istio's own or of an earlier patch. */
function isSettled({ operation, anchor }: PatchView, earlier: readonly PatchView[]): boolean {
  // Beside whatever there is: alone it is the first or the last.
  if (anchor === undefined) return insertions.has(operation);
  return builtIn.test(anchor) || earlier.some(({ inserted }) => inserted === anchor);
}

const areOfSameTraffic = (a: PatchView, b: PatchView): boolean =>
  a.context === 'ANY' || b.context === 'ANY' || a.context === b.context;

function mayMeet(a: MeshObject, b: MeshObject, { rootNamespace }: ResolvedMeshSettings): boolean {
  if (a.namespace !== b.namespace && a.namespace !== rootNamespace && b.namespace !== rootNamespace) return false;
  const labels = selectorOf(b);
  return Object.entries(selectorOf(a)).every(([key, value]) => (labels[key] ?? value) === value);
}

const priorityOf = (object: MeshObject): number => numberOf(fieldOf(object.spec, 'priority')) ?? 0;

const selectorOf = (object: MeshObject): Labels => textsOf(valueAt(object.spec, ['workloadSelector', 'labels']));

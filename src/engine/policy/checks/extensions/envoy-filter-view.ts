/** Patches of an EnvoyFilter, read from untrusted data: what is wrong is left out. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { perObject } from '../per-object.ts';

export interface PatchView {
  readonly path: FieldPath;
  readonly applyTo: string;
  readonly operation: string;
  /** The filter or route that the patch matches, which it is put beside or takes the place of. */
  readonly anchor: string | undefined;
  /** Which traffic it is for; `ANY` where nothing is said. */
  readonly context: string;
  /** Istio is told where to add it relative to filters of its own. */
  readonly hasFilterClass: boolean;
  /** Name of what it puts in. */
  readonly inserted: string | undefined;
  /** For one version of the proxy only. */
  readonly hasProxyVersion: boolean;
}

export const patchesOf = perObject((object: MeshObject): readonly PatchView[] =>
  listOf(fieldOf(object.spec, 'configPatches')).flatMap((value, index) => {
    const operation = stringOf(valueAt(value, ['patch', 'operation']));
    if (!isRecord(value) || operation === undefined) return [];
    return [
      {
        path: ['spec', 'configPatches', index],
        applyTo: stringOf(value.applyTo) ?? '',
        operation,
        anchor: anchorOf(value),
        hasFilterClass: !['', 'UNSPECIFIED'].includes(stringOf(valueAt(value, ['patch', 'filterClass'])) ?? ''),
        context: stringOf(valueAt(value, ['match', 'context'])) ?? 'ANY',
        inserted: stringOf(valueAt(value, ['patch', 'value', 'name'])),
        hasProxyVersion: Boolean(stringOf(valueAt(value, ['match', 'proxy', 'proxyVersion']))),
      },
    ];
  }),
);

function anchorOf(patch: unknown): string | undefined {
  const filter = valueAt(patch, ['match', 'listener', 'filterChain', 'filter']);
  const route = valueAt(patch, ['match', 'routeConfiguration', 'vhost']);
  const names: Readonly<Record<string, unknown>> = {
    HTTP_FILTER: valueAt(filter, ['subFilter', 'name']),
    NETWORK_FILTER: fieldOf(filter, 'name'),
    LISTENER_FILTER: valueAt(patch, ['match', 'listener', 'listenerFilter']),
    VIRTUAL_HOST: fieldOf(route, 'name'),
    HTTP_ROUTE: valueAt(route, ['route', 'name']),
  };
  const name = stringOf(names[stringOf(fieldOf(patch, 'applyTo')) ?? '']);
  return name === '' ? undefined : name;
}

/** Whole filters, of which the match must say which one is meant to be taken out, or to get another in its place. */
const filters: ReadonlySet<string> = new Set(['HTTP_FILTER', 'NETWORK_FILTER', 'LISTENER_FILTER']);

/** Waypoints are matched in another way. */
export function lacksAnchor({ applyTo, operation, anchor, context }: PatchView): boolean {
  if (!filters.has(applyTo) || anchor !== undefined || context === 'WAYPOINT') return false;
  return operation === 'REPLACE' || operation === 'REMOVE' || (operation === 'MERGE' && applyTo === 'LISTENER_FILTER');
}

const insertions = ['INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST'];
const atFilters = ['MERGE', 'ADD', 'REMOVE', 'REPLACE', ...insertions];
/** What there is no order of is added where it would be inserted. */
const atObjects = ['MERGE', 'MERGE_AND_REPLACE_LIST', 'ADD', 'REMOVE', ...insertions];

/** Others are none. */
const operations: ReadonlySet<string> = new Set([...atFilters, ...atObjects]);

/** Operations that Istio carries out. */
const carriedOut: Readonly<Record<string, readonly string[]>> = {
  HTTP_FILTER: atFilters,
  NETWORK_FILTER: atFilters,
  LISTENER_FILTER: atFilters,
  CLUSTER: atObjects,
  LISTENER: atObjects,
  FILTER_CHAIN: atObjects,
  HTTP_ROUTE: atObjects,
  VIRTUAL_HOST: [...atObjects, 'REPLACE'],
  ROUTE_CONFIGURATION: ['MERGE', 'MERGE_AND_REPLACE_LIST'],
  EXTENSION_CONFIG: ['ADD', ...insertions],
};

/** Undefined for what is not known. */
export const operationsOn = (applyTo: string): readonly string[] | undefined =>
  Object.hasOwn(carriedOut, applyTo) ? carriedOut[applyTo] : undefined;

/** An operation that Istio carries out only on some parts of the configuration, and otherwise ignores. */
export function isIgnored(patch: PatchView): boolean {
  const { applyTo, operation } = patch;
  if (!operations.has(operation)) return false;
  return lacksAnchor(patch) || operationsOn(applyTo)?.includes(operation) === false;
}

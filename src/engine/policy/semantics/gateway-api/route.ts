/** Routes of every kind of the Gateway API in one form, with the paths of their fields. What cannot be read is left out. */
import type { FieldPath } from '../../../../shared/text.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { fieldOf, isRecord, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { ObjectReference } from './object-reference.ts';
import { readReference, toGateway, toService } from './object-reference.ts';

export const gatewayRouteKinds: readonly KindKey[] = [
  Kinds.httpRoute,
  Kinds.grpcRoute,
  Kinds.tlsRoute,
  Kinds.tcpRoute,
  Kinds.udpRoute,
];

/** Kinds of which rules have matches, and requests that fit none get no answer. */
export const requestRouteKinds: readonly KindKey[] = [Kinds.httpRoute, Kinds.grpcRoute, Kinds.linkerdHttpRoute];

export interface RouteFilter {
  readonly path: FieldPath;
  readonly type: string;
  readonly value: UntrustedRecord;
}

export interface RouteRule {
  readonly index: number;
  readonly path: FieldPath;
  /** Its own name, else `rules[1]`. */
  readonly name: string;
  readonly value: UntrustedRecord;
  readonly matches: readonly { readonly path: FieldPath; readonly value: UntrustedRecord }[];
  readonly filters: readonly RouteFilter[];
  readonly backends: readonly ObjectReference[];
  /** Backends that get copies of requests. */
  readonly mirrors: readonly ObjectReference[];
}

export interface RouteView {
  readonly object: MeshObject;
  readonly kind: KindKey;
  readonly parents: readonly ObjectReference[];
  readonly hostnames: readonly { readonly hostname: string; readonly path: FieldPath }[];
  readonly rules: readonly RouteRule[];
}

export function readRoute(object: MeshObject): RouteView {
  const { spec, namespace } = object;
  return {
    object,
    kind: kindKey(object),
    parents: listOf(fieldOf(spec, 'parentRefs')).flatMap(
      (value, index) => readReference(value, ['spec', 'parentRefs', index], namespace, toGateway) ?? [],
    ),
    hostnames: listOf(fieldOf(spec, 'hostnames')).flatMap((hostname, index) =>
      typeof hostname === 'string' && hostname !== '' ? [{ hostname, path: ['spec', 'hostnames', index] }] : [],
    ),
    rules: listOf(fieldOf(spec, 'rules')).flatMap((value, index) =>
      isRecord(value) ? [readRule(value, index, namespace)] : [],
    ),
  };
}

function readRule(value: UntrustedRecord, index: number, namespace: string): RouteRule {
  const path: FieldPath = ['spec', 'rules', index];
  const backendPath = [...path, 'backendRefs'];
  const entries = listOf(value.backendRefs);
  const own = readFilters(value.filters, [...path, 'filters']);
  const ofBackends = entries.flatMap((entry, number) =>
    readFilters(fieldOf(entry, 'filters'), [...backendPath, number, 'filters']),
  );
  return {
    index,
    path,
    name: stringOf(value.name) ?? `rules[${String(index)}]`,
    value,
    matches: listOf(value.matches).flatMap((match, number) =>
      isRecord(match) ? [{ path: [...path, 'matches', number], value: match }] : [],
    ),
    filters: own,
    backends: entries.flatMap(
      (entry, number) => readReference(entry, [...backendPath, number], namespace, toService) ?? [],
    ),
    mirrors: [...own, ...ofBackends].flatMap(
      (filter) =>
        readReference(
          valueAt(filter.value, ['requestMirror', 'backendRef']),
          [...filter.path, 'requestMirror', 'backendRef'],
          namespace,
          toService,
        ) ?? [],
    ),
  };
}

function readFilters(value: unknown, path: FieldPath): readonly RouteFilter[] {
  return listOf(value).flatMap((filter, index) =>
    isRecord(filter) ? [{ path: [...path, index], type: stringOf(filter.type) ?? '', value: filter }] : [],
  );
}

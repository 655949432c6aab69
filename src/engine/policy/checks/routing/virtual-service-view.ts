/** Routes of a VirtualService with the paths of their fields, read from untrusted data: what is wrong is left out. */
import type { FieldPath } from '../../../../shared/text.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { perObject } from '../per-object.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';

export type RouteType = 'http' | 'tls' | 'tcp';

export interface RuleView {
  readonly type: RouteType;
  readonly index: number;
  readonly path: FieldPath;
  /** Its own name, else `http[1]`. */
  readonly name: string;
  readonly value: UntrustedRecord;
  /** Empty: applies always. */
  readonly matches: readonly { readonly path: FieldPath; readonly value: UntrustedRecord }[];
  readonly destinations: readonly WeightedDestination[];
}

export interface DestinationView {
  /** Path of the destination, whose fields are `host`, `subset` and `port`. */
  readonly path: FieldPath;
  readonly host: string;
  readonly subset?: string;
  readonly port?: number;
  readonly isMirror: boolean;
}

export interface WeightedDestination {
  /** Path of the entry that holds destination and weight. */
  readonly path: FieldPath;
  readonly destination?: DestinationView;
  readonly weight?: number;
  readonly hasWeight: boolean;
}

const routeTypes: readonly RouteType[] = ['http', 'tls', 'tcp'];

/** Rules in the order written; entries that are no mappings are left out. */
export const rulesOf = perObject((object: MeshObject): readonly RuleView[] =>
  routeTypes.flatMap((type) =>
    listOf(fieldOf(object.spec, type)).flatMap((value, index): RuleView[] => {
      if (!isRecord(value)) return [];
      const path = ['spec', type, index];
      return [
        {
          type,
          index,
          path,
          name: stringOf(fieldOf(value, 'name')) ?? `${type}[${String(index)}]`,
          value,
          matches: listOf(fieldOf(value, 'match')).flatMap((match, number) =>
            isRecord(match) ? [{ path: [...path, 'match', number], value: match }] : [],
          ),
          destinations: listOf(fieldOf(value, 'route')).map((entry, number) =>
            readWeighted(entry, [...path, 'route', number]),
          ),
        },
      ];
    }),
  ),
);

/** Every destination, those of mirrored copies included. */
export const destinationsOf = perObject((object: MeshObject): readonly DestinationView[] =>
  rulesOf(object).flatMap((rule) => {
    const routed = rule.destinations.flatMap(({ destination }) => destination ?? []);
    const mirror = readDestination(fieldOf(rule.value, 'mirror'), [...rule.path, 'mirror'], true);
    const mirrors = listOf(fieldOf(rule.value, 'mirrors')).flatMap(
      (entry, index) =>
        readDestination(fieldOf(entry, 'destination'), [...rule.path, 'mirrors', index, 'destination'], true) ?? [],
    );
    return [...routed, ...(mirror ? [mirror] : []), ...mirrors];
  }),
);

/** Names of the gateways of the whole object; `mesh` where it names none. */
export function gatewaysOf(object: MeshObject): readonly string[] {
  const names = listOf(fieldOf(object.spec, 'gateways')).filter((name) => typeof name === 'string');
  return names.length > 0 ? names : ['mesh'];
}

/** Names of gateways where they are written: those of the whole object, then those of its matches. `mesh` is none. */
export const gatewayNamesOf = perObject(
  (object: MeshObject): readonly { readonly name: string; readonly path: FieldPath }[] => {
    const lists = [
      { names: fieldOf(object.spec, 'gateways'), path: ['spec', 'gateways'] },
      ...rulesOf(object).flatMap(({ matches }) =>
        matches.map(({ value, path }) => ({ names: value.gateways, path: [...path, 'gateways'] })),
      ),
    ];
    return lists.flatMap(({ names, path }) =>
      listOf(names).flatMap((name, index) =>
        typeof name === 'string' && name !== '' && name !== 'mesh' ? [{ name, path: [...path, index] }] : [],
      ),
    );
  },
);

/** Hosts with their index. */
export function hostsOf(object: MeshObject): readonly { readonly host: string; readonly path: FieldPath }[] {
  return listOf(fieldOf(object.spec, 'hosts')).flatMap((host, index) =>
    typeof host === 'string' && host !== '' ? [{ host, path: ['spec', 'hosts', index] }] : [],
  );
}

function readWeighted(entry: unknown, path: FieldPath): WeightedDestination {
  const destination = readDestination(fieldOf(entry, 'destination'), [...path, 'destination'], false);
  const weight = numberOf(fieldOf(entry, 'weight'));
  const hasWeight = isRecord(entry) && Object.hasOwn(entry, 'weight');
  return { path, ...(destination && { destination }), ...(weight !== undefined && { weight }), hasWeight };
}

function readDestination(value: unknown, path: FieldPath, isMirror: boolean): DestinationView | undefined {
  const host = stringOf(fieldOf(value, 'host'));
  if (host === undefined || host === '') return undefined;
  const subset = stringOf(fieldOf(value, 'subset'));
  const port = numberOf(valueAt(value, ['port', 'number']));
  return { path, host, ...(subset && { subset }), ...(port !== undefined && { port }), isMirror };
}

import type { FieldPath } from '../../shared/text.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import { Kinds } from '../model/kinds.ts';
import { kindKey } from '../model/mesh-object.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../shared/untrusted.ts';
import { parseGatewayName } from '../policy/checks/routing/unknown-gateway.ts';
import { subsetsOf } from '../policy/checks/directories/subset-directory.ts';
import { destinationsOf, hostsOf, rulesOf } from '../policy/checks/routing/virtual-service-view.ts';
import { resolveHost } from '../policy/semantics/hosts.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';

/** What a field of an object names. */
export type Target =
  | { readonly type: 'host'; readonly host: string }
  | { readonly type: 'subset'; readonly host: string; readonly subset: string }
  | { readonly type: 'gateway'; readonly namespace: string; readonly name: string };

export interface ReferenceField {
  readonly object: MeshObject;
  readonly path: FieldPath;
  readonly target: Target;
}

/** Fields of an object that name something else. */
export function referencesIn(object: MeshObject, settings: ResolvedMeshSettings): readonly ReferenceField[] {
  switch (kindKey(object)) {
    case Kinds.virtualService:
      return virtualServiceReferences(object, settings);
    case Kinds.destinationRule: {
      const host = stringOf(fieldOf(object.spec, 'host'));
      if (host === undefined || host === '') return [];
      return [{ object, path: ['spec', 'host'], target: hostTarget(host, object.namespace, settings) }];
    }
    default:
      return [];
  }
}

function virtualServiceReferences(object: MeshObject, settings: ResolvedMeshSettings): readonly ReferenceField[] {
  const { namespace } = object;
  const hosts = hostsOf(object).map(({ host, path }) => ({
    object,
    path,
    target: hostTarget(host, namespace, settings),
  }));
  const destinations = destinationsOf(object).flatMap(({ host, subset, path }): ReferenceField[] => {
    const target = hostTarget(host, namespace, settings);
    return [
      { object, path: [...path, 'host'], target },
      ...(subset === undefined
        ? []
        : [{ object, path: [...path, 'subset'], target: { type: 'subset', host: target.host, subset } } as const]),
    ];
  });
  const lists: readonly FieldPath[] = [
    ['spec', 'gateways'],
    ...rulesOf(object).flatMap(({ matches }) => matches.map(({ path }) => [...path, 'gateways'])),
  ];
  const gateways = lists.flatMap((path) =>
    listOf(valueAt(object, path)).flatMap((name, index): ReferenceField[] =>
      typeof name !== 'string' || name === '' || name === 'mesh'
        ? []
        : [{ object, path: [...path, index], target: gatewayTarget(name, namespace) }],
    ),
  );
  return [...hosts, ...destinations, ...gateways];
}

function hostTarget(host: string, namespace: string, settings: ResolvedMeshSettings): Target & { type: 'host' } {
  return { type: 'host', host: resolveHost(host, namespace, settings) };
}

function gatewayTarget(written: string, own: string): Target {
  const { namespace, name } = parseGatewayName(written, own);
  return { type: 'gateway', namespace, name };
}

/** What an object declares that others name, and the field in which it does. */
export function declarationsIn(object: MeshObject, settings: ResolvedMeshSettings): readonly ReferenceField[] {
  const path = ['metadata', 'name'];
  switch (kindKey(object)) {
    case Kinds.service:
      return [{ object, path, target: hostTarget(object.name, object.namespace, settings) }];
    case Kinds.serviceEntry:
      return hostsOf(object).map((entry) => ({
        object,
        path: entry.path,
        target: hostTarget(entry.host, object.namespace, settings),
      }));
    case Kinds.gateway:
      return [{ object, path, target: { type: 'gateway', namespace: object.namespace, name: object.name } }];
    case Kinds.destinationRule: {
      const host = stringOf(fieldOf(object.spec, 'host'));
      if (host === undefined) return [];
      const resolved = resolveHost(host, object.namespace, settings);
      return subsetsOf(object).map((subset) => ({
        object,
        path: [...subset.path, 'name'],
        target: { type: 'subset', host: resolved, subset: subset.name },
      }));
    }
    default:
      return [];
  }
}

export function isSameTarget(a: Target, b: Target): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

import type { FieldPath } from '../../../shared/text.ts';
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';
import { subsetsOf } from '../../policy/checks/directories/subset-directory.ts';
import { hostsOf } from '../../policy/checks/routing/virtual-service-view.ts';
import { resolveHost, serviceHost } from '../../policy/semantics/hosts.ts';
import { ciliumRules } from './cilium-rules.ts';
import { configurationRules } from './configuration-rules.ts';
import { gatewayApiRules } from './gateway-api-rules.ts';
import { istioRules } from './istio-rules.ts';
import { kubernetesRules, linkerdRules } from './kubernetes-rules.ts';
import { namespaceName, slashedNameOf } from './object-namings.ts';
import type { ReferenceRule } from './reference-rule.ts';
import { isAbout, placesOf } from './reference-rule.ts';
import type { ReferenceField } from './target.ts';
import { metadataRules } from './metadata-rules.ts';
import { wordRules } from './word-rules.ts';

const rulesByKind = new Map<KindKey, ReferenceRule[]>();
const ofKinds = [
  ...istioRules,
  ...gatewayApiRules,
  ...kubernetesRules,
  ...linkerdRules,
  ...ciliumRules,
  ...metadataRules,
  ...wordRules,
  ...configurationRules,
];
for (const rule of ofKinds) {
  for (const kind of rule.kinds) {
    const same = rulesByKind.get(kind);
    if (same) same.push(rule);
    else rulesByKind.set(kind, [rule]);
  }
}

/** What every object may say about itself. */
const commonRules: readonly ReferenceRule[] = [
  { kinds: [], at: ['metadata', 'namespace'], naming: namespaceName },
  {
    kinds: [],
    at: ['metadata', 'labels', 'istio.io/use-waypoint'],
    naming: slashedNameOf(Kinds.kubernetesGateway, { none: 'no waypoint' }),
  },
];

function rulesFor(object: Pick<MeshObject, 'apiVersion' | 'kind'>): readonly ReferenceRule[] {
  return [...(rulesByKind.get(kindKey(object)) ?? []), ...commonRules];
}

/** The rule for a field of an object, whatever stands there. */
export function ruleAt(object: Pick<MeshObject, 'apiVersion' | 'kind'>, path: FieldPath): ReferenceRule | undefined {
  return rulesFor(object).find((rule) => isAbout(rule, path));
}

/** Fields of an object that name something else. */
export function referencesIn(object: MeshObject, settings: ResolvedMeshSettings): readonly ReferenceField[] {
  return rulesFor(object).flatMap((rule) =>
    placesOf(object, rule).flatMap((place): ReferenceField[] => {
      const target = rule.naming.targetOf(place, settings);
      const { path, value } = place;
      const renamed = (name: string): string | undefined => rule.naming.renamed(String(value), name, place);
      return target ? [{ object, path, target, renamed }] : [];
    }),
  );
}

const asWritten = (name: string): string => name;

/** What an object declares that others name, and the field in which it does. */
export function declarationsIn(object: MeshObject, settings: ResolvedMeshSettings): readonly ReferenceField[] {
  const path = ['metadata', 'name'];
  const { namespace, name } = object;
  const own: ReferenceField = {
    object,
    path,
    target: { type: 'object', kind: kindKey(object), namespace, name },
    renamed: asWritten,
  };
  switch (kindKey(object)) {
    case Kinds.service:
      return [{ ...own, target: { type: 'host', host: serviceHost(name, namespace, settings) } }];
    case Kinds.serviceEntry: {
      const hosts = hostsOf(object).map((entry): ReferenceField => {
        const host = resolveHost(entry.host, namespace, settings);
        return { object, path: entry.path, target: { type: 'host', host } };
      });
      return [...hosts, own];
    }
    case Kinds.destinationRule: {
      const host = resolveHost(stringOf(fieldOf(object.spec, 'host')) ?? '', namespace, settings);
      const subsets = subsetsOf(object).map((subset): ReferenceField => ({
        object,
        path: [...subset.path, 'name'],
        target: { type: 'subset', host, subset: subset.name },
        renamed: asWritten,
      }));
      return [...subsets, own];
    }
    case Kinds.kubernetesGateway: {
      const listeners = listOf(fieldOf(object.spec, 'listeners')).flatMap((listener, index): ReferenceField[] => {
        const part = stringOf(fieldOf(listener, 'name'));
        if (part === undefined) return [];
        const target = { type: 'part', kind: Kinds.kubernetesGateway, namespace, name, part } as const;
        return [{ object, path: ['spec', 'listeners', index, 'name'], target, renamed: asWritten }];
      });
      return [...listeners, own];
    }
    default:
      return [own];
  }
}

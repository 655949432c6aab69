/** Labels that select workloads, and other mappings whose keys are names in use elsewhere. */
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import { fieldOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { resolveHost } from '../../policy/semantics/hosts.ts';
import type { Naming } from './reference-rule.ts';

/** Labels of workloads, of which `reach` says where they are looked for. */
export type SelectorReach = 'namespace' | 'mesh' | 'root-means-mesh';

/** Labels that select workloads: the rule is about the mapping of labels. */
export function workloadSelector(reach: SelectorReach): Naming {
  return {
    isOfKeys: true,
    targetOf({ object, value }, settings) {
      const selector = textsOf(value);
      if (Object.keys(selector).length === 0) return undefined;
      const namespace = reachOf(reach, object, settings);
      return { type: 'workloads', ...(namespace !== undefined && { namespace }), selector };
    },
    proposals: ({ object }, knowledge) => knowledge.labelKeys(reachOf(reach, object, knowledge.settings)),
    renamed: () => undefined,
  };
}

/** The namespace in which a selector of the object looks; undefined: everywhere. */
function reachOf(reach: SelectorReach, { namespace }: MeshObject, settings: ResolvedMeshSettings): string | undefined {
  const isWide = reach === 'mesh' || (reach === 'root-means-mesh' && namespace === settings.rootNamespace);
  return isWide ? undefined : namespace;
}

/** The value of one label of such a mapping. */
export function selectorLabel(reach: SelectorReach): Naming {
  return {
    targetOf: () => undefined,
    proposals: ({ object, path }, knowledge) =>
      knowledge.labelValues(String(path.at(-1)), reachOf(reach, object, knowledge.settings)),
    renamed: () => undefined,
  };
}

/** Labels of a subset: they select among the workloads of the rule's host. */
export const subsetLabel: Naming = {
  targetOf: () => undefined,
  proposals({ object, path }, knowledge) {
    const host = stringOf(fieldOf(object.spec, 'host'));
    if (host === undefined) return [];
    const services = knowledge.services.servicesOf(resolveHost(host, object.namespace, knowledge.settings));
    const values = services
      .flatMap((service) => knowledge.workloads.behind(service))
      .flatMap(({ labels }) => labels[String(path.at(-1))] ?? []);
    return [...new Set(values)].sort().map((name) => ({ name, type: 'label' }));
  },
  renamed: () => undefined,
};

/** A mapping of which the keys are header names: those that other rules go by already. */
export const headerName: Naming = {
  isOfKeys: true,
  targetOf: () => undefined,
  proposals: (_, knowledge) => knowledge.headerNames().map((name) => ({ name, type: 'label', detail: 'in use' })),
  renamed: () => undefined,
};

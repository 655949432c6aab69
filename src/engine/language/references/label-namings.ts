/** Labels that select workloads, and other mappings whose keys are names in use elsewhere. */
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import { fieldOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Labels, MeshObject } from '../../model/mesh-object.ts';
import { resolveHost } from '../../policy/semantics/hosts.ts';
import type { Knowledge } from '../knowledge.ts';
import type { NameProposal } from '../name-proposal.ts';
import type { Naming } from './reference-rule.ts';
import { fieldValue } from './reference-rule.ts';

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

/** Labels that stand in a selector of another form than a mapping: the values of the key beside them, and the keys. */
export function expressionLabel(reach: SelectorReach): { readonly key: Naming; readonly value: Naming } {
  return {
    key: {
      targetOf: () => undefined,
      proposals: ({ object }, knowledge) => knowledge.labelKeys(reachOf(reach, object, knowledge.settings)),
      renamed: () => undefined,
    },
    value: {
      targetOf: () => undefined,
      proposals({ object, path }, knowledge) {
        const key = stringOf(fieldValue(object, [...path.slice(0, -2), 'key']));
        return key === undefined ? [] : knowledge.labelValues(key, reachOf(reach, object, knowledge.settings));
      },
      renamed: () => undefined,
    },
  };
}

/** Labels of a subset: they select among the workloads of the rule's host. */
export const subsetLabels: Naming = {
  isOfKeys: true,
  targetOf: () => undefined,
  proposals: ({ object }, knowledge) => inUse(labelsBehind(object, knowledge).flatMap((labels) => Object.keys(labels))),
  renamed: () => undefined,
};

/** The value of one of them. */
export const subsetLabel: Naming = {
  targetOf: () => undefined,
  proposals: ({ object, path }, knowledge) =>
    inUse(labelsBehind(object, knowledge).flatMap((labels) => labels[String(path.at(-1))] ?? [])),
  renamed: () => undefined,
};

function labelsBehind(object: MeshObject, knowledge: Knowledge): readonly Labels[] {
  const host = stringOf(fieldOf(object.spec, 'host'));
  if (host === undefined) return [];
  const services = knowledge.services.servicesOf(resolveHost(host, object.namespace, knowledge.settings));
  return services.flatMap((service) => knowledge.workloads.behind(service)).map(({ labels }) => labels);
}

function inUse(words: readonly string[]): readonly NameProposal[] {
  return [...new Set(words)].sort().map((name) => ({ name, type: 'label' }));
}

/** Labels by which Gateways choose the pods that serve them: pods of a gateway are seldom among the files. */
const usualGatewayLabels: Labels = { istio: 'ingressgateway' };

function gatewaySelectors({ snapshot }: Knowledge): readonly Labels[] {
  return [...snapshot.ofKind(Kinds.gateway).map(({ spec }) => textsOf(fieldOf(spec, 'selector'))), usualGatewayLabels];
}

/** The selector of a Gateway: labels of pods, and those that other Gateways select by. */
export const gatewaySelector: Naming = {
  ...workloadSelector('mesh'),
  proposals: (_, knowledge) =>
    inUse([
      ...gatewaySelectors(knowledge).flatMap((labels) => Object.keys(labels)),
      ...knowledge.labelKeys().map(({ name }) => name),
    ]),
};

/** The value of one of its labels. */
export const gatewaySelectorLabel: Naming = {
  ...selectorLabel('mesh'),
  proposals({ path }, knowledge) {
    const key = String(path.at(-1));
    return inUse([
      ...gatewaySelectors(knowledge).flatMap((labels) => labels[key] ?? []),
      ...knowledge.labelValues(key).map(({ name }) => name),
    ]);
  },
};

/** The label that every namespace has, with its name. */
const nameOfNamespace = 'kubernetes.io/metadata.name';

/** Labels that select namespaces. */
export const namespaceLabels: Naming = {
  isOfKeys: true,
  targetOf: () => undefined,
  proposals: (_, { snapshot }) =>
    inUse([nameOfNamespace, ...snapshot.ofKind(Kinds.namespace).flatMap(({ labels }) => Object.keys(labels))]),
  renamed: () => undefined,
};

/** The value of one of them. */
export const namespaceLabel: Naming = {
  targetOf: () => undefined,
  proposals({ path }, knowledge) {
    const key = String(path.at(-1));
    if (key === nameOfNamespace) return knowledge.namespaces().map((name) => ({ name, type: 'namespace' }));
    return inUse(knowledge.snapshot.ofKind(Kinds.namespace).flatMap(({ labels }) => labels[key] ?? []));
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

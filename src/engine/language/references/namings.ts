/** The ways in which fields of mesh and Kubernetes objects name things. */
import type { FieldPath } from '../../../shared/text.ts';
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import { fieldOf, numberOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import { resolveHost, serviceHost } from '../../policy/semantics/hosts.ts';
import type { Knowledge } from '../knowledge.ts';
import type { NameProposal } from '../name-proposal.ts';
import type { Naming } from './reference-rule.ts';
import { fieldValue } from './reference-rule.ts';
import type { Target } from './target.ts';

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The field beside the one at the path. */
function beside(object: MeshObject, path: FieldPath, key: string): string | undefined {
  return stringOf(fieldValue(object, [...path.slice(0, -1), key]));
}

/** An object of the kind; of a Service its host, by which everything else knows it. */
function objectTarget(kind: KindKey, namespace: string, name: string, settings: ResolvedMeshSettings): Target {
  return kind === Kinds.service
    ? { type: 'host', host: serviceHost(name, namespace, settings) }
    : { type: 'object', kind, namespace: isClusterScoped(kind) ? '' : namespace, name };
}

function isClusterScoped(kind: KindKey): boolean {
  return kind === Kinds.namespace || kind === Kinds.gatewayClass || kind === Kinds.node;
}

function objectNames(
  kinds: readonly KindKey[],
  namespace: string,
  { snapshot }: Knowledge,
  write: (object: MeshObject) => string = ({ name }) => name,
): readonly NameProposal[] {
  return kinds.flatMap((kind) =>
    snapshot
      .ofKind(kind)
      .filter((object) => isClusterScoped(kind) || object.namespace === namespace)
      .map((object): NameProposal => {
        const detail = isClusterScoped(kind) ? object.kind : `${object.kind} in ${object.namespace}`;
        return { name: write(object), type: 'object', detail };
      }),
  );
}

/** A host as Istio reads it: a short name is one of the object's own namespace. */
export const hostName: Naming = {
  targetOf: ({ object, value }, settings) =>
    isName(value) && value !== '*' ? { type: 'host', host: resolveHost(value, object.namespace, settings) } : undefined,
  proposals: ({ object }, knowledge) => hostNames(object.namespace, knowledge),
  renamed: (written, name) => written.replace(/^[^.*]+/, name),
};

/** `namespace/host`, as Sidecars and Gateways write them. */
export const namespacedHost: Naming = {
  targetOf({ object, value }, settings) {
    const [, namespace, host] = (isName(value) && /^([^/]*)\/(.+)$/.exec(value)) || [];
    if (namespace === undefined || host === undefined || host.startsWith('*')) return undefined;
    const own = namespace === '.' || namespace === '*' ? object.namespace : namespace;
    return { type: 'host', host: resolveHost(host, own, settings) };
  },
  proposals: (_, knowledge) =>
    knowledge.allServices().map(({ namespace, host }) => ({ name: `${namespace}/${host}`, type: 'host' })),
  renamed: (written, name) => written.replace(/\/[^.*]+/, `/${name}`),
};

/** A subset of the host beside it. */
export const subsetName: Naming = {
  targetOf({ object, path, value }, settings) {
    const host = beside(object, path, 'host');
    return isName(value) && isName(host)
      ? { type: 'subset', host: resolveHost(host, object.namespace, settings), subset: value }
      : undefined;
  },
  proposals({ object, path }, knowledge) {
    const host = beside(object, path, 'host');
    if (host === undefined) return [];
    const resolved = resolveHost(host, object.namespace, knowledge.settings);
    return knowledge.subsets.rulesFor(resolved, object.namespace).flatMap((rule) =>
      rule.subsets.map(({ name, labels }): NameProposal => {
        const detail = Object.entries(labels).map(([key, label]) => `${key}: ${label}`);
        return { name, type: 'subset', detail: detail.join(', ') };
      }),
    );
  },
  renamed: (_, name) => name,
};

/** A port number of the host beside it, or two levels up. */
export const portOfHost: Naming = {
  targetOf: () => undefined,
  proposals({ object, path }, knowledge) {
    for (let length = path.length - 1; length > 0; length--) {
      const owner = fieldValue(object, path.slice(0, length));
      const host = stringOf(fieldOf(owner, 'host'));
      if (host !== undefined) return portsOf(resolveHost(host, object.namespace, knowledge.settings), knowledge);
    }
    return [];
  },
  renamed: () => undefined,
};

/** A port of the object that a Gateway API reference names. */
export const portOfReference: Naming = {
  targetOf: () => undefined,
  proposals({ object, path }, knowledge) {
    const name = beside(object, path, 'name');
    if (name === undefined || (beside(object, path, 'kind') ?? 'Service') !== 'Service') return [];
    const namespace = beside(object, path, 'namespace') ?? object.namespace;
    return portsOf(serviceHost(name, namespace, knowledge.settings), knowledge);
  },
  renamed: () => undefined,
};

function portsOf(host: string, knowledge: Knowledge): readonly NameProposal[] {
  return knowledge.services
    .servicesOf(host)
    .flatMap(({ ports }) => ports.map(({ number, name }) => ({ name: String(number), type: 'port', detail: name })));
}

/** The name of an object of one of the kinds in the object's own namespace; the first kind where several could be. */
export function nameOf(...kinds: readonly KindKey[]): Naming {
  return {
    targetOf({ object, value }, settings) {
      const kind = kinds[0];
      return isName(value) && kind !== undefined ? objectTarget(kind, object.namespace, value, settings) : undefined;
    },
    proposals: ({ object }, knowledge) => objectNames(kinds, object.namespace, knowledge),
    renamed: (_, name) => name,
  };
}

/** `name`, or `namespace/name` of an object elsewhere. Names in `words` stand for something else. */
export function slashedNameOf(kind: KindKey, words: Readonly<Record<string, string>> = {}): Naming {
  return {
    targetOf({ object, value }, settings) {
      if (!isName(value) || Object.hasOwn(words, value)) return undefined;
      const [, namespace, name] = /^([^/]+)\/(.+)$/.exec(value) ?? ['', object.namespace, value];
      return objectTarget(kind, namespace ?? object.namespace, name ?? value, settings);
    },
    proposals({ object }, { snapshot }) {
      const named = snapshot.ofKind(kind).map((each): NameProposal => {
        const name = each.namespace === object.namespace ? each.name : `${each.namespace}/${each.name}`;
        return { name, type: 'object', detail: `${each.kind} in ${each.namespace}` };
      });
      return [
        ...named,
        ...Object.entries(words).map(([name, detail]): NameProposal => ({ name, type: 'object', detail })),
      ];
    },
    renamed: (written, name) => written.replace(/[^/]+$/, name),
  };
}

interface TypedReference {
  /** Kinds that may be named; the first is meant where no kind is given. */
  readonly kinds: readonly KindKey[];
  /** What stands for the group where none is given; default that of the first kind. */
  readonly group?: string;
}

/** A name beside `group`, `kind` and `namespace`, as the Gateway API writes references. */
export function typedReference({ kinds, group }: TypedReference): Naming {
  const [usualGroup, usualKind] = (kinds[0] ?? '/').split('/');
  const kindBeside = (object: MeshObject, path: FieldPath): KindKey => {
    const written = beside(object, path, 'group') ?? group ?? usualGroup ?? '';
    return `${written === '' ? 'core' : written}/${beside(object, path, 'kind') ?? usualKind ?? ''}`;
  };
  return {
    targetOf({ object, path, value }, settings) {
      if (!isName(value)) return undefined;
      const namespace = beside(object, path, 'namespace') ?? object.namespace;
      return objectTarget(kindBeside(object, path), namespace, value, settings);
    },
    proposals({ object, path }, knowledge) {
      const namespace = beside(object, path, 'namespace') ?? object.namespace;
      const isTyped = beside(object, path, 'kind') !== undefined;
      return objectNames(isTyped ? [kindBeside(object, path)] : kinds, namespace, knowledge);
    },
    renamed: (_, name) => name,
  };
}

/** A listener of the Gateway that the reference names. */
export const sectionName: Naming = {
  targetOf({ object, path, value }) {
    const name = beside(object, path, 'name');
    if (!isName(value) || !isName(name) || (beside(object, path, 'kind') ?? 'Gateway') !== 'Gateway') return undefined;
    const namespace = beside(object, path, 'namespace') ?? object.namespace;
    return { type: 'part', kind: Kinds.kubernetesGateway, namespace, name, part: value };
  },
  proposals({ object, path }, { snapshot }) {
    const name = beside(object, path, 'name');
    const namespace = beside(object, path, 'namespace') ?? object.namespace;
    const gateway = name === undefined ? undefined : snapshot.find(Kinds.kubernetesGateway, namespace, name);
    const listeners = fieldOf(gateway?.spec, 'listeners');
    return (Array.isArray(listeners) ? listeners : []).flatMap((listener): NameProposal[] => {
      const listenerName = stringOf(fieldOf(listener, 'name'));
      const detail = [numberOf(fieldOf(listener, 'port')), stringOf(fieldOf(listener, 'protocol'))].filter(
        (part) => part !== undefined,
      );
      return listenerName === undefined ? [] : [{ name: listenerName, type: 'object', detail: detail.join(' ') }];
    });
  },
  renamed: (_, name) => name,
};

/** The name of a namespace. Wildcards and Istio's `.` and `~` name none. */
export const namespaceName: Naming = {
  targetOf: ({ value }) =>
    isName(value) && /^[a-z0-9-]+$/.test(value)
      ? { type: 'object', kind: Kinds.namespace, namespace: '', name: value }
      : undefined,
  proposals: (_, knowledge) => knowledge.namespaces().map((name) => ({ name, type: 'namespace' })),
  renamed: (_, name) => name,
};

/** `trust-domain/ns/namespace/sa/account`, the principal of an identity. */
export const principal: Naming = {
  targetOf({ value }) {
    const [, namespace, name] = (isName(value) && /\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(value)) || [];
    return namespace === undefined || name === undefined
      ? undefined
      : { type: 'object', kind: Kinds.serviceAccount, namespace, name };
  },
  proposals: (_, knowledge) =>
    knowledge.serviceAccounts().map(({ namespace, name }) => ({
      name: `${knowledge.settings.trustDomain}/ns/${namespace}/sa/${name}`,
      type: 'object',
      detail: `ServiceAccount in ${namespace}`,
    })),
  renamed: (written, name) => written.replace(/[^/]+$/, name),
};

/** A service account of the own namespace: declared, or used by a workload. */
export const serviceAccountName: Naming = {
  ...nameOf(Kinds.serviceAccount),
  proposals: ({ object }, knowledge) =>
    knowledge
      .serviceAccounts()
      .filter(({ namespace }) => namespace === object.namespace)
      .map(({ name }) => ({ name, type: 'object', detail: `ServiceAccount in ${object.namespace}` })),
};

/** `account`, or `namespace/account`. */
export const slashedServiceAccount: Naming = {
  ...slashedNameOf(Kinds.serviceAccount),
  proposals: ({ object }, knowledge) =>
    knowledge.serviceAccounts().map(({ namespace, name }) => ({
      name: namespace === object.namespace ? name : `${namespace}/${name}`,
      type: 'object',
      detail: `ServiceAccount in ${namespace}`,
    })),
};

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

function hostNames(namespace: string, knowledge: Knowledge): readonly NameProposal[] {
  const all = knowledge.allServices();
  const own = all.filter((service) => service.object.kind === 'Service' && service.namespace === namespace);
  const others = all.filter((service) => !own.includes(service));
  return [
    ...own.map(({ name }): NameProposal => ({ name, type: 'host', detail: namespace })),
    ...others.map(({ host, object }): NameProposal => {
      const detail = object.kind === 'Service' ? object.namespace : object.kind;
      return { name: host, type: 'host', detail };
    }),
  ];
}

/** A mapping of which the keys are header names: those that other rules go by already. */
export const headerName: Naming = {
  isOfKeys: true,
  targetOf: () => undefined,
  proposals: (_, knowledge) => knowledge.headerNames().map((name) => ({ name, type: 'label', detail: 'in use' })),
  renamed: () => undefined,
};

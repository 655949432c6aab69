/** Fields that name objects: by name alone, with a namespace before it, or beside fields for group, kind and namespace. */
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { FieldPath } from '../../../shared/text.ts';
import { fieldOf, listOf, numberOf, stringOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import { meshGateway, resolveGatewayName } from '../../policy/semantics/routing/gateway-name.ts';
import { serviceHost } from '../../policy/semantics/hosts.ts';
import type { Knowledge } from '../knowledge.ts';
import type { NameProposal } from '../name-proposal.ts';
import { beside, isName } from './field-beside.ts';
import { fullHosts, portsOf } from './host-namings.ts';
import type { Naming, Place } from './reference-rule.ts';
import type { Target } from './target.ts';

/** Classes that Istio makes by itself, for Gateways where no file declares them. */
const istioClasses: readonly (readonly [string, string])[] = [
  ['istio', 'gateway of Istio'],
  ['istio-waypoint', 'waypoint of an ambient mesh'],
];

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

/** The class of a Gateway: declared, or of a well-known controller. */
export const className: Naming = {
  ...nameOf(Kinds.gatewayClass),
  proposals(place, knowledge) {
    const declared = nameOf(Kinds.gatewayClass).proposals(place, knowledge);
    const others = istioClasses.filter(([name]) => declared.every((each) => each.name !== name));
    return [...declared, ...others.map(([name, detail]): NameProposal => ({ name, type: 'object', detail }))];
  },
};

/** `name`, or `namespace/name` of an object elsewhere. Names in `words` stand for something else. */
export function slashedNameOf(kind: KindKey, words: Readonly<Record<string, string>> = {}): Naming {
  return {
    targetOf({ object, value }, settings) {
      if (!isName(value) || Object.hasOwn(words, value)) return undefined;
      const [, before, after] = /^([^/]+)\/(.+)$/.exec(value) ?? [];
      const namespace = before === undefined || before === '.' ? object.namespace : before;
      return objectTarget(kind, namespace, after ?? value, settings);
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

/** A Gateway as routes name it: as above, or in the old form `name.namespace` with or without the rest of a host. */
export const gatewayOfRoute: Naming = {
  ...slashedNameOf(Kinds.gateway, { [meshGateway]: 'all sidecars' }),
  targetOf({ object, value }) {
    if (!isName(value) || value === meshGateway) return undefined;
    const [namespace = '', name = ''] = resolveGatewayName(value, object.namespace).split('/', 2);
    return { type: 'object', kind: Kinds.gateway, namespace, name };
  },
  renamed: (written, name) => written.replace(/^(.*\/)?[^./]+/, `$1${name}`),
};

/** Istio's way to send a route of the Gateway API to a host. */
const hostKind: KindKey = 'networking.istio.io/Hostname';

interface TypedReference {
  /** Kinds that may be named; the first is meant where no kind is given. */
  readonly kinds: readonly KindKey[];
  /** What stands for the group where none is given; default that of the first kind. */
  readonly group?: string;
  /** The kind has to be written, the first one too. */
  readonly isAlwaysTyped?: boolean;
  /** Objects of other namespaces may be named, with their namespace beside the name. */
  readonly reachesOut?: boolean;
}

/** A name beside `group`, `kind` and `namespace`, as the Gateway API writes references. */
export function typedReference({ kinds, group, isAlwaysTyped, reachesOut }: TypedReference): Naming {
  const [usualGroup, usualKind] = (kinds[0] ?? '/').split('/');
  const kindBeside = (object: MeshObject, path: FieldPath): KindKey => {
    const written = beside(object, path, 'group') ?? group ?? usualGroup ?? '';
    return `${written === '' ? 'core' : written}/${beside(object, path, 'kind') ?? usualKind ?? ''}`;
  };
  return {
    targetOf({ object, path, value }, settings) {
      if (!isName(value)) return undefined;
      const namespace = beside(object, path, 'namespace') ?? object.namespace;
      const kind = kindBeside(object, path);
      return kind === hostKind
        ? { type: 'host', host: value.toLowerCase() }
        : objectTarget(kind, namespace, value, settings);
    },
    proposals({ object, path }, knowledge) {
      const namespace = beside(object, path, 'namespace') ?? object.namespace;
      const isTyped = beside(object, path, 'kind') !== undefined;
      if (isTyped && kindBeside(object, path) === hostKind) return fullHosts(knowledge);
      const fields = (kind: KindKey): Record<string, string> =>
        isTyped || (kind === kinds[0] && isAlwaysTyped !== true) ? {} : typeFieldsOf(kind);
      const wanted = isTyped ? [kindBeside(object, path)] : kinds;
      const own = wanted.flatMap((kind) =>
        objectNames([kind], namespace, knowledge).map((each) => ({ ...each, beside: fields(kind) })),
      );
      const isOpen = reachesOut === true && beside(object, path, 'namespace') === undefined;
      const others = (isOpen ? wanted.slice(0, 1) : []).flatMap((kind) =>
        knowledge.snapshot
          .ofKind(kind)
          .filter((each) => each.namespace !== namespace)
          .map((each): NameProposal => ({
            name: each.name,
            type: 'object',
            detail: `${each.kind} in ${each.namespace}`,
            beside: { ...fields(kind), namespace: each.namespace },
          })),
      );
      return [...own, ...others];
    },
    renamed: (written, name, { object, path }) =>
      kindBeside(object, path) === hostKind ? written.replace(/^[^.*]+/, name) : name,
  };
}

/** How a reference says what kind it means. */
function typeFieldsOf(kind: KindKey): Record<string, string> {
  const [group = '', name = ''] = kind.split('/');
  return { group: group === 'core' ? '' : group, kind: name };
}

/** The kind of a reference, with its group. */
export function kindOfReference(...kinds: readonly KindKey[]): Naming {
  const known = kinds.map((key): NameProposal => {
    const { group = '', kind = '' } = typeFieldsOf(key);
    return { name: kind, type: 'value', detail: group === '' ? 'v1' : group, beside: { group } };
  });
  return { targetOf: () => undefined, proposals: () => known, renamed: () => undefined };
}

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

/** A port that the Gateway listens on which a route names as its parent. */
export const portOfParent: Naming = {
  ...portOfReference,
  proposals(place, knowledge) {
    const { object, path } = place;
    if ((beside(object, path, 'kind') ?? 'Gateway') !== 'Gateway') return portOfReference.proposals(place, knowledge);
    return listenersBeside(place, knowledge).flatMap((listener): NameProposal[] => {
      const number = numberOf(fieldOf(listener, 'port'));
      const name = stringOf(fieldOf(listener, 'name'));
      return number === undefined
        ? []
        : [{ name: String(number), type: 'port', ...(name !== undefined && { detail: name }) }];
    });
  },
};

function listenersBeside({ object, path }: Place, { snapshot }: Knowledge): readonly unknown[] {
  const name = beside(object, path, 'name');
  const namespace = beside(object, path, 'namespace') ?? object.namespace;
  const gateway = name === undefined ? undefined : snapshot.find(Kinds.kubernetesGateway, namespace, name);
  return listOf(fieldOf(gateway?.spec, 'listeners'));
}

/** A listener of the Gateway that the reference names. */
export const sectionName: Naming = {
  targetOf({ object, path, value }) {
    const name = beside(object, path, 'name');
    if (!isName(value) || !isName(name) || (beside(object, path, 'kind') ?? 'Gateway') !== 'Gateway') return undefined;
    const namespace = beside(object, path, 'namespace') ?? object.namespace;
    return { type: 'part', kind: Kinds.kubernetesGateway, namespace, name, part: value };
  },
  proposals(place, knowledge) {
    return listenersBeside(place, knowledge).flatMap((listener): NameProposal[] => {
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

/** The same, where words stand for namespaces that need no name. */
export const namespaceOrWord: Naming = {
  ...namespaceName,
  proposals: (place, knowledge) => [
    { name: '.', type: 'value', detail: 'its own namespace' },
    { name: '*', type: 'value', detail: 'all namespaces' },
    ...namespaceName.proposals(place, knowledge),
  ],
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

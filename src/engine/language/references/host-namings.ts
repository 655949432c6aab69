/** Fields that name hosts, their subsets and their ports, as Istio writes them. */
import { fieldOf, stringOf } from '../../../shared/untrusted.ts';
import { resolveHost } from '../../policy/semantics/hosts.ts';
import type { Knowledge } from '../knowledge.ts';
import type { NameProposal } from '../name-proposal.ts';
import { beside, isName } from './field-beside.ts';
import type { Naming } from './reference-rule.ts';
import { fieldValue } from './reference-rule.ts';

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
  proposals: (_, knowledge) => [
    { name: './*', type: 'host', detail: 'all of its own namespace' },
    { name: '*/*', type: 'host', detail: 'all' },
    ...[...new Set([knowledge.settings.rootNamespace, ...knowledge.namespaces()])].map((namespace): NameProposal => {
      return { name: `${namespace}/*`, type: 'host', detail: `all of ${namespace}` };
    }),
    ...knowledge
      .allServices()
      .map(({ namespace, host }): NameProposal => ({ name: `${namespace}/${host}`, type: 'host' })),
  ],
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

export function portsOf(host: string, knowledge: Knowledge): readonly NameProposal[] {
  return knowledge.services
    .servicesOf(host)
    .flatMap(({ ports }) => ports.map(({ number, name }) => ({ name: String(number), type: 'port', detail: name })));
}

/** Hosts of services and entries, with nothing left out. */
export function fullHosts(knowledge: Knowledge): readonly NameProposal[] {
  return knowledge
    .allServices()
    .map(({ host, object }) => ({ name: host, type: 'host', detail: `${object.kind} in ${object.namespace}` }));
}

function hostNames(namespace: string, knowledge: Knowledge): readonly NameProposal[] {
  const all = knowledge.allServices();
  const own = all.filter((service) => service.object.kind === 'Service' && service.namespace === namespace);
  const others = all.filter((service) => !own.includes(service));
  return [
    ...own.map(({ name }): NameProposal => ({ name, type: 'host', detail: `Service in ${namespace}` })),
    ...others.map(({ host, object }): NameProposal => {
      return { name: host, type: 'host', detail: `${object.kind} in ${object.namespace}` };
    }),
  ];
}

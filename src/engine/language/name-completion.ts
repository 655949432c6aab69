import type { FieldPath } from '../../shared/text.ts';
import { Kinds } from '../model/kinds.ts';
import { fieldOf, stringOf, valueAt } from '../../shared/untrusted.ts';
import type { Reference, Schema } from '../policy/schema/schema.ts';
import { resolveHost } from '../policy/semantics/hosts.ts';
import type { CompletionItemResult } from './completion.ts';
import type { Knowledge } from './knowledge.ts';

export interface NameProposal {
  readonly name: string;
  readonly type: CompletionItemResult['type'];
  readonly detail?: string;
}

interface Owner {
  readonly kind: string;
  readonly namespace: string;
}

/** Names of existing things that fit a field. `value` is the whole object, `path` that of the field. */
export function namesFor(
  value: unknown,
  path: FieldPath,
  schema: Schema | undefined,
  owner: Owner,
  knowledge: Knowledge,
): readonly NameProposal[] {
  const reference = schema?.type === 'string' || schema?.type === 'integer' ? schema.refersTo : undefined;
  if (reference) return referenced(reference, value, path, owner, knowledge);
  const isSubsetLabel = owner.kind === 'DestinationRule' && path.at(-2) === 'labels' && path[1] === 'subsets';
  return isSubsetLabel ? labelValues(value, String(path.at(-1)), owner, knowledge) : [];
}

function referenced(
  reference: Reference,
  value: unknown,
  path: FieldPath,
  owner: Owner,
  knowledge: Knowledge,
): readonly NameProposal[] {
  switch (reference) {
    case 'host':
      return hosts(owner.namespace, knowledge);
    case 'subset':
      return subsets(hostBeside(value, path), owner.namespace, knowledge);
    case 'port':
      return ports(hostBeside(value, path), owner.namespace, knowledge);
    case 'gateway':
      return gateways(owner.namespace, knowledge);
    case 'namespace':
      return namespaces(knowledge).map((name) => ({ name, type: 'namespace' }));
    case 'service-account':
      return [];
  }
}

function hosts(namespace: string, { snapshot, services, settings }: Knowledge): readonly NameProposal[] {
  const own = services.namesIn(namespace).map((name): NameProposal => ({ name, type: 'host', detail: namespace }));
  const others = snapshot
    .ofKind(Kinds.service)
    .filter((service) => service.namespace !== namespace)
    .map((service): NameProposal => {
      const name = `${service.name}.${service.namespace}.svc.${settings.clusterDomain}`;
      return { name, type: 'host', detail: service.namespace };
    });
  const entries = snapshot.ofKind(Kinds.serviceEntry).flatMap((entry) => {
    const names = fieldOf(entry.spec, 'hosts');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  });
  return [...own, ...others, ...entries.map((name): NameProposal => ({ name, type: 'host', detail: 'ServiceEntry' }))];
}

/** The host of the destination, or of the DestinationRule, that the field belongs to. */
function hostBeside(value: unknown, path: FieldPath): string | undefined {
  for (let length = path.length - 1; length > 0; length--) {
    const host = stringOf(fieldOf(valueAt(value, path.slice(0, length)), 'host'));
    if (host !== undefined) return host;
  }
  return undefined;
}

function subsets(host: string | undefined, namespace: string, knowledge: Knowledge): readonly NameProposal[] {
  if (host === undefined) return [];
  const resolved = resolveHost(host, namespace, knowledge.settings);
  return knowledge.subsets.rulesFor(resolved, namespace).flatMap((rule) =>
    rule.subsets.map(({ name, labels }): NameProposal => {
      const detail = Object.entries(labels).map(([key, label]) => `${key}: ${label}`);
      return { name, type: 'subset', detail: detail.join(', ') };
    }),
  );
}

function ports(host: string | undefined, namespace: string, knowledge: Knowledge): readonly NameProposal[] {
  if (host === undefined) return [];
  const found = knowledge.services.servicesOf(resolveHost(host, namespace, knowledge.settings));
  return found.flatMap((service) =>
    service.ports.map(({ number, name }): NameProposal => ({ name: String(number), type: 'port', detail: name })),
  );
}

function gateways(namespace: string, { snapshot }: Knowledge): readonly NameProposal[] {
  const named = snapshot.ofKind(Kinds.gateway).map((gateway): NameProposal => {
    const name = gateway.namespace === namespace ? gateway.name : `${gateway.namespace}/${gateway.name}`;
    return { name, type: 'gateway', detail: gateway.namespace };
  });
  return [...named, { name: 'mesh', type: 'gateway', detail: 'all sidecars' }];
}

function namespaces({ snapshot }: Knowledge): readonly string[] {
  const names = new Set(snapshot.ofKind(Kinds.namespace).map(({ name }) => name));
  for (const object of snapshot.all()) if (object.namespace !== '') names.add(object.namespace);
  return [...names].sort();
}

function labelValues(value: unknown, key: string, owner: Owner, knowledge: Knowledge): readonly NameProposal[] {
  const host = stringOf(valueAt(value, ['spec', 'host']));
  if (host === undefined) return [];
  const services = knowledge.services.servicesOf(resolveHost(host, owner.namespace, knowledge.settings));
  const labels = services
    .flatMap((service) => knowledge.workloads.behind(service))
    .flatMap((each) => each.labels[key] ?? []);
  return [...new Set(labels)].sort().map((name) => ({ name, type: 'label' }));
}

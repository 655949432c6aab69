/** What a name stands for, in Markdown without HTML or links. Names come from files: nothing in them may become markup. */
import { fieldOf, isRecord, listOf, numberOf, stringOf, textsOf, valueAt } from '../../shared/untrusted.ts';
import { Kinds } from '../model/kinds.ts';
import type { Labels, MeshObject } from '../model/mesh-object.ts';
import { kindKey } from '../model/mesh-object.ts';
import { selectorMatches } from '../policy/semantics/hosts.ts';
import type { ServiceModel } from '../policy/semantics/services.ts';
import { describeCertificate } from './describe-certificate.ts';
import { codeSpan as code } from './markdown.ts';
import type { Knowledge } from './knowledge.ts';
import type { ObjectTarget, Target } from './references/target.ts';

/** Undefined where there is nothing to add to what stands there. `namespace` is that of the object with the name. */
export function describeTarget(target: Target, namespace: string, knowledge: Knowledge): string | undefined {
  switch (target.type) {
    case 'host':
      return describeHost(target.host, namespace, knowledge);
    case 'subset':
      return describeSubset(target, namespace, knowledge);
    case 'object':
      return describeObject(target, knowledge);
    case 'part': {
      const gateway = knowledge.snapshot.find(target.kind, target.namespace, target.name);
      const part = listOf(fieldOf(gateway?.spec, 'listeners')).find((each) => fieldOf(each, 'name') === target.part);
      return part === undefined
        ? `Gateway ${code(`${target.namespace}/${target.name}`)} has no listener ${code(target.part)}.`
        : `Listener ${code(target.part)}: ${listenerWords(part)}`;
    }
    case 'workloads': {
      const where = target.namespace === undefined ? 'in any namespace' : `in ${code(target.namespace)}`;
      return workloadWords(
        knowledge.selected(target.selector, target.namespace).map(({ object }) => object),
        knowledge.knowsWorkloads(target.namespace) ? where : 'that is known here',
      );
    }
  }
}

function describeObject({ kind, namespace, name }: ObjectTarget, knowledge: Knowledge): string | undefined {
  const shown = code(namespace === '' ? name : `${namespace}/${name}`);
  const kindName = kind.slice(kind.indexOf('/') + 1);
  const object = knowledge.snapshot.find(kind, namespace, name);
  if (!object) {
    // Namespaces are named everywhere and declared in few files.
    return kind === Kinds.namespace ? undefined : `No ${kindName} ${shown} is known.`;
  }
  const lines = [`${kindName} ${shown}`, ...detailsOf(object, knowledge)];
  if (object.origin.layer === 'cluster') lines.push(`In the cluster ${code(object.origin.source)}.`);
  return lines.join('\n\n');
}

function detailsOf(object: MeshObject, knowledge: Knowledge): readonly string[] {
  switch (kindKey(object)) {
    case Kinds.gateway:
      return [listOf(fieldOf(object.spec, 'servers')).map(serverWords).join('\n')];
    case Kinds.kubernetesGateway:
      return [
        `Class ${code(stringOf(fieldOf(object.spec, 'gatewayClassName')) ?? '?')}`,
        listOf(fieldOf(object.spec, 'listeners'))
          .map((each) => `- ${code(stringOf(fieldOf(each, 'name')) ?? '?')}: ${listenerWords(each)}`)
          .join('\n'),
      ];
    case Kinds.secret:
      return secretWords(object);
    case Kinds.namespace: {
      const labels = Object.entries(object.labels).map(([key, value]) => code(`${key}: ${value}`));
      return labels.length === 0 ? [] : [`Labels: ${labels.join(', ')}`];
    }
    case Kinds.serviceAccount: {
      const used = knowledge
        .workloadsIn(object.namespace)
        .filter(({ serviceAccount }) => serviceAccount === object.name);
      return [used.length === 0 ? 'No workload uses it.' : `Used by ${nameList(used.map((each) => each.object.name))}`];
    }
    default:
      return [];
  }
}

function serverWords(server: unknown): string {
  const port = numberOf(valueAt(server, ['port', 'number'])) ?? '?';
  const protocol = stringOf(valueAt(server, ['port', 'protocol'])) ?? '';
  const hosts = listOf(fieldOf(server, 'hosts')).filter((host) => typeof host === 'string');
  return `- ${code(`${String(port)} ${protocol}`)} for ${hosts.map(code).join(', ')}`;
}

function listenerWords(listener: unknown): string {
  const port = numberOf(fieldOf(listener, 'port')) ?? '?';
  const protocol = stringOf(fieldOf(listener, 'protocol')) ?? '';
  const hostname = stringOf(fieldOf(listener, 'hostname'));
  return `${code(`${String(port)} ${protocol}`)} for ${hostname === undefined ? 'any host' : code(hostname)}`;
}

/** Names of the keys and what the certificate says of itself; never a value. */
function secretWords({ rest }: MeshObject): readonly string[] {
  const data = fieldOf(rest, 'data');
  const texts = fieldOf(rest, 'stringData');
  const keys = [data, texts].flatMap((part) => (isRecord(part) ? Object.keys(part) : []));
  const type = stringOf(fieldOf(rest, 'type'));
  const encoded = textsOf(data)['tls.crt'] ?? textsOf(data).cert;
  const certificate = encoded === undefined ? textsOf(texts)['tls.crt'] : Buffer.from(encoded, 'base64').toString();
  return [
    ...(type === undefined ? [] : [`Type ${code(type)}`]),
    ...(keys.length === 0 ? [] : [`Keys: ${nameList(keys)}`]),
    ...(certificate === undefined ? [] : [describeCertificate(certificate)]),
  ];
}

function describeHost(host: string, namespace: string, knowledge: Knowledge): string {
  const services = knowledge.services.servicesOf(host);
  const [service] = services;
  if (!service) return `No Service or ServiceEntry with the host ${code(host)} is known.`;
  const kind = service.object.kind;
  const lines = [`${kind} ${code(service.host)}`];
  if (service.ports.length > 0) {
    const ports = service.ports.map(({ number, name, protocol }) => code(`${String(number)} ${name || protocol}`));
    lines.push(`Ports: ${ports.join(', ')}`);
  }
  const workloads = knowledge.workloads.behind(service);
  if (workloads.length > 0) lines.push(`Workloads: ${nameList(workloads.map(({ object }) => object.name))}`);
  const subsets = knowledge.subsets.rulesFor(host, namespace).flatMap((rule) => rule.subsets);
  if (subsets.length > 0) {
    const described = subsets.map(
      ({ name, labels }) => `- ${code(name)}: ${subsetLabels(labels)}${matching(service, labels, knowledge)}`,
    );
    lines.push(`Subsets:\n${described.join('\n')}`);
  }
  return lines.join('\n\n');
}

function describeSubset(
  { host, subset }: Target & { readonly type: 'subset' },
  namespace: string,
  knowledge: Knowledge,
): string {
  for (const rule of knowledge.subsets.rulesFor(host, namespace)) {
    const found = rule.subsets.find(({ name }) => name === subset);
    if (!found) continue;
    const workloads = knowledge.services
      .servicesOf(host)
      .flatMap((service) => knowledge.workloads.behind(service))
      .filter(({ labels }) => selectorMatches(found.labels, labels));
    const names = workloadWords(
      workloads.map(({ object }) => object),
      'behind the host',
    );
    return [`Subset ${code(subset)} of ${code(host)}: ${subsetLabels(found.labels)}`, names].join('\n\n');
  }
  return `No DestinationRule defines the subset ${code(subset)} of ${code(host)}.`;
}

function matching(service: ServiceModel, labels: Labels, knowledge: Knowledge): string {
  const count = knowledge.workloads.behind(service).filter((each) => selectorMatches(labels, each.labels)).length;
  return `, ${String(count)} workload${count === 1 ? '' : 's'}`;
}

function workloadWords(workloads: readonly MeshObject[], where: string): string {
  return workloads.length === 0
    ? `No workload ${where} has these labels.`
    : `Workloads: ${nameList(workloads.map(({ name }) => name))}`;
}

function subsetLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => code(`${key}: ${value}`));
  return pairs.length === 0 ? 'all workloads' : pairs.join(', ');
}

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(code).join(', ');
  return names.length > 8 ? `${shown} and ${String(names.length - 8)} more` : shown;
}

import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { Position, Range } from '../../shared/text.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Kinds } from '../model/kinds.ts';
import { fieldOf, listOf, numberOf, stringOf, valueAt } from '../../shared/untrusted.ts';
import type { DocumentSource } from '../policy/documents/document-file.ts';
import { typeName } from '../policy/schema/schema-at.ts';
import type { Schema } from '../policy/schema/schema.ts';
import { selectorMatches } from '../policy/semantics/hosts.ts';
import type { ServiceModel } from '../policy/semantics/services.ts';
import { cursorAt } from './cursor.ts';
import { fieldAt } from './definition.ts';
import type { Knowledge } from './knowledge.ts';
import { knowledgeOf } from './knowledge.ts';
import type { Target } from './reference-at.ts';

export interface HoverResult {
  /** Markdown without HTML or links. Names from files are in code spans. */
  readonly contents: string;
  readonly range: Range;
}

/** Help for the field at the position, and for names what they stand for. */
export function hover(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
): HoverResult | undefined {
  const cursor = cursorAt(files, uri, position);
  if (!cursor) return undefined;
  const help = cursor.schema && fieldHelp(String(cursor.path.at(-1) ?? ''), cursor.schema);
  const field = cursor.part === 'value' ? fieldAt(files, settings, uri, position) : undefined;
  const named = field && describeTarget(field.target, field.object.namespace, knowledgeOf(snapshot, settings));
  const isScalar = cursor.schema !== undefined && !['object', 'array', 'map'].includes(cursor.schema.type);
  if (cursor.part === 'value' && !isScalar && !named) return undefined;
  const contents = [named, help].filter((part) => part !== undefined).join('\n\n---\n\n');
  return contents === '' ? undefined : { contents, range: cursor.range };
}

/** What the table says of a field. */
export function fieldHelp(name: string, schema: Schema): string {
  const lines = [/^\d*$/.test(name) ? '' : `**${name}** · ${typeName(schema)}`, schema.help];
  if (schema.type === 'string' && schema.values) lines.push(schema.values.map((value) => code(value)).join(' · '));
  if ((schema.type === 'integer' || schema.type === 'number') && schema.minimum !== undefined) {
    const most =
      schema.maximum === undefined || schema.maximum === 4_294_967_295 ? '' : ` to ${String(schema.maximum)}`;
    if (schema.minimum !== 0 || most !== '') lines.push(`From ${String(schema.minimum)}${most}.`);
  }
  if (schema.deprecated !== undefined) lines.push(`Deprecated: use ${schema.deprecated}.`);
  return lines.filter((line) => line !== '').join('\n\n');
}

function describeTarget(target: Target, namespace: string, knowledge: Knowledge): string {
  switch (target.type) {
    case 'host':
      return describeHost(target.host, namespace, knowledge);
    case 'subset':
      return describeSubset(target, namespace, knowledge);
    case 'gateway': {
      const gateway = knowledge.snapshot.find(Kinds.gateway, target.namespace, target.name);
      if (!gateway) return `No Gateway ${code(`${target.namespace}/${target.name}`)} is known.`;
      const servers = listOf(fieldOf(gateway.spec, 'servers')).map((server) => {
        const port = numberOf(valueAt(server, ['port', 'number'])) ?? '?';
        const protocol = stringOf(valueAt(server, ['port', 'protocol'])) ?? '';
        const hosts = listOf(fieldOf(server, 'hosts')).filter((host) => typeof host === 'string');
        return `- ${code(`${String(port)} ${protocol}`)} for ${hosts.map(code).join(', ')}`;
      });
      return [`Gateway ${code(`${gateway.namespace}/${gateway.name}`)}`, servers.join('\n')].join('\n\n');
    }
  }
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
    const names =
      workloads.length === 0
        ? 'No workload has these labels.'
        : `Workloads: ${nameList(workloads.map(({ object }) => object.name))}`;
    return [`Subset ${code(subset)} of ${code(host)}: ${subsetLabels(found.labels)}`, names].join('\n\n');
  }
  return `No DestinationRule defines the subset ${code(subset)} of ${code(host)}.`;
}

function matching(service: ServiceModel, labels: Readonly<Record<string, string>>, knowledge: Knowledge): string {
  const count = knowledge.workloads.behind(service).filter((each) => selectorMatches(labels, each.labels)).length;
  return `, ${String(count)} workload${count === 1 ? '' : 's'}`;
}

function subsetLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => code(`${key}: ${value}`));
  return pairs.length === 0 ? 'all workloads' : pairs.join(', ');
}

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(code).join(', ');
  return names.length > 8 ? `${shown} and ${String(names.length - 8)} more` : shown;
}

/** Names come from files: nothing in them may become markup. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll(/\s+/g, ' ').slice(0, 200)}\``;
}

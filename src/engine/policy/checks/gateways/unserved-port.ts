import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf, textsOf } from '../../../../shared/untrusted.ts';
import { groupBy } from '../../../model/indexes/per-part.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { perObject } from '../per-object.ts';
import { readGateway } from './gateway-directory.ts';

interface PublishedPort {
  readonly port: number;
  /** A number, or the name of a port of the container; the port itself where nothing is said. */
  readonly target: number | string;
}

interface PublishingService {
  readonly object: MeshObject;
  readonly selector: Labels;
  readonly ports: readonly PublishedPort[];
}

const readService = perObject((object: MeshObject): PublishingService => ({
  object,
  selector: textsOf(fieldOf(object.spec, 'selector')),
  ports: listOf(fieldOf(object.spec, 'ports')).flatMap((entry): PublishedPort[] => {
    const port = numberOf(fieldOf(entry, 'port'));
    const protocol = stringOf(fieldOf(entry, 'protocol')) ?? 'TCP';
    if (!isRecord(entry) || port === undefined || protocol !== 'TCP') return [];
    return [{ port, target: numberOf(entry.targetPort) ?? stringOf(entry.targetPort) ?? port }];
  }),
}));

/** Services that select something, by namespace. */
const publishingServices: Index<ReadonlyMap<string, readonly PublishingService[]>> = {
  inputs: [Kinds.service],
  relevant: (object) => {
    const { selector, ports } = readService(object);
    return [selector, ports];
  },
  build: (objects) =>
    groupBy(
      objects
        .ofKind(Kinds.service)
        .map(readService)
        .filter(({ selector }) => Object.keys(selector).length > 0),
      ({ object }) => [object.namespace],
    ),
};

export const unservedPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH1506',
  rule: 'unserved-port',
  aliases: ['IST0162'],
  severity: 'warning',
  summary: 'No Service of the proxies of a Gateway leads to one of its ports, so nobody gets there from outside.',
  subject: Kinds.gateway,
  inputs: [workloadDirectory, publishingServices],
  run(context) {
    const { subject } = context;
    const { selector, servers } = readGateway(subject);
    if (Object.keys(selector).length === 0) return;
    const directory = context.index(workloadDirectory);
    const proxies = directory.selected(selector);
    const services = context.index(publishingServices);
    const published = proxies.flatMap((proxy) =>
      (services.get(proxy.namespace) ?? [])
        .filter((service) => selectorMatches(service.selector, proxy.labels))
        .map((service) => ({ service, proxy })),
    );
    // Proxies in the network of their hosts need no Service, and files may leave out the one there is.
    if (proxies.some(({ hostNetwork }) => hostNetwork) || (published.length === 0 && !directory.isComplete)) return;
    for (const { port, path } of servers) {
      if (port === undefined || published.some(({ service, proxy }) => leadsTo(service, proxy, port))) continue;
      const others = [...new Map(published.map(({ service }) => [service.object, service])).values()];
      const has = others.map(({ object, ports }) => `: \`${object.name}\` has ${portList(ports)}`).join(';');
      const place: FieldPath = [...path, 'port', 'number'];
      context.report(subject, place, {
        message: `No Service leads to port ${String(port)} of the proxies that serve this Gateway${has}.`,
        part: 'value',
        related: others
          .slice(0, 5)
          .map(({ object }) => ({ message: `Service ${object.name}`, object, path: ['spec', 'ports'] })),
      });
    }
  },
};

/** The number may also be that of the Service: istiod maps it to the port behind. */
function leadsTo({ ports }: PublishingService, proxy: WorkloadView, wanted: number): boolean {
  return ports.some(({ port, target }) => {
    if (port === wanted || target === wanted) return true;
    if (typeof target === 'number') return false;
    const named = proxy.ports.find(({ name }) => name === target);
    // A name that no container declares may stand for any number.
    return named === undefined || named.number === wanted;
  });
}

function portList(ports: readonly PublishedPort[]): string {
  return ports
    .map(({ port, target }) => (target === port ? String(port) : `${String(port)} → ${String(target)}`))
    .join(', ');
}

import type { Severity } from '../../../../shared/diagnostics.ts';
import { groupBy } from '../../../model/indexes/per-part.ts';
import { Kinds } from '../../../model/kinds.ts';
import { byAge } from '../../semantics/object-order.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import type { WorkloadDirectory } from '../directories/workload-directory.ts';
import type { GatewayView, ServerView } from './gateway-directory.ts';
import { readGateway, selectorsNest } from './gateway-directory.ts';

interface BoundServer {
  readonly gateway: GatewayView;
  readonly server: ServerView;
}

/** Servers by port and address: of those a proxy has one listener. */
const serversByPort: Index<ReadonlyMap<string, readonly BoundServer[]>> = {
  inputs: [Kinds.gateway],
  relevant: (object) => {
    const { selector, servers } = readGateway(object);
    return [selector, servers.map(({ port, bind, protocol, hosts, tls }) => [port, bind, protocol, hosts, tls?.mode])];
  },
  build: (objects) =>
    groupBy(
      objects.ofKind(Kinds.gateway).flatMap((object) => {
        const gateway = readGateway(object);
        return gateway.servers.map((server): BoundServer => ({ gateway, server }));
      }),
      ({ server }) => [placeOf(server)],
    ),
};

const placeOf = ({ port, bind }: ServerView): string => `${String(port)} ${bind}`;

export const conflictingGateways: ObjectCheck = {
  scope: 'object',
  code: 'MESH1502',
  rule: 'conflicting-gateways',
  aliases: ['IST0145', 'KIA0301'],
  severity: 'error',
  summary: 'Two servers on one port of the same proxies have a host in common, or protocols that do not go together.',
  subject: Kinds.gateway,
  inputs: [serversByPort, workloadDirectory],
  run(context) {
    const own = readGateway(context.subject);
    for (const server of own.servers) if (server.port !== undefined) checkServer(context, own, server);
  },
};

function checkServer(context: CheckContext, gateway: GatewayView, server: ServerView): void {
  const { subject } = context;
  const directory = context.index(workloadDirectory);
  const others = (context.index(serversByPort).get(placeOf(server)) ?? []).filter((other) => {
    const { name, namespace } = other.gateway.object;
    // Another version of the same object, in another file, is no rival. Of one object each pair is told once.
    const isSame = name === subject.name && namespace === subject.namespace;
    if (isSame)
      return other.gateway === gateway && gateway.servers.indexOf(other.server) < gateway.servers.indexOf(server);
    return shareProxies(directory, gateway, other.gateway);
  });
  let hasRival = false;
  for (const { host, namespace, path } of server.hosts) {
    const rivals = others.flatMap((other) => {
      const claim = other.server.hosts.find(
        (each) => each.host === host && (each.namespace === namespace || each.namespace === '*' || namespace === '*'),
      );
      return claim ? [{ ...other, path: claim.path }] : [];
    });
    const [first] = rivals;
    if (!first) continue;
    hasRival = true;
    const outcome = outcomeOf({ gateway, server }, first);
    const names = [...new Set(rivals.map(({ gateway: { object } }) => nameOf(object, subject)))];
    context.report(subject, path, {
      message: `${listed(names)} ${names.length === 1 ? 'has' : 'have'} \`${host}\` on port ${String(server.port)} of the same proxies. ${outcome.says}`,
      part: 'value',
      severity: outcome.severity,
      related: rivals.slice(0, 10).map((rival) => ({
        message: `Gateway ${rival.gateway.object.name}`,
        object: rival.gateway.object,
        path: rival.path,
      })),
    });
  }
  if (!hasRival) checkProtocols(context, { gateway, server }, others);
}

/** A listener is of one sort; whatever their hosts, a server of another sort is left out. */
function checkProtocols(context: CheckContext, own: BoundServer, others: readonly BoundServer[]): void {
  const { subject } = context;
  const { server } = own;
  const rival = others.find((other) => other.server.protocol !== '' && groupOf(other.server) !== groupOf(server));
  if (!rival || server.protocol === '') return;
  context.report(subject, [...server.path, 'port', 'protocol'], {
    message: `${nameOf(rival.gateway.object, subject)} has ${rival.server.protocol} on port ${String(server.port)} of the same proxies, and a port is for one of plain HTTP, TLS and TCP. ${outcomeOf(own, rival).says}`,
    part: 'value',
    severity: 'warning',
    related: [
      {
        message: `Gateway ${rival.gateway.object.name}`,
        object: rival.gateway.object,
        path: [...rival.server.path, 'port', 'protocol'],
      },
    ],
  });
}

function listed(names: readonly string[]): string {
  const more = names.length - 3;
  return more > 0 ? `${names.slice(0, 3).join(', ')} and ${String(more)} more` : names.join(', ');
}

function nameOf(object: GatewayView['object'], subject: GatewayView['object']): string {
  return object === subject ? 'Another server of this Gateway' : `Gateway \`${object.namespace}/${object.name}\``;
}

/** One proxy serves both, as far as is known. */
function shareProxies(directory: WorkloadDirectory, a: GatewayView, b: GatewayView): boolean {
  const shared = directory.selected(a.selector).some(({ labels }) => selectorMatches(b.selector, labels));
  if (shared || isEqual(a, b)) return true;
  // Proxies that nobody declares here may have the labels of both.
  return directory.selected(a.selector).length === 0 && selectorsNest(a.selector, b.selector);
}

function isEqual(a: GatewayView, b: GatewayView): boolean {
  return selectorMatches(a.selector, b.selector) && selectorMatches(b.selector, a.selector);
}

/** What shares a listener: HTTP is joined, TLS is told apart by host, and TCP by nothing. */
function groupOf({ protocol }: ServerView): 'HTTP' | 'TLS' | 'TCP' {
  if (['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(protocol)) return 'HTTP';
  return protocol === 'HTTPS' || protocol === 'TLS' ? 'TLS' : 'TCP';
}

function outcomeOf(own: BoundServer, other: BoundServer): { readonly says: string; readonly severity: Severity } {
  const group = groupOf(own.server);
  if (group === 'HTTP' && groupOf(other.server) === 'HTTP') {
    return { says: 'Requests for it go by the routes of all of them, the oldest first.', severity: 'information' };
  }
  const isFirst = own.gateway !== other.gateway && byAge(own.gateway.object, other.gateway.object) < 0;
  const says = isFirst
    ? 'Istio keeps the older and ignores the other.'
    : 'Istio keeps the older, so this one is ignored.';
  return { says, severity: 'error' };
}

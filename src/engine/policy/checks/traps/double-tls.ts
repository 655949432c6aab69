import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { resolveHost } from '../../semantics/hosts.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { routeOf } from '../gateway-api/gateway-views.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

const routeKinds: readonly KindKey[] = [Kinds.virtualService, Kinds.httpRoute, Kinds.grpcRoute, Kinds.tcpRoute];

/** Hosts as rules write them that get connections which a proxy has opened, and may encrypt again. */
function openedHosts(object: MeshObject): readonly string[] {
  if (object.kind !== 'VirtualService') {
    return routeOf(object).rules.flatMap(({ backends }) =>
      backends.filter(({ kind }) => kind === 'Hostname').map(({ name }) => name),
    );
  }
  return rulesOf(object).flatMap(({ type, destinations }) =>
    type === 'tls' ? [] : destinations.flatMap(({ destination }) => destination?.host ?? []),
  );
}

const hostsOfOpenRules: Index<ReadonlySet<string>> = {
  inputs: routeKinds,
  relevant: openedHosts,
  build: (objects, settings) =>
    new Set(
      routeKinds.flatMap((kind) =>
        objects
          .ofKind(kind)
          .flatMap((object) => openedHosts(object).map((host) => resolveHost(host, object.namespace, settings))),
      ),
    ),
};

export const doubleTls: ObjectCheck = {
  scope: 'object',
  code: 'MESH1452',
  rule: 'double-tls',
  aliases: [],
  severity: 'warning',
  summary: 'TLS is put around what is TLS already: programs call a port of HTTPS, and proxies encrypt it once more.',
  subject: Kinds.destinationRule,
  inputs: [serviceDirectory, hostsOfOpenRules],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    const host = stringOf(fieldOf(subject.spec, 'host')) ?? '';
    const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
    if (lookup.state !== 'known') return;
    const entries = lookup.services.filter(({ object }) => object.kind === 'ServiceEntry');
    if (entries.length === 0 || entries.length < lookup.services.length) return;
    if (context.index(hostsOfOpenRules).has(resolveHost(host, subject.namespace, settings))) return;
    const policy = ['spec', 'trafficPolicy'];
    check(context, entries, [...policy, 'tls'], undefined);
    const ports = listOf(valueAt(subject, [...policy, 'portLevelSettings']));
    for (const [index, entry] of ports.entries()) {
      const port = numberOf(valueAt(entry, ['port', 'number']));
      if (port !== undefined) check(context, entries, [...policy, 'portLevelSettings', index, 'tls'], port);
    }
  },
};

function check(
  context: CheckContext,
  entries: readonly ServiceModel[],
  path: FieldPath,
  port: number | undefined,
): void {
  const { subject } = context;
  const mode = stringOf(valueAt(subject, [...path, 'mode']));
  // What goes through a tunnel is meant for whoever is behind it: the TLS here ends at the proxy that opens the tunnel.
  if (fieldOf(valueAt(subject, path.slice(0, -1)), 'tunnel') !== undefined) return;
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL') return;
  const ports = entries.flatMap((entry) => entry.ports).filter(({ number }) => port === undefined || number === port);
  if (ports.length === 0 || ports.some(({ protocol }) => protocol !== 'tls')) return;
  const [entry] = entries;
  const numbers = [...new Set(ports.map(({ number }) => number))].join(', ');
  context.report(subject, [...path, 'mode'], {
    message: `What programs send to port ${numbers} is TLS already, and this encrypts it once more, which the server does not understand. Leave it out, or have programs send plain HTTP to a port of protocol HTTP.`,
    part: 'value',
    related: entry ? [{ message: 'Its ports are declared here.', object: entry.object, path: ['spec', 'ports'] }] : [],
  });
}

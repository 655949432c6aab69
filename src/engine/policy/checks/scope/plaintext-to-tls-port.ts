import { fieldOf, isRecord, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { hostCovers, resolveHost } from '../../semantics/hosts.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';

const plainProtocols: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC']);

const tlsModes: ReadonlySet<string> = new Set(['SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']);

export const plaintextToTlsPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH1613',
  rule: 'plaintext-to-tls-port',
  aliases: [],
  severity: 'warning',
  summary: 'A ServiceEntry sends plain HTTP to port 443 of a host outside, and no DestinationRule makes TLS of it.',
  subject: Kinds.serviceEntry,
  inputs: [Kinds.destinationRule],
  run(context) {
    const { subject } = context;
    if (fieldOf(subject.spec, 'location') === 'MESH_INTERNAL') return;
    // What is no name of a host has a finding of its own.
    const hosts = listOf(fieldOf(subject.spec, 'hosts')).flatMap((host) =>
      typeof host === 'string' && !host.includes('://') ? [host] : [],
    );
    if (hosts.length === 0) return;
    for (const [index, port] of listOf(fieldOf(subject.spec, 'ports')).entries()) {
      if (!isRecord(port) || !plainProtocols.has((stringOf(port.protocol) ?? '').toUpperCase())) continue;
      const number = numberOf(port.number);
      const target = numberOf(port.targetPort);
      const isTarget = target === 443;
      // A program that calls the port itself may well speak TLS, but then the protocol is wrong.
      if (!isTarget && !(target === undefined && number === 443)) continue;
      // TLS that is started on a port of another number instead has a finding of its own.
      if (rulesFor(context, hosts).some((rule) => startsTls(rule, isTarget ? undefined : number))) continue;
      const path = ['spec', 'ports', index, isTarget ? 'targetPort' : 'protocol'];
      context.report(subject, path, {
        message: isTarget
          ? 'Requests arrive at port 443 as plain HTTP: no DestinationRule here starts TLS (`tls.mode: SIMPLE`) for these hosts.'
          : 'Who calls port 443 speaks TLS as a rule, which is no HTTP that a proxy can read: the connection fails. The protocol is HTTPS; or a DestinationRule must start TLS for plain requests.',
        part: 'value',
      });
    }
  },
};

/** DestinationRules that are for one of the hosts, in any namespace. */
function rulesFor(context: CheckContext, hosts: readonly string[]): readonly MeshObject[] {
  return context.ofKind(Kinds.destinationRule).filter((rule) => {
    const wide = resolveHost(stringOf(fieldOf(rule.spec, 'host')) ?? '', rule.namespace, context.settings);
    return hosts.some((host) => host === wide || hostCovers(wide, host));
  });
}

/** Whether it starts TLS on the port, or on any; that TLS of the mesh is no good there has a finding of its own. */
function startsTls({ spec }: MeshObject, number: number | undefined): boolean {
  const policies = [
    fieldOf(spec, 'trafficPolicy'),
    ...listOf(fieldOf(spec, 'subsets')).map((subset) => fieldOf(subset, 'trafficPolicy')),
  ];
  return policies
    .flatMap((policy) => [
      policy,
      ...listOf(fieldOf(policy, 'portLevelSettings')).filter(
        (each) => number === undefined || numberOf(valueAt(each, ['port', 'number'])) === number,
      ),
    ])
    .some((policy) => tlsModes.has(stringOf(valueAt(policy, ['tls', 'mode'])) ?? ''));
}

import { fieldOf, listOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { hostsOverlap, lettersCover } from '../../semantics/hosts.ts';
import { wildcardHostProblem } from '../admission/formats/host-names.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { parseGatewayName } from '../routing/unknown-gateway.ts';
import { hostsOf } from '../routing/virtual-service-view.ts';
import { readGateway, routedServers } from './gateway-directory.ts';

export const hostNotInGateway: ObjectCheck = {
  scope: 'object',
  code: 'MESH1507',
  rule: 'host-not-in-gateway',
  aliases: ['IST0132'],
  severity: 'warning',
  summary: 'A VirtualService is bound to a gateway that has none of its hosts, so no request gets to it there.',
  subject: Kinds.virtualService,
  inputs: [Kinds.gateway],
  run(context) {
    const { subject } = context;
    // A text that can be no host has a finding of its own.
    const hosts = hostsOf(subject).flatMap(({ host }) => (wildcardHostProblem(host) === undefined ? [host] : []));
    if (hosts.length === 0) return;
    for (const [index, written] of listOf(fieldOf(subject.spec, 'gateways')).entries()) {
      if (typeof written !== 'string' || written === 'mesh') continue;
      const gateway = gatewayNamed(context, written);
      const offered = gateway && offeredHosts(gateway, context);
      if (!gateway || !offered || meet(offered, hosts, sharesLetters)) continue;
      const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
      const has = offered.length === 0 ? `has no host for namespace \`${subject.namespace}\`` : `has ${list(offered)}`;
      const letters = meet(offered, hosts, hostsOverlap) ? ' in these letters, by which Istio goes here' : '';
      context.report(subject, ['spec', 'gateways', index], {
        message: `Gateway \`${written}\` ${has}, and no ${hosts.length === 1 ? `\`${hosts[0] ?? ''}\`` : `host of ${list(hosts)}`}${letters}: nothing of this VirtualService is served there.`,
        part: 'value',
        related: [{ message: 'The hosts of the gateway.', object: gateway, path: ['spec', 'servers'] }],
      });
    }
  },
};

function meet(a: readonly string[], b: readonly string[], overlap: (a: string, b: string) => boolean): boolean {
  return a.some((each) => b.some((other) => overlap(each, other)));
}

const sharesLetters = (a: string, b: string): boolean => lettersCover(a, b) || lettersCover(b, a);

function gatewayNamed(context: CheckContext, written: string): MeshObject | undefined {
  const { namespace, name } = parseGatewayName(written, context.subject.namespace);
  return context.find(Kinds.gateway, namespace, name);
}

/** Hosts that the gateway gives to VirtualServices of the subject's namespace; undefined where they cannot be read. */
function offeredHosts(gateway: MeshObject, { subject, isNamespaceKnown }: CheckContext): readonly string[] | undefined {
  const hosts = routedServers(readGateway(gateway).servers).flatMap((server) => server.hosts);
  if (hosts.length === 0) return undefined;
  const usable = hosts.filter(
    ({ namespace }) => namespace === '*' || namespace === subject.namespace || (!isNamespaceKnown && namespace !== '~'),
  );
  return [...new Set(usable.map(({ path }) => String(valueAt(gateway, path)).replace(/^[^/]*\//, '')))];
}

import { stringOf, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import { groupBy } from '../../../model/indexes/per-part.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Index, ObjectCheck } from '../check.ts';
import type { GatewayView, ServerView } from './gateway-directory.ts';
import { readGateway, selectorsNest } from './gateway-directory.ts';

/** What tells two certificates apart; undefined where the server has none of its own. */
function certificateOf(tls: UntrustedRecord): string | undefined {
  const credential = stringOf(tls.credentialName);
  if (credential) return `credential ${credential}`;
  const [certificate, key] = [stringOf(tls.serverCertificate), stringOf(tls.privateKey)];
  return certificate && key ? `files ${certificate} ${key}` : undefined;
}

interface CertifiedServer {
  readonly gateway: GatewayView;
  readonly server: ServerView;
  readonly certificate: string;
}

function certifiedServers(gateway: GatewayView): readonly CertifiedServer[] {
  return gateway.servers.flatMap((server) => {
    const certificate = server.tls && certificateOf(server.tls);
    return certificate === undefined ? [] : [{ gateway, server, certificate }];
  });
}

const serversByCertificate: Index<ReadonlyMap<string, readonly CertifiedServer[]>> = {
  inputs: [Kinds.gateway],
  relevant: (object) => [
    readGateway(object).selector,
    certifiedServers(readGateway(object)).map(({ server, certificate }) => [server.path, certificate]),
  ],
  build: (objects) =>
    groupBy(
      objects.ofKind(Kinds.gateway).flatMap((object) => certifiedServers(readGateway(object))),
      ({ certificate }) => [certificate],
    ),
};

export const duplicateCertificate: ObjectCheck = {
  scope: 'object',
  code: 'MESH1505',
  rule: 'duplicate-certificate',
  aliases: ['IST0138'],
  severity: 'warning',
  summary:
    'Two Gateways of the same proxies serve one certificate, so that browsers get 404 on connections they reuse.',
  subject: Kinds.gateway,
  inputs: [serversByCertificate],
  run(context) {
    const { subject } = context;
    const own = readGateway(subject);
    for (const { server, certificate } of certifiedServers(own)) {
      const rivals = (context.index(serversByCertificate).get(certificate) ?? []).filter(
        ({ gateway }) =>
          !(gateway.object.name === subject.name && gateway.object.namespace === subject.namespace) &&
          selectorsNest(own.selector, gateway.selector),
      );
      if (rivals.length === 0) continue;
      const key = certificate.startsWith('credential ') ? 'credentialName' : 'serverCertificate';
      const names = [...new Set(rivals.map(({ gateway: { object } }) => `\`${object.namespace}/${object.name}\``))];
      context.report(subject, [...server.path, 'tls', key], {
        message: `Gateway ${names.join(', ')} serves the same certificate from the same proxies. A browser uses one HTTP/2 connection for the hosts of both and gets 404 for those of the other.`,
        part: 'value',
        related: rivals.slice(0, 10).map(({ gateway: { object }, server: { path } }) => ({
          message: `Gateway ${object.name}`,
          object,
          path: [...path, 'tls', key],
        })),
      });
    }
  },
};

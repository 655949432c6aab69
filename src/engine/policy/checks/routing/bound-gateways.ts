/** Which listeners of gateways and ports of services the requests of a VirtualService come through. */
import { listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { hostsOverlap } from '../../semantics/hosts.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { CheckContext } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import type { ServerView } from '../gateways/gateway-directory.ts';
import { readGateway } from '../gateways/gateway-directory.ts';
import { parseGatewayName } from './unknown-gateway.ts';
import { gatewaysOf, hostsOf } from './virtual-service-view.ts';

/** What `serversOf` and `meshServicesOf` read. */
export const boundInputs = [Kinds.gateway, serviceDirectory] as const;

/** The same name for every way to write one: `namespace/name`, or `mesh`. */
export function gatewayId(context: CheckContext, written: string): string {
  if (written === 'mesh') return written;
  const { namespace, name } = parseGatewayName(written, context.subject.namespace);
  return `${namespace}/${name}`;
}

/** Gateways that a match is limited to, else those of the whole object. */
export function gatewaysOfMatch(context: CheckContext, match: unknown): readonly string[] {
  const own = listOf(typeof match === 'object' && match !== null && 'gateways' in match ? match.gateways : []);
  const names = own.filter((name) => typeof name === 'string');
  return names.length > 0 ? names : gatewaysOf(context.subject);
}

/** Servers of a Gateway that have a host of the subject; undefined for a gateway that is not known. */
export function serversOf(context: CheckContext, written: string): readonly ServerView[] | undefined {
  const { subject } = context;
  const { namespace, name } = parseGatewayName(written, subject.namespace);
  // Files may have versions of it to choose from; they take the place of what a cluster has.
  const versions = context.versionsOf(Kinds.gateway, namespace, name);
  const ofFiles = versions.filter(({ origin }) => origin.layer === 'workspace');
  const gateways = ofFiles.length > 0 ? ofFiles : versions.slice(0, 1);
  if (gateways.length === 0) return undefined;
  const hosts = hostsOf(subject).map(({ host }) => host.toLowerCase());
  return gateways
    .flatMap((gateway) => readGateway(gateway).servers)
    .filter((server) =>
      server.hosts.some(
        (offered) =>
          (offered.namespace === '*' || offered.namespace === subject.namespace) &&
          hosts.some((host) => hostsOverlap(host, offered.host)),
      ),
    );
}

/** Services that the hosts of the subject stand for in the mesh; undefined where one of them is not known. */
export function meshServicesOf(context: CheckContext): readonly ServiceModel[] | undefined {
  const { subject, isNamespaceKnown } = context;
  const directory = context.index(serviceDirectory);
  const found: ServiceModel[] = [];
  for (const { host } of hostsOf(subject)) {
    const lookup = directory.lookUp(host, subject.namespace, isNamespaceKnown);
    if (lookup.state !== 'known' || lookup.services.length === 0) return undefined;
    found.push(...lookup.services);
  }
  return found.length > 0 ? found : undefined;
}

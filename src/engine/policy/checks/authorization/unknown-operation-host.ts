import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { listOf, fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { hostCovers } from '../../semantics/hosts.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import type { ServiceDirectory } from '../directories/service-directory.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { replacements } from '../replacements.ts';
import { conditionValues } from './authorization-view.ts';

/** Hosts that VirtualServices and Gateways serve, as written. */
const routedHosts: Index<readonly string[]> = {
  inputs: [Kinds.virtualService, Kinds.gateway],
  relevant: ({ spec }) => hostsIn(spec),
  build: (objects) => [
    ...new Set(
      [...objects.ofKind(Kinds.virtualService), ...objects.ofKind(Kinds.gateway)].flatMap(({ spec }) => hostsIn(spec)),
    ),
  ],
};

function hostsIn(spec: unknown): readonly string[] {
  const servers = listOf(fieldOf(spec, 'servers')).flatMap((server) => listOf(fieldOf(server, 'hosts')));
  return [...listOf(fieldOf(spec, 'hosts')), ...servers].flatMap((host) =>
    typeof host === 'string' ? [host.slice(host.indexOf('/') + 1).toLowerCase()] : [],
  );
}

export const unknownOperationHost: ObjectCheck = {
  scope: 'object',
  code: 'MESH1703',
  rule: 'unknown-operation-host',
  aliases: ['KIA0104'],
  severity: 'warning',
  summary: 'An AuthorizationPolicy is about a host of the mesh that does not exist.',
  subject: Kinds.authorizationPolicy,
  inputs: [serviceDirectory, routedHosts],
  run(context) {
    const { subject } = context;
    const directory = context.index(serviceDirectory);
    const routed = context.index(routedHosts);
    for (const { key, part, value, path } of conditionValues(subject)) {
      if (part !== 'operation' || (key !== 'hosts' && key !== 'notHosts')) continue;
      const host = value.toLowerCase().replace(/:(?:\d+|\*)$/, '');
      const meant = host === '' || host.includes('*') ? undefined : serviceMeant(context, directory, host);
      if (!meant || meant.known.length === 0 || meant.known.includes(meant.name)) continue;
      if (directory.servicesOf(host).length > 0 || directory.mayBeMade(meant.namespace, meant.name)) continue;
      if (routed.some((other) => other !== '*' && hostCovers(other, host))) continue;
      const near = nearestNames(meant.name, meant.known);
      context.report(subject, path, {
        message: `No service \`${meant.name}\`${meant.where}, so no request is for \`${value}\`.${didYouMean(near)}`,
        part: 'value',
        fixes: replacements(
          subject,
          path,
          near.map((name) => name + value.slice(meant.name.length)),
        ),
      });
    }
  },
};

interface MeantService {
  readonly name: string;
  readonly where: string;
  /** Services that could be meant; none: nothing is known of them. */
  readonly known: readonly string[];
  readonly namespace: string;
}

/** The service a host stands for; undefined for hosts that need not be of this mesh. */
function serviceMeant(context: CheckContext, directory: ServiceDirectory, host: string): MeantService | undefined {
  const { subject, isNamespaceKnown, settings } = context;
  const [name = '', namespace, ...rest] = host.split('.');
  if (namespace === undefined) {
    // A policy of the root namespace is for services of all namespaces; where the namespace is not known, it is any.
    const isAnywhere = !isNamespaceKnown || subject.namespace === settings.rootNamespace;
    return isAnywhere
      ? undefined
      : {
          name,
          where: ` in namespace \`${subject.namespace}\``,
          known: directory.namesIn(subject.namespace),
          namespace: subject.namespace,
        };
  }
  const tail = rest.join('.');
  if (!['', 'svc', `svc.${settings.clusterDomain}`].includes(tail)) return undefined;
  return { name, where: ` in namespace \`${namespace}\``, known: directory.namesIn(namespace), namespace };
}

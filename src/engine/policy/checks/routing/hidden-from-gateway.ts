import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ExportTo } from '../../semantics/export-to.ts';
import { exportToOf, isExportedTo } from '../../semantics/export-to.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { subsetDirectory } from '../directories/subset-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { readGateway } from '../gateways/gateway-directory.ts';
import { mayBeGateway } from '../gateways/gateway-proxies.ts';
import { parseGatewayName } from './unknown-gateway.ts';
import type { DestinationView } from './virtual-service-view.ts';
import { destinationsOf, gatewaysOf, hostsOf, rulesOf } from './virtual-service-view.ts';

export const hiddenFromGateway: ObjectCheck = {
  scope: 'object',
  code: 'MESH1313',
  rule: 'hidden-from-gateway',
  aliases: [],
  severity: 'warning',
  summary:
    'A VirtualService, or what its routes lead to, is not exported to the namespace of the gateway it is bound to.',
  subject: Kinds.virtualService,
  inputs: [Kinds.gateway, workloadDirectory, serviceDirectory, subsetDirectory],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    // A delegate is read with the VirtualService that names it.
    if (!isNamespaceKnown || hostsOf(subject).length === 0) return;
    for (const written of gatewaysOf(subject)) {
      const place = placeOf(context, written);
      if (!place) continue;
      const exportTo = exportToOf(subject, settings, 'defaultVirtualServiceExportTo');
      if (isSeen(place, exportTo, subject)) checkDestinations(context, place);
      else reportHidden(context, place);
      return;
    }
  },
};

/** Where the proxies of a Gateway are. */
interface GatewayPlace {
  readonly gateway: MeshObject;
  /** Of its proxies, as far as they are known. */
  readonly namespaces: readonly string[];
}

function placeOf(context: CheckContext, written: string): GatewayPlace | undefined {
  const { namespace, name } = parseGatewayName(written, context.subject.namespace);
  const gateway = written === 'mesh' ? undefined : context.find(Kinds.gateway, namespace, name);
  if (!gateway || !context.hasKnownNamespace(gateway)) return undefined;
  const { selector } = readGateway(gateway);
  if (Object.keys(selector).length === 0) return undefined;
  const proxies = context.index(workloadDirectory).selected(selector).filter(mayBeGateway);
  if (!proxies.every(({ object }) => context.hasKnownNamespace(object))) return undefined;
  return { gateway, namespaces: [...new Set(proxies.map((proxy) => proxy.namespace))] };
}

/**
 * Whether some proxy of the gateway may see what is exported so. Proxies that are not known are anywhere but in the
 * namespace of an object that is kept to it, while the Gateway is in another one.
 */
function isSeen({ gateway, namespaces }: GatewayPlace, exportTo: ExportTo, { namespace }: MeshObject): boolean {
  if (namespaces.length > 0) return namespaces.some((each) => isExportedTo(exportTo, each));
  return namespace === gateway.namespace || [...exportTo].some((each) => each !== namespace);
}

/** For the end of a sentence. */
function whereIs({ gateway, namespaces }: GatewayPlace): string {
  return namespaces.length > 0
    ? `the proxies of Gateway \`${gateway.name}\`, in namespace \`${namespaces.join('`, `')}\``
    : `the proxies of Gateway \`${gateway.name}\`, unless they are in this very namespace`;
}

function reportHidden(context: CheckContext, place: GatewayPlace): void {
  const { subject } = context;
  const [namespace] = place.namespaces;
  const path = ['spec', 'exportTo'];
  const isWritten = listOf(fieldOf(subject.spec, 'exportTo')).length > 0;
  const canAdd = isWritten && namespace !== undefined && !listOf(fieldOf(subject.spec, 'exportTo')).includes('~');
  context.report(subject, isWritten ? path : ['metadata', 'name'], {
    message: `This is not exported to ${whereIs(place)}: requests there get 404.`,
    part: isWritten ? 'key' : 'value',
    related: [{ message: 'The gateway.', object: place.gateway, path: ['metadata', 'name'] }],
    fixes: canAdd
      ? [
          {
            title: `Export it to \`${namespace}\` too`,
            isPreferred: true,
            changes: [{ type: 'append-item', object: subject, path, value: namespace }],
          },
        ]
      : [],
  });
}

function checkDestinations(context: CheckContext, place: GatewayPlace): void {
  const { subject } = context;
  // Rules that are for some gateways only are another matter for each.
  if (rulesOf(subject).some(({ matches }) => matches.some(({ value }) => listOf(value.gateways).length > 0))) return;
  for (const destination of destinationsOf(subject)) checkDestination(context, place, destination);
}

function checkDestination(context: CheckContext, place: GatewayPlace, destination: DestinationView): void {
  const { subject } = context;
  const lookup = context.index(serviceDirectory).lookUp(destination.host, subject.namespace, true);
  if (lookup.state !== 'known' || lookup.services.length === 0) return;
  const [service] = lookup.services;
  if (service && !lookup.services.some(({ exportTo, object }) => isSeen(place, exportTo, object))) {
    context.report(subject, [...destination.path, 'host'], {
      message: `\`${destination.host}\` is not exported to ${whereIs(place)}: their requests fail with 503.`,
      part: 'value',
      related: [{ message: 'It is declared here.', object: service.object, path: ['metadata', 'name'] }],
    });
    return;
  }
  const rules = context
    .index(subsetDirectory)
    .rulesFor(lookup.host, subject.namespace)
    .filter(({ subsets }) => subsets.some(({ name }) => name === destination.subset));
  const [rule] = rules;
  if (!rule || rules.some(({ exportTo, object }) => isSeen(place, exportTo, object))) return;
  context.report(subject, [...destination.path, 'subset'], {
    message: `The DestinationRule that defines \`${destination.subset ?? ''}\` is not exported to ${whereIs(place)}: their requests fail with 503.`,
    part: 'value',
    related: [{ message: 'It is defined here.', object: rule.object, path: ['spec', 'exportTo'] }],
  });
}

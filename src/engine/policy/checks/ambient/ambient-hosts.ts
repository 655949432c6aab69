/** Services that a VirtualService or DestinationRule of an ambient namespace is about. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { isWildcard } from '../../semantics/hosts.ts';
import { isAmbientNamespace } from '../../semantics/mesh-membership.ts';
import { hasWaypoint } from '../../semantics/waypoints.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { CheckContext, CheckInput } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { gatewaysOf, hostsOf } from '../routing/virtual-service-view.ts';

export const trafficKinds = [Kinds.virtualService, Kinds.destinationRule];
/** What `ambientHosts` reads. */
export const ambientHostInputs: readonly CheckInput[] = [serviceDirectory, namespaceDirectory, Kinds.service];

export interface AmbientHost {
  readonly service: ServiceModel;
  /** As written. */
  readonly host: string;
  readonly path: FieldPath;
  readonly hasWaypoint: boolean;
}

/** Hosts that are services of ambient namespaces; undefined where the subject itself is not certainly in one. */
export function ambientHosts(context: CheckContext): readonly AmbientHost[] | undefined {
  const { subject, isNamespaceKnown } = context;
  const namespaces = context.index(namespaceDirectory);
  const own = isNamespaceKnown ? namespaces.labelsOf(subject.namespace) : undefined;
  if (!own || !isAmbientNamespace(own) || !isAboutRequests(context)) return undefined;
  return writtenHosts(context).flatMap(({ host, path }) => {
    const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
    const [service] = lookup.state === 'known' ? lookup.services : [];
    const labels = service && namespaces.labelsOf(service.namespace);
    if (!service || service.object.kind !== 'Service' || !labels || !isAmbientNamespace(labels)) return [];
    // The directory may hold an older state of the labels.
    const object = context.find(Kinds.service, service.namespace, service.name) ?? service.object;
    return [{ service, host, path, hasWaypoint: hasWaypoint(object.labels, labels) }];
  });
}

function writtenHosts({ subject }: CheckContext): readonly { readonly host: string; readonly path: FieldPath }[] {
  const single = fieldOf(subject.spec, 'host');
  const own = typeof single === 'string' && single !== '' ? [{ host: single, path: ['spec', 'host'] }] : [];
  return [...own, ...hostsOf(subject)].filter(({ host }) => !isWildcard(host));
}

/** Routes that gateways follow, and those of connections, need no waypoint. */
function isAboutRequests({ subject }: CheckContext): boolean {
  if (kindKey(subject) === Kinds.destinationRule) {
    return fieldOf(subject.spec, 'trafficPolicy') !== undefined || listOf(fieldOf(subject.spec, 'subsets')).length > 0;
  }
  const isDelegate = fieldOf(subject.spec, 'hosts') === undefined;
  return !isDelegate && gatewaysOf(subject).includes('mesh') && listOf(fieldOf(subject.spec, 'http')).length > 0;
}
